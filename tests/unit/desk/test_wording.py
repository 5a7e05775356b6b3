"""Every verdict and notice has its words, in both languages."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract

from clearance.credential.reasons import Outcome, Reason
from clearance.reading.findings import FileFault
from clearance_templates.i18n import translator
from clearance_templates.wording import LOOK_WORDS, VERDICT_WORDS, Look, look_of
from verifier.scan.camera import Hint
from verifier.web.notices import BY_STATUS, EVERY_OTHER_STATUS, NOTICES

KEYWORDS = dict.fromkeys(("both", "both_old", "both_plain", "N_"))


def messages(root: Path) -> Iterator[str]:
    """Every English text of the desk."""
    sources = [(path, "jinja2.ext:babel_extract") for path in sorted((root / "templates" / "desk").glob("*.html"))]
    sources += [
        (root / name, "python") for name in ("templates/wording.py", "verifier/web/notices.py", "verifier/web/slips.py")
    ]
    for path, method in sources:
        with path.open("rb") as source:
            for found in extract(method, source, keywords=KEYWORDS):
                message = found[1]
                yield message[0] if isinstance(message, tuple) else message


def test_every_reason_has_words_and_a_look() -> None:
    assert set(VERDICT_WORDS) == set(Reason)
    assert set(LOOK_WORDS) == set(Look)


@pytest.mark.parametrize("reason", Reason)
def test_the_look_never_says_more_than_the_outcome(reason: Reason) -> None:
    assert (look_of(reason) is Look.CLEARED) == (reason.outcome is Outcome.PASS)
    assert (look_of(reason) is Look.CHECK) == (reason.outcome is Outcome.REFER)


def test_a_look_alike_is_stopped_and_an_unreadable_code_is_not_held_against_anybody() -> None:
    assert look_of(Reason.WEB_LINK) is Look.STOP
    assert look_of(Reason.UNREADABLE) is Look.NOT_READ


def test_every_text_of_the_desk_is_there_in_bengali(root: Path) -> None:
    found = set(messages(root))
    assert len(found) > 100
    bengali = {message: translator("bn").gettext(message) for message in found}
    assert [message for message, words in bengali.items() if not re.search("[ঀ-৿]", words)] == []


def test_bengali_texts_hold_the_same_gaps_and_end_like_the_english_ones(root: Path) -> None:
    for message in messages(root):
        words = translator("bn").gettext(message)
        assert re.findall(r"%\(\w+\)s", words) == re.findall(r"%\(\w+\)s", message), message
        assert words.endswith(("।", "?", ":", ")", "...")) or not message.endswith("."), message


def test_every_fault_of_a_file_and_every_status_has_a_notice() -> None:
    assert {*FileFault, "no_code", *BY_STATUS.values(), EVERY_OTHER_STATUS} <= set(NOTICES)


def test_no_notice_looks_like_a_pass() -> None:
    assert Look.CLEARED not in {notice.look for notice in NOTICES.values()}


def test_every_hint_of_the_camera_has_words_on_the_page(root: Path) -> None:
    page = (root / "templates" / "desk" / "page.html").read_text("utf-8")
    assert all(f'data-word="{hint}"' in page for hint in Hint)


def test_every_word_the_scripts_ask_for_is_on_the_page(root: Path) -> None:
    pages = (root / "templates" / "desk" / name for name in ("page.html", "setup.html"))
    page = "".join(path.read_text("utf-8") for path in pages)
    scripts = "".join(path.read_text("utf-8") for path in (root / "templates" / "static" / "desk").glob("*.js"))
    asked = set(re.findall(r'(?:note|cameraSays|sentence|lost|return)\(?\s*"([a-z_]+)"', scripts))
    assert len(asked) > 10
    assert asked - set(re.findall(r'data-word="([a-z_]+)"', page)) == set()
