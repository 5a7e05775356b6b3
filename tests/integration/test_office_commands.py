"""`clearance staff` and `clearance db` on a real installation."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clearance.cli import clearance as main
from clearance.issuing.ports import Unavailable
from clearance.issuing.service import Service
from clearance.issuing.sign_in import sign_in, still_signed_in
from tests.fakes.installation import Installation, installation
from tests.fakes.office import CLERK
from tests.fakes.outside import FakePrinter

ADD = ("staff", "add", "--number", "BMET-1001", "--username", "rahima", "--name", "Rahima Khatun", "--office", "BMET")
PASSWORD = {"CLEARANCE_PASSWORD_RAHIMA": "a long password"}


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


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with installation(tmp_path, printer=FakePrinter()) as installed:
        yield Machine(installed)


class TestStaff:
    def test_an_officer_who_was_added_can_sign_in(self, machine: Machine) -> None:
        result = machine.run(*ADD, "--name-bn", "রহিমা খাতুন", "--role", "entry", "--role", "approver", env=PASSWORD)
        assert result.exit_code == 0, result.output
        officer = sign_in(machine.installed.service, username="rahima", password="a long password")
        assert officer is not None
        assert (officer.number, officer.name.bn) == ("BMET-1001", "রহিমা খাতুন")
        assert sorted(officer.roles) == ["approver", "entry"]

    def test_an_account_that_cannot_be_opened_says_every_reason(self, machine: Machine) -> None:
        result = machine.run(
            *("staff", "add", "--number", "E-1", "--username", "e 1", "--name", "X", "--office", "NOWHERE"),
            *("--role", "entry"),
            env={"CLEARANCE_PASSWORD_E_1": "short"},
        )
        assert result.exit_code == 65
        for field in ("Officer number", "User name", "Office", "Password"):
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
        assert still_signed_in(service, number=CLERK.number, epoch=1) is not None
        assert machine.run("staff", "block", CLERK.number).exit_code == 0
        assert still_signed_in(service, number=CLERK.number, epoch=1) is None
        assert "Account blocked" in machine.run("staff", "list").output

    def test_blocking_nobody_is_said_so(self, machine: Machine) -> None:
        result = machine.run("staff", "block", "Z-9\x1b[2J")
        assert result.exit_code == 65
        assert "\x1b" not in result.output


class TestVerifyAudit:
    @pytest.fixture
    def head(self, machine: Machine) -> str:
        """The head that the command printed after three acts."""
        for number in ("E-1", "A-1", "I-1"):
            machine.run("staff", "block", number)
        result = machine.run("audit", "verify")
        assert result.exit_code == 0
        assert "The record is whole: 3 entries." in result.output
        return result.output.splitlines()[-1]

    @pytest.fixture
    def owner(self, machine: Machine) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(machine.installed.home / "clearance.db", isolation_level=None)
        yield connection
        connection.close()

    def test_a_whole_record_ends_at_the_head_it_printed(self, machine: Machine, head: str) -> None:
        assert machine.run("audit", "verify", "--head", head).exit_code == 0
        machine.run("staff", "block", "X-1")
        assert machine.run("audit", "verify", "--head", head).exit_code == 0

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            ("UPDATE audit_log SET officer_no = 'A-1' WHERE number = 2", "Entry 2: changed."),
            ("DELETE FROM audit_log WHERE number = 2", "Entry 2: removed."),
            ("DELETE FROM audit_log WHERE number > 1", "Entry 2-3: removed."),
        ],
    )
    def test_a_touched_record_says_where(
        self, machine: Machine, head: str, owner: sqlite3.Connection, change: str, says: str
    ) -> None:
        owner.execute("DROP TRIGGER audit_log_no_update")
        owner.execute("DROP TRIGGER audit_log_no_delete")
        owner.execute(change)
        result = machine.run("audit", "verify")
        assert result.exit_code == 1
        assert says in result.output
        assert "এন্ট্রি ২" in machine.run("audit", "verify", "--lang", "bn").output

    def test_an_end_cut_off_with_its_head_shows_against_the_noted_one(
        self, machine: Machine, head: str, owner: sqlite3.Connection
    ) -> None:
        owner.execute("DROP TRIGGER audit_log_no_delete")
        owner.execute("DELETE FROM audit_log WHERE number = 3")
        owner.execute(
            "UPDATE audit_head SET (number, digest) = (SELECT number, digest FROM audit_log WHERE number = 2)"
        )
        assert machine.run("audit", "verify").exit_code == 0
        result = machine.run("audit", "verify", "--head", head)
        assert result.exit_code == 1
        assert "Entry 3: removed." in result.output

    @pytest.mark.parametrize("noted", ["", "3", "3:abc", f"-1:{'0' * 64}", f"3:{'G' * 64}"])
    def test_something_that_is_no_head_is_wrong_usage(self, machine: Machine, noted: str) -> None:
        assert machine.run("audit", "verify", "--head", noted).exit_code == 2


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
