"""What the officer does with the person: let pass or refer, written down before the screen says so, and once."""

import sqlite3
from contextlib import closing
from threading import Thread
from typing import Any

import pytest

from tests.integration.desk.counter import HOST, REVOKED_IDX, Counter, answered
from tests.unit.desk.bureau import NOW, Bureau, tampered
from tests.unit.desk.zones import zone
from verifier.journal import verify_chain


def matched(counter: Counter, bureau: Bureau, **changes: Any) -> int:
    """A cleared card whose passport was compared; the number of its scan."""
    answer = counter.scan(bureau.card(**changes), passport="".join(zone("A01234567")))
    assert (answer["reason"], answer["matches"]) == ("valid", True)
    number: int = answer["scan"]
    return number


def let_pass(counter: Counter, number: int) -> dict[str, Any]:
    content: dict[str, Any] = counter.post("act", act="let_pass", scan=number).json
    return content


def test_letting_pass_is_written_down_beside_the_scan_and_shown_without_a_name(
    counter: Counter, bureau: Bureau
) -> None:
    number = matched(counter, bureau)
    answer = let_pass(counter, number)
    assert (answer["kind"], answer["look"], answer["act"]) == ("act", "cleared", "let_pass")
    assert counter.acts() == [(number, "let_pass", None)]
    assert "KARIM" not in answer["screen"]
    assert "A0 123 4567" not in answer["screen"]
    assert answer["state"]["acts"] == {"let_pass": 1, "refer": 0}
    assert verify_chain(counter.desk.config.journal) is None


@pytest.mark.parametrize(
    ("passport", "code"), [(None, "passport_first"), ("B7654321", "not_cleared"), ("0000", "not_cleared")]
)
def test_nobody_is_let_pass_without_the_passport_of_the_card(
    counter: Counter, bureau: Bureau, passport: str | None, code: str
) -> None:
    answer = counter.scan(bureau.card(), passport=passport)
    response = counter.post("act", act="let_pass", scan=answer["scan"])
    assert (response.status_code, response.json) == (409, {"kind": "objection", "code": code})
    assert counter.acts() == []


def test_a_cancelled_card_lets_nobody_pass_although_the_passport_is_right(counter: Counter, bureau: Bureau) -> None:
    answer = counter.scan(bureau.card(idx=REVOKED_IDX), passport="A01234567")
    assert let_pass(counter, answer["scan"])["code"] == "not_cleared"


def test_a_forgery_can_only_be_referred_and_the_slip_names_nobody(counter: Counter, bureau: Bureau) -> None:
    scan = counter.scan(tampered(bureau.card()))
    assert scan["ground"] == "forged"
    answer = answered(counter.post("act", act="refer", scan=scan["scan"], ground="forged"))
    assert counter.acts() == [(scan["scan"], "refer", "forged")]
    for shown in ("আপনি প্রতারিত হয়ে থাকতে পারেন", "You may have been cheated", answer["code"], "১৬১৩৫", "DAC-2"):
        assert shown in answer["slip"]
    assert "KARIM" not in answer["slip"]


def test_somebody_else_with_a_good_card_is_referred_with_its_number_on_the_slip(
    counter: Counter, bureau: Bureau
) -> None:
    number = matched(counter, bureau)
    answer = answered(counter.post("act", act="refer", scan=number, ground="other_person"))
    assert (answer["look"], answer["code"]) == ("check", f"DAC-2-{number:06d}")
    assert "BMET-26-4821-7703" in answer["slip"]
    assert counter.scan(bureau.card())["reason"] == "valid"  # being referred is no departure


def test_one_scan_takes_one_act_however_often_it_is_asked(counter: Counter, bureau: Bureau) -> None:
    number = matched(counter, bureau)
    answers: list[dict[str, Any]] = []
    askers = [Thread(target=lambda: answers.append(let_pass(counter, number))) for _ in range(6)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert sorted(answer["kind"] for answer in answers) == ["act"] + ["objection"] * 5
    assert counter.post("act", act="refer", scan=number, ground="other").json["code"] == "already_done"
    assert len(counter.acts()) == 1


def test_an_old_scan_takes_no_act_any_more(counter: Counter, bureau: Bureau) -> None:
    number = matched(counter, bureau)
    counter.clock.now = NOW + 601
    assert let_pass(counter, number)["code"] == "too_late"
    assert let_pass(counter, 99)["code"] == "no_such_scan"


@pytest.mark.parametrize(
    "said",
    [
        {}, {"act": "let_pass"}, {"act": "let_pass", "scan": "1"}, {"act": "refer", "scan": 1},
        {"act": "refer", "scan": 1, "ground": "because"}, {"act": "arrest", "scan": 1},
        {"act": "let_pass", "scan": 0}, {"act": "let_pass", "scan": 10**40},
        {"act": "refer", "scan": 1, "ground": None},
    ],
)  # fmt: skip
def test_an_act_that_is_none_is_refused(counter: Counter, said: dict[str, Any]) -> None:
    assert counter.post("act", **said).status_code == 400


def test_an_act_that_cannot_be_written_down_is_not_taken(counter: Counter, bureau: Bureau) -> None:
    number = matched(counter, bureau)
    counter.desk.journal._db.execute("PRAGMA busy_timeout = 50")
    with closing(sqlite3.connect(counter.desk.config.journal, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        response = counter.post("act", act="let_pass", scan=number)
        other.execute("ROLLBACK")
    assert (response.status_code, response.json["code"], response.json["look"]) == (503, "not_recorded", "stop")
    assert let_pass(counter, number)["kind"] == "act"


# ---- used before


def test_the_same_card_again_within_two_minutes_is_a_repeat_and_makes_no_entry(
    counter: Counter, bureau: Bureau
) -> None:
    let_pass(counter, matched(counter, bureau))
    rows = counter.rows()
    counter.clock.now = NOW + 42
    answer = counter.scan(bureau.card())
    assert (answer["kind"], answer["code"], answer["look"]) == ("notice", "repeat", "not_read")
    assert "৪২ সেকেন্ড" in answer["screen"]
    assert "KARIM" not in answer["screen"]
    assert counter.rows() == rows


def test_later_it_was_used_and_the_screen_says_where_and_when(counter: Counter, bureau: Bureau) -> None:
    let_pass(counter, matched(counter, bureau))
    counter.clock.now = NOW + 121
    answer = counter.scan(bureau.card(), passport="A01234567")
    assert (answer["look"], answer["reason"], answer["ground"]) == ("check", "already_used", "used_before")
    assert "Let pass at DAC, counter 2:" in answer["screen"]
    assert "22 November 2026, 12:00" in answer["screen"]
    assert let_pass(counter, answer["scan"])["code"] == "not_cleared"


def test_another_card_of_another_clearance_is_not_touched_by_it(counter: Counter, bureau: Bureau) -> None:
    let_pass(counter, matched(counter, bureau))
    assert counter.scan(bureau.card(clearance_no="BMET-26-0000-0001"))["reason"] == "valid"


def test_a_desk_started_anew_still_knows_who_has_left(counter: Counter, bureau: Bureau) -> None:
    from verifier.bootstrap import join
    from verifier.web.app import create_app

    let_pass(counter, matched(counter, bureau))
    counter.desk.journal.close()
    counter.clock.now = NOW + 3_600
    counter.desk = join(counter.desk.config, clock=counter.clock)
    counter.client = create_app(counter.desk.services()).test_client()
    assert counter.scan(bureau.card())["reason"] == "already_used"


# ---- serial ports


def test_the_page_hears_of_the_serial_ports_and_may_choose_one(counter: Counter) -> None:
    heard = answered(counter.post("hear", since=-1))
    assert (heard["kind"], heard["texts"], heard["open"], heard["chosen"]) == ("heard", [], [], "usb")
    assert counter.post("port", chosen="none").status_code == 200
    assert answered(counter.post("hear", since=heard["turn"]))["chosen"] == "none"
    assert counter.desk.config.serial_port.read_text() == "none"


@pytest.mark.parametrize("chosen", ["", "x" * 201, "\x00", 7])
def test_a_port_that_cannot_be_one_is_refused(counter: Counter, chosen: object) -> None:
    assert counter.post("port", chosen=chosen).status_code == 400


def test_the_page_offers_every_ground_and_the_test_code(counter: Counter) -> None:
    page = counter.client.get("/", **HOST).text
    assert "TEST 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./: TEST" in page
    assert page.count('name="ground"') == 8
