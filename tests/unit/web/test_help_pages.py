"""Help pages: which file speaks, what its text becomes, and what the check finds before a worker does."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from clearance.cli import clearance
from clearance.web.help_check import MAX_IMAGE, FindingKind, findings
from clearance.web.help_pages import HelpPages, shipped
from clearance_templates.i18n import LANGUAGES

HEAD = "---\ntitle: {title}\nsummary: What it is about\nreviewed: 2026-11-22\nsource: The office\n{more}---\n\n"
PHONES = {"helpline": "16135", "helpline_abroad": "+880 9610 102030"}
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (*LANGUAGES, "images"):
        (tmp_path / "help" / name).mkdir(parents=True)
    return tmp_path / "help"


def write(folder: Path, place: str, text: str = "Text.", *, title: str = "Our page", more: str = "") -> Path:
    path = folder / f"{place}.md"
    path.write_text(HEAD.format(title=title, more=more) + text, encoding="utf-8")
    return path


def pages(folder: Path | None) -> HelpPages:
    return HelpPages(folder, values=PHONES)


def kinds(folder: Path) -> list[FindingKind]:
    return [finding.kind for finding in findings(folder)]


# ---- which file speaks


def test_every_shipped_page_is_there_in_both_languages_and_in_order() -> None:
    index = {language: pages(None).index(language) for language in LANGUAGES}
    assert [page.name for page in index["bn"]] == [page.name for page in index["en"]]
    assert len(index["bn"]) == 9
    assert all(page.language == language for language in LANGUAGES for page in index[language])
    assert findings(None) == []


def test_a_page_of_the_office_stands_before_the_shipped_one_and_may_add_a_name(folder: Path) -> None:
    write(folder, "en/fees", title="Fees of Rangpur")
    write(folder, "en/offices", title="Where we are", more="order: 5\n")
    both = pages(folder)
    assert both.page("fees", "en").title == "Fees of Rangpur"  # type: ignore[union-attr]
    assert both.page("fees", "bn").title != "Fees of Rangpur"  # type: ignore[union-attr]
    assert both.index("en")[0].title == "Where we are"


def test_a_page_without_a_translation_is_shown_in_the_other_language(folder: Path) -> None:
    write(folder, "bn/offices", title="অফিসের ঠিকানা")
    page = pages(folder).page("offices", "en")
    assert page
    assert page.language == "bn"


def test_a_changed_file_speaks_at_once(folder: Path) -> None:
    both = pages(folder)
    path = write(folder, "en/fees", title="Before")
    assert both.page("fees", "en").title == "Before"  # type: ignore[union-attr]
    write(folder, "en/fees", title="After, and longer")
    assert both.page("fees", "en").title == "After, and longer"  # type: ignore[union-attr]
    path.unlink()
    assert both.page("fees", "en").title == "What the clearance costs"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "content",
    [
        b"no head at all",
        b"---\ntitle: no end\n",
        b"---\ntitle: x\n---\nnothing else is said",
        b"---\ntitle x\n---\n",
        HEAD.format(title="x", more="").replace("2026-11-22", "yesterday").encode(),
        HEAD.format(title="x", more="order: first\n").encode(),
        b"---\ntitle: \xff\n---\n",
        HEAD.format(title="x", more="").encode() + b"x" * 70_000,
    ],
)
def test_a_file_that_cannot_be_read_leaves_the_shipped_page_speaking(folder: Path, content: bytes) -> None:
    (folder / "en" / "fees.md").write_bytes(content)
    assert pages(folder).page("fees", "en").title == "What the clearance costs"  # type: ignore[union-attr]
    assert FindingKind.UNREADABLE in kinds(folder)


@pytest.mark.parametrize("name", ["../en/fees", "Fees", "fees.md", "", "fe es", "x" * 41])
def test_a_name_that_is_none_finds_nothing(folder: Path, name: str) -> None:
    assert pages(folder).page(name, "en") is None
    assert pages(folder).image(f"{name}/../../secret.png") is None


# ---- what the text becomes


def body(folder: Path, text: str, language: str = "en") -> str:
    write(folder, f"{language}/trial", text)
    page = pages(folder).page("trial", "bn" if language == "bn" else "en")
    assert page
    return str(page.body)


def test_html_is_text_and_links_that_run_something_are_none(folder: Path) -> None:
    made = body(folder, "<script>alert(1)</script> [x](javascript:alert(1)) <b onclick=x>y</b> ![](data:text/html,x)")
    assert "<script" not in made
    assert "<b" not in made
    assert "href" not in made
    assert "<img" not in made


def test_phone_numbers_become_links_in_the_digits_of_the_language(folder: Path) -> None:
    assert '<a href="tel:16135">16135</a>' in body(folder, "Call {helpline}.")
    assert '<a href="tel:+8809610102030">+৮৮০ ৯৬১০ ১০২০৩০</a>' in body(folder, "{helpline_abroad}", "bn")
    assert "{unknown}" in body(folder, "{unknown}")


def test_links_lead_from_page_to_page_and_keep_the_language(folder: Path) -> None:
    made = body(folder, "[a](fees.md) [b](/agencies) [c](https://example.org/x.md) ![Map](images/map.png)")
    assert 'href="fees"' in made
    assert 'href="/agencies?lang=en"' in made
    assert 'src="../images/map.png" alt="Map"' in made
    assert 'href="https://example.org/x' in made


# ---- what the check finds


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("# Twice a title", FindingKind.FIRST_HEADING),
        ("Some <b>html</b>", FindingKind.HTML),
        ("[x](nowhere.md)", FindingKind.BROKEN_LINK),
        ("[x](http://example.org/)", FindingKind.BROKEN_LINK),
        ("![A map](images/map.png)", FindingKind.IMAGE_MISSING),
        ("![](images/there.png)", FindingKind.NO_ALTERNATIVE),
    ],
)
def test_the_check_names_each_kind_of_fault(folder: Path, text: str, kind: FindingKind) -> None:
    (folder / "images" / "there.png").write_bytes(PNG)
    for language in LANGUAGES:
        write(folder, f"{language}/trial", text)
    assert kinds(folder) == [kind] * 2


def test_the_check_names_a_missing_translation_a_large_picture_and_a_bad_name(folder: Path) -> None:
    write(folder, "bn/offices")
    write(folder, "bn/Our Offices")
    (folder / "images" / "map.png").write_bytes(PNG + bytes(MAX_IMAGE))
    assert set(kinds(folder)) == {FindingKind.NO_TRANSLATION, FindingKind.NAME, FindingKind.IMAGE_TOO_LARGE}


def test_good_links_and_pictures_are_no_finding(folder: Path) -> None:
    (folder / "images" / "map.png").write_bytes(PNG)
    text = "[a](fees.md#pay) [b](/) [c](https://example.org) [d](tel:16135) ![Map](images/map.png)\n\n## Part"
    for language in LANGUAGES:
        write(folder, f"{language}/trial", text)
    assert kinds(folder) == []


def test_the_command_says_what_to_mend_in_the_language_of_the_terminal(folder: Path) -> None:
    run = CliRunner()
    home = ["--home", str(folder.parent)]
    good = run.invoke(clearance, ["help-pages", "check", *home, "--lang", "en"])
    assert (good.exit_code, good.output) == (0, "The help pages are in order.\n")
    write(folder, "bn/offices", "[x](nowhere.md)")
    english = run.invoke(clearance, ["help-pages", "check", *home, "--lang", "en"])
    assert english.exit_code == 1
    assert "offices.md: has a link that leads nowhere: nowhere.md" in english.output
    assert "2 things to mend." in english.output
    bengali = run.invoke(clearance, ["help-pages", "check", *home, "--lang", "bn"])
    assert "২টি জিনিস ঠিক করতে হবে।" in bengali.output


def test_shipped_pages_lie_in_the_package() -> None:
    assert (shipped() / "bn" / "fees.md").is_file()
