"""What stands around the verdict: ages, counts, language, and what is wrong with the desk."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from clearance.signing.authority import Subject
from tests.integration.desk.counter import HOST, OWN, REVOKED_IDX, Counter, answered, counter_with
from tests.unit.desk.bureau import CLAIMS, DAY, NOW, Bureau
from verifier.acts import Departure
from verifier.bootstrap import join
from verifier.enrolment import enrol
from verifier.heard import Mark, Talk
from verifier.web.app import create_app


def state(counter: Counter) -> dict[str, Any]:
    return answered(counter.client.get("/state", **HOST))


def test_the_age_of_the_list_is_always_in_words_and_amber_after_a_day(counter: Counter) -> None:
    counter.clock.now = NOW - 30 + 12 * 60
    assert "Cancel list 12 minutes old" in state(counter)["chips"]
    assert not state(counter)["amber"]
    counter.clock.now = NOW - 30 + DAY + 1
    assert state(counter)["amber"]
    assert "amber" in state(counter)["chips"]


def test_counts_are_of_today_in_bangladesh_and_the_last_five_newest_first(counter: Counter, bureau: Bureau) -> None:
    counter.clock.now = NOW - 13 * 3600  # 23:00 of the day before in Dhaka
    counter.scan("https://example.com/")
    counter.clock.now = NOW
    for text in (bureau.card(), bureau.card(), bureau.card(idx=REVOKED_IDX), "nothing", bureau.card()):
        around = counter.scan(text)["state"]
    assert around["counts"] == {"cleared": 3, "check": 0, "stop": 1, "not_read": 1}
    assert around["latest"] == ["cleared", "not_read", "stop", "cleared", "cleared"]
    assert (around["kept"], around["unsent"]) == (6, None)  # nobody listens to a desk that is not enrolled
    assert "৫" in around["tally"]


def test_a_demo_desk_says_so_and_a_real_one_does_not(counter: Counter, tmp_path: Path) -> None:
    assert "Sample people and keys" in counter.client.get("/", **HOST).text
    real = Bureau(tmp_path / "real", subject=Subject(organisation="BMET", country="BD"))
    real_counter = counter_with(real.public, tmp_path / "real-desk")
    assert not state(real_counter)["demo"]
    assert "Sample people and keys" not in real_counter.client.get("/", **HOST).text
    assert real_counter.scan(real.card(issued_at=NOW))["reason"] == "valid"


def test_the_language_is_the_one_chosen_last(counter: Counter) -> None:
    assert '<html lang="bn">' in counter.client.get("/", **HOST).text
    counter.client.set_cookie("language", "en", domain="127.0.0.1")
    assert '<html lang="en">' in counter.client.get("/", **HOST).text
    counter.client.set_cookie("language", '"><script>', domain="127.0.0.1")
    assert '<html lang="bn">' in counter.client.get("/", **HOST).text


def test_without_a_connection_checking_goes_on_and_the_screen_says_so(counter: Counter, bureau: Bureau) -> None:
    answer = answered(counter.client.post("/sync", headers=OWN, **HOST))
    assert (answer["kind"], answer["complete"]) == ("sync", False)
    assert "No connection" in answer["state"]["chips"]
    assert counter.scan(bureau.card())["reason"] == "valid"


def test_without_lists_every_genuine_card_is_referred(counter: Counter, bureau: Bureau) -> None:
    for file in (counter.desk.config.trust / "status").iterdir():
        file.unlink()
    counter.desk.reload()
    answer = counter.scan(bureau.card())
    assert (answer["look"], answer["reason"]) == ("check", "status_unknown")
    assert "No cancel list" in state(counter)["chips"]


def test_an_altered_journal_is_said_on_the_screen(counter: Counter, bureau: Bureau) -> None:
    counter.scan(bureau.card(idx=REVOKED_IDX))
    counter.desk.journal.close()
    config = counter.desk.config
    with closing(sqlite3.connect(config.journal)) as db:
        db.execute("DROP TRIGGER scan_is_not_changed")
        db.execute("UPDATE scan SET outcome = 'pass', reason = 'valid'")
        db.commit()
    reopened = join(config, clock=counter.clock)
    page = create_app(reopened.services()).test_client()
    assert not answered(page.get("/state", **HOST))["journal_whole"]
    assert "জার্নাল বদলানো হয়েছে" in answered(page.get("/state", **HOST))["chips"]
    reopened.journal.close()


def test_an_enrolled_desk_says_what_waits_to_be_sent_and_when_it_heard_of_others(
    counter: Counter, bureau: Bureau
) -> None:
    assert "other desks" not in state(counter)["tally"]
    enrol(counter.desk.config.token, b"DSK-00000000-" + b"A" * 32)
    counter.scan(bureau.card())
    around = state(counter)
    assert around["unsent"] == 1
    assert "1 scans wait to be sent" in around["chips"]
    assert "Not yet heard from other desks" in around["tally"]
    counter.desk.heard.keep("office", Talk(journal=counter.desk.journal.name(), taken=1, heard_at=NOW - 120))
    around = state(counter)
    assert "wait to be sent" not in around["chips"]
    assert "Other desks: heard 2 minutes ago" in around["tally"]


def test_a_card_used_elsewhere_is_used_here_too(counter: Counter, bureau: Bureau) -> None:
    there = Departure(desk="CGP-1", at=NOW - 3600)
    counter.desk.heard.keep("office", Talk(), [Mark(clearance_no=CLAIMS.clearance_no, departure=there)])
    answer = counter.scan(bureau.card())
    assert answer["reason"] == "already_used"
    assert ("CGP" in answer["screen"], "11:00" in answer["screen"]) == (True, True)
