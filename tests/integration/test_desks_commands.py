"""`clearance desks` and `clearance reissue` on a real installation."""

import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pymupdf
import pytest

from clearance.credential.status import Status
from clearance.domain.clearance import Clearance
from clearance.domain.desk import Holding
from clearance.issuing import desks, entry
from clearance.issuing.request import request_card
from clearance.reading.paper import read_paper
from tests.fakes.installation import installation, snapshot
from tests.fakes.office import CLERK, DEVICE, ISSUER, SECOND_ISSUER, decide, draft, expect
from tests.fakes.outside import FakePrinter
from tests.integration.test_office_commands import Machine

ADD = ("desks", "add", "--airport", "CGP", "--counter", "2")


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with installation(tmp_path, printer=FakePrinter()) as installed:
        yield Machine(installed)


def issue(machine: Machine, *numbers: int) -> list[Clearance]:
    service, cards = machine.installed.service, []
    for number in numbers:
        wanted = entry.with_portrait(service, draft(number), service.prepare_photo(snapshot()))
        entered = expect(entry.enter(service, wanted, officer=CLERK, device=DEVICE))
        decide(service, entered)
        cards.append(expect(request_card(service, entered.reference, officer=ISSUER, device=DEVICE)))
    return cards


class TestDesks:
    def test_a_new_desk_s_token_is_shown_once_and_is_right(self, machine: Machine) -> None:
        result = machine.run(*ADD)
        assert result.exit_code == 0, result.output
        assert "Desk enrolled: CGP-2." in result.output
        token = result.output.splitlines()[-1]
        assert desks.authenticate(machine.installed.service, token).name == "CGP-2"
        assert token not in machine.run("desks", "list").output

    def test_a_token_can_go_to_a_file_for_its_owner_alone(self, machine: Machine, tmp_path: Path) -> None:
        file = tmp_path / "cgp-2.token"
        result = machine.run(*ADD, "--token-file", str(file))
        assert result.exit_code == 0, result.output
        token = file.read_text().strip()
        assert token not in result.output
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert desks.authenticate(machine.installed.service, token).name == "CGP-2"

    @pytest.mark.parametrize("suffix", [".png", ".svg"])
    def test_a_code_for_the_desk_s_first_screen_holds_address_and_token(
        self, machine: Machine, tmp_path: Path, suffix: str
    ) -> None:
        file = tmp_path / f"cgp-2{suffix}"
        result = machine.run(*ADD, "--qr", str(file), "--url", "https://office.example/")
        assert result.exit_code == 0, result.output
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        with pymupdf.open(file) as drawing:
            picture = drawing[0].get_pixmap(dpi=144).tobytes("png")
        [code] = read_paper(picture, roots=()).texts
        word, address, token = code.split(" ")
        assert (word, address) == ("ENROL", "https://office.example")
        assert desks.authenticate(machine.installed.service, token).name == "CGP-2"
        assert token not in result.output

    @pytest.mark.parametrize("wrong", [("--qr", "code.gif"), ("--qr", "code.png", "--url", "office.example")])
    def test_a_code_of_another_form_is_not_begun(self, machine: Machine, wrong: tuple[str, ...]) -> None:
        assert machine.run(*ADD, *wrong).exit_code == 2
        assert desks.enrolled(machine.installed.service) == ()

    def test_where_no_file_can_be_written_no_desk_is_enrolled(self, machine: Machine, tmp_path: Path) -> None:
        (tmp_path / "taken").write_text("somebody else's")
        for path in (tmp_path / "taken", tmp_path / "no" / "such" / "folder"):
            result = machine.run(*ADD, "--token-file", str(path))
            assert result.exit_code == 73
            assert "cannot be written" in result.output
        assert (tmp_path / "taken").read_text() == "somebody else's"
        assert desks.enrolled(machine.installed.service) == ()

    def test_a_name_that_is_taken_or_no_name_is_refused(self, machine: Machine) -> None:
        machine.run(*ADD)
        assert machine.run(*ADD).exit_code == 65
        assert machine.run(*ADD, "--name", "front desk").exit_code == 65
        assert machine.run("desks", "add", "--airport", "LHR", "--counter", "1").exit_code == 2

    def test_desks_are_listed_with_what_they_hold(self, machine: Machine) -> None:
        machine.run(*ADD)
        machine.run("desks", "add", "--airport", "ZYL", "--counter", "1")
        service = machine.installed.service
        desk = next(desk for desk in desks.enrolled(service) if desk.name == "CGP-2")
        desks.report(service, desk.id, Holding(trust_sequence=7, lists={}, software="0.1.0"))
        machine.installed.clock.advance(days=3)
        lines = machine.run("desks", "list").output.splitlines()
        [heard] = [line for line in lines if "CGP-2" in line]
        [silent] = [line for line in lines if "ZYL-1" in line]
        assert "3 days ago" in heard
        assert " 7 " in heard
        assert "0.1.0" in heard
        assert "never" in silent
        assert "৩ দিন আগে" in machine.run("desks", "list", "--lang", "bn").output

    def test_a_withdrawn_desk_is_gone(self, machine: Machine) -> None:
        machine.run(*ADD)
        assert machine.run("desks", "withdraw", "CGP-2").exit_code == 0
        assert machine.run("desks", "withdraw", "CGP-2").exit_code == 65
        assert desks.enrolled(machine.installed.service) == ()


class TestReissue:
    def test_cards_of_a_key_are_put_down_made_anew_and_counted(self, machine: Machine) -> None:
        cards = issue(machine, 1, 2)
        kid = cards[0].kid.hex()
        assert "Cards of this key in force: 2. Put down now: 2." in machine.run("reissue", "queue", kid).output
        assert "Cards of this key in force: 2. Put down now: 0." in machine.run("reissue", "queue", kid).output
        ran = machine.run("reissue", "run", "--officer", SECOND_ISSUER.number)
        assert ran.exit_code == 0, ran.output
        assert "Issued anew: 2. Not possible: 0." in ran.output
        [line] = [line for line in machine.run("reissue", "list").output.splitlines() if kid in line]
        assert [cell.strip() for cell in line.strip("│ ").split("│")[1:]] == ["2", "2", "0", "0"]
        with machine.installed.service.database.read() as work:
            assert {work.clearances.get(card.clearance_no).status for card in cards} == {Status.SUPERSEDED}  # type: ignore[union-attr]

    def test_a_case_that_may_not_be_issued_any_more_is_named_with_its_ground(self, machine: Machine) -> None:
        [card] = issue(machine, 1)
        machine.run("reissue", "queue", card.kid.hex())
        service = machine.installed.service
        with service.database.write() as work:
            work.clearances.set_status(replace(card, status=Status.SUSPENDED))
            work.commit()
        ran = machine.run("reissue", "run", "--officer", SECOND_ISSUER.number)
        assert ran.exit_code == 1
        assert card.clearance_no in ran.output
        with service.database.write() as work:
            work.clearances.set_status(card)
            work.commit()
        assert machine.run("reissue", "run", "--officer", SECOND_ISSUER.number, "--again").exit_code == 0

    def test_who_may_not_order_it_is_told_so(self, machine: Machine) -> None:
        [card] = issue(machine, 1)
        machine.run("reissue", "queue", card.kid.hex())
        refused = machine.run("reissue", "run", "--officer", CLERK.number)
        assert refused.exit_code == 65
        assert "Issuing officer" in refused.output
        assert machine.run("reissue", "run", "--officer", "NOBODY").exit_code == 65

    @pytest.mark.parametrize("kid", ["", "xyz", "01" * 7, "01" * 9])
    def test_what_is_no_key_identifier_is_refused(self, machine: Machine, kid: str) -> None:
        assert machine.run("reissue", "queue", kid).exit_code == 2
