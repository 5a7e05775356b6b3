"""`clearance batch` asks who acts, speaks the language of who reads, and rests where signing does."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from clearance.channel.client import RemoteSigning
from clearance.cli import batch_report
from clearance.credential.held import HeldTrust
from clearance.issuing.component import SigningComponent
from clearance.issuing.halt import resume_signing, stop_signing
from tests.fakes.channels import unix_address
from tests.fakes.office import APPROVER, EVERYTHING, PASSWORD, expect
from tests.integration.batch_desk import Desk, open_desk, row


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as desk:
        yield desk


class TestAccounts:
    def test_four_persons_are_needed(self, desk: Desk) -> None:
        desk.write(row(1))
        result = desk.run(approved_by="e-1")
        assert result.exit_code == 64
        assert "four different officers" in result.output

    def test_one_person_with_every_role_is_one_person(self, desk: Desk) -> None:
        desk.write(row(1))
        assert desk.run(entered_by="x-1", approved_by=" X-1 ").exit_code == 64

    @pytest.mark.parametrize("name", ["nobody", "x-1; rm"])
    def test_an_unknown_officer_is_not_let_in(self, desk: Desk, name: str) -> None:
        desk.write(row(1))
        result = desk.run(issued_by=name, env={"CLEARANCE_PASSWORD_NOBODY": "x", "CLEARANCE_PASSWORD_X_1__RM": "x"})
        assert result.exit_code == 77
        assert desk.cases() == 0

    def test_a_wrong_password_is_not_let_in(self, desk: Desk) -> None:
        desk.write(row(1))
        result = desk.run(env={"CLEARANCE_PASSWORD_A_1": "wrong"})
        assert result.exit_code == 77
        assert "password is wrong" in result.output
        assert PASSWORD not in result.output

    @pytest.mark.parametrize("code", ["000000", "aaaa-bbbb-cccc-dddd", ""])
    def test_a_right_password_without_a_right_code_is_not_let_in(self, desk: Desk, code: str) -> None:
        desk.write(row(1))
        result = desk.run(env={"CLEARANCE_CODE_A_1": code})
        assert result.exit_code == 77
        assert "code of a-1 is wrong" in result.output
        assert desk.cases() == 0

    def test_a_missing_role_is_named(self, desk: Desk) -> None:
        desk.write(row(1))
        result = desk.run(approved_by="i-1", issued_by="a-1")
        assert result.exit_code == 77
        assert "Approving officer" in result.output

    def test_another_officer_with_the_role_may_stand_in(self, desk: Desk) -> None:
        desk.write(row(1))
        assert desk.run(issued_by=EVERYTHING.username).exit_code == 0
        [card] = desk.cards()
        assert card.issued_by == EVERYTHING.number

    def test_without_terminal_and_variable_the_variable_is_named(self, desk: Desk) -> None:
        desk.write(row(1))
        result = desk.run(env={"CLEARANCE_PASSWORD_I_1": None})
        assert result.exit_code == 64
        assert "CLEARANCE_PASSWORD_I_1" in result.output


def test_a_key_that_desks_do_not_trust_stops_the_run_and_a_second_run_goes_on(desk: Desk) -> None:
    desk.write(row(1), row(2), row(3))
    working, room = desk.service, desk.installed.room
    # For the first card: the clock, which lists there are, the judgement after signing, and the one on what was drawn.
    answers = iter([room.held()] * 4)
    halting = replace(room, held=lambda: next(answers, HeldTrust(bundle=None)))
    desk.service = replace(working, signing=SigningComponent(halting))
    stopped = desk.run()
    assert stopped.exit_code == 75
    assert "Stopped at row 3" in stopped.output
    assert "trust_unusable" in stopped.output
    assert [line["outcome"] for line in desk.results()] == ["issued"]
    desk.service = working
    assert desk.run().exit_code == 0
    assert [line["outcome"] for line in desk.results()] == ["already_issued", "issued", "issued"]
    assert desk.cases() == 3


def test_a_stop_of_all_signing_ends_the_run_before_more_cases_are_entered(desk: Desk) -> None:
    desk.write(row(1), row(2), row(3))
    expect(stop_signing(desk.service, officer_no=APPROVER.number, reason="Passwords stolen"))
    stopped = desk.run()
    assert stopped.exit_code == 75
    assert "Stopped at row 2" in stopped.output
    assert "A-1 stopped all signing on" in stopped.output
    assert desk.cases() == 1
    resume_signing(desk.service, officer_no=APPROVER.number, reason="Passwords changed")
    assert desk.run().exit_code == 0
    assert desk.cases() == 3


def test_without_a_signing_service_the_run_ends_and_a_second_run_goes_on(desk: Desk) -> None:
    working, nobody = desk.service, RemoteSigning(unix_address(desk.folder))
    desk.write(row(1), row(2))
    desk.service = replace(working, signing=nobody)
    stopped = desk.run()
    assert stopped.exit_code == 75
    assert "The signing service does not answer; nothing was issued." in stopped.output
    assert desk.cards() == []
    desk.service = working
    assert desk.run().exit_code == 0
    assert len(desk.cards()) == 2


class TestLanguage:
    def test_reasons_are_given_in_bengali(self, desk: Desk) -> None:
        desk.write(row(1, birth_date="৩১/০২/১৯৯০"), row(2, permit_no="EA-NONE"))
        result = desk.run("--lang", "bn")
        assert result.exit_code == 1
        for line in desk.results():
            assert any("\u0980" <= character <= "\u09ff" for character in line["reason"])
        assert "০টি কার্ড ইস্যু হয়েছে" in result.output

    @pytest.mark.parametrize(
        ("env", "says"),
        [
            ({"LC_ALL": "bn_BD.UTF-8"}, "ফাইলে কোনো সারি নেই"),
            ({"LC_ALL": None, "LANG": "bn_BD"}, "ফাইলে"),
            ({}, "no rows"),
        ],
    )
    def test_the_terminals_locale_decides(self, desk: Desk, env: dict[str, str | None], says: str) -> None:
        desk.file.write_bytes(b"")
        assert says in desk.run(env=env).output


class TestTerminal:
    def test_people_see_a_table_at_the_end(self, desk: Desk) -> None:
        desk.write(row(1), row(2, sex="[bold]?[/bold]"))
        result = desk.run(env={"FORCE_COLOR": "1", "COLUMNS": "160"})
        assert result.exit_code == 1
        assert "Passport number" in result.output
        assert desk.cards()[0].clearance_no in result.output
        assert "[bold]?" in result.output

    def test_a_long_run_shows_what_was_refused(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(batch_report, "LONGEST_TABLE", 2)
        desk.write(row(1), row(2), row(3, sex="?"))
        result = desk.run(env={"FORCE_COLOR": "1", "COLUMNS": "160"})
        assert desk.cards()[0].clearance_no not in result.output
        assert "A00000003" in result.output
