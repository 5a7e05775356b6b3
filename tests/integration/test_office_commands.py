"""`clearance staff` and `clearance db` on a real installation."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clearance.cli import clearance as main
from clearance.domain.staff import Officer
from clearance.issuing.invitations import join
from clearance.issuing.ports import Unavailable
from clearance.issuing.service import Service
from clearance.issuing.sign_in import known_officer
from tests.fakes.installation import Installation, installation
from tests.fakes.office import APPROVER, CLERK
from tests.fakes.outside import FakePrinter

ADD = ("staff", "add", "--number", "BMET-1001", "--username", "rahima", "--name", "Rahima Khatun", "--office", "BMET")
GOOD = "seven wet buffaloes hum"


@dataclass
class Machine:
    """The server's command line."""

    installed: Installation

    def run(self, *command: str, env: Mapping[str, str] | None = None) -> Result:
        @contextmanager
        def opener(_home: Path) -> Iterator[Service]:
            yield self.installed.service

        runner = CliRunner(env={"LC_ALL": "C.UTF-8", "COLUMNS": "160", **(env or {})})
        return runner.invoke(main, [*command, "--home", str(self.installed.home)], obj=opener)

    def join(self, username: str, said: Result) -> Officer:
        """Choose a password with the invitation that a command printed."""
        code = re.search(r": ([a-z0-9]{4}(?:-[a-z0-9]{4}){3}) ", said.output)
        assert code, said.output
        joined = join(self.installed.service, username=username, code=code[1], password=GOOD, repeated=GOOD)
        assert isinstance(joined, Officer)
        return joined


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with installation(tmp_path, printer=FakePrinter()) as installed:
        yield Machine(installed)


class TestStaff:
    def test_an_officer_who_was_added_can_sign_in(self, machine: Machine) -> None:
        result = machine.run(*ADD, "--name-bn", "রহিমা খাতুন", "--role", "checker", "--role", "approver")
        assert result.exit_code == 0, result.output
        officer = machine.join("rahima", result)
        assert (officer.number, officer.name.bn) == ("BMET-1001", "রহিমা খাতুন")
        assert sorted(officer.roles) == ["approver", "checker"]
        assert known_officer(machine.installed.service, username="rahima", password=GOOD) == officer

    def test_an_account_that_cannot_be_opened_says_every_reason(self, machine: Machine) -> None:
        result = machine.run(
            *("staff", "add", "--number", "E-1", "--username", "e 1", "--name", "X", "--office", "NOWHERE"),
            *("--role", "agency_clerk"),
        )
        assert result.exit_code == 65
        for field in ("Officer number", "User name", "Office", "licence"):
            assert field in result.output

    def test_officers_are_listed_with_their_roles(self, machine: Machine) -> None:
        result = machine.run("staff", "list")
        assert result.exit_code == 0
        [line] = [line for line in result.output.splitlines() if CLERK.number in line]
        assert "Entry officer" in line
        assert "Account open" in line

    def test_the_list_speaks_bengali(self, machine: Machine) -> None:
        result = machine.run("staff", "list", "--lang", "bn")
        assert "কর্মকর্তা নম্বর" in result.output
        assert "অ্যাকাউন্ট চালু" in result.output

    def test_a_blocked_officer_is_out_at_once(self, machine: Machine) -> None:
        service = machine.installed.service
        machine.join(CLERK.username, machine.run("staff", "invite", CLERK.number))
        assert known_officer(service, username=CLERK.username, password=GOOD) is not None
        assert machine.run("staff", "block", CLERK.number).exit_code == 0
        assert known_officer(service, username=CLERK.username, password=GOOD) is None
        assert "Account blocked" in machine.run("staff", "list").output

    def test_blocking_nobody_is_said_so(self, machine: Machine) -> None:
        result = machine.run("staff", "block", "Z-9\x1b[2J")
        assert result.exit_code == 65
        assert "\x1b" not in result.output

    def test_a_blocked_officer_comes_back_by_a_new_invitation(self, machine: Machine) -> None:
        machine.run("staff", "block", CLERK.number)
        result = machine.run("staff", "open", CLERK.number)
        assert result.exit_code == 0
        assert machine.join(CLERK.username, result).active

    def test_a_forgotten_password_is_chosen_anew(self, machine: Machine) -> None:
        machine.join(APPROVER.username, machine.run("staff", "invite", APPROVER.number))
        with machine.installed.service.database.read() as work:
            assert work.factors.of_officer(APPROVER.number).any

    def test_a_lost_second_factor_is_thrown_away(self, machine: Machine) -> None:
        assert machine.run("staff", "reset-factor", APPROVER.number).exit_code == 0
        with machine.installed.service.database.read() as work:
            assert not work.factors.of_officer(APPROVER.number).any
        assert machine.run("staff", "reset-factor", APPROVER.number).exit_code == 65

    def test_roles_are_given_anew(self, machine: Machine) -> None:
        assert machine.run("staff", "roles", APPROVER.number, "--role", "auditor").exit_code == 0
        [line] = [line for line in machine.run("staff", "list").output.splitlines() if APPROVER.number in line]
        assert "Auditor" in line
        again = machine.run("staff", "roles", APPROVER.number, "--role", "auditor")
        assert (again.exit_code, "nothing to change" in again.output) == (65, True)


def test_a_database_that_cannot_be_used_ends_with_a_sentence(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def unavailable() -> None:
        raise Unavailable("locked")

    monkeypatch.setattr(machine.installed.service.database, "read", unavailable)
    result = machine.run("staff", "list")
    assert result.exit_code == 75
    assert "database cannot be used now" in result.output


def test_an_installation_without_keys_is_refused_with_the_cure(tmp_path: Path) -> None:
    result = CliRunner(env={"LC_ALL": "C.UTF-8"}).invoke(main, ["staff", "list", "--home", str(tmp_path / "nowhere")])
    assert result.exit_code == 78
    assert "clearance keys init" in result.output


def test_a_real_installation_opens_by_its_folder_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    runner = CliRunner(env={"LC_ALL": "C.UTF-8", "CLEARANCE_HOME": str(home)})
    home.mkdir()
    (home / "clearance.toml").write_text('environment = "demo"\n')
    assert runner.invoke(main, ["keys", "init", "--dir", str(home / "keys"), "--demo"]).exit_code == 0
    result = runner.invoke(main, ["audit", "verify"])
    assert result.exit_code == 0, result.output
    assert "0 entries" in result.output
