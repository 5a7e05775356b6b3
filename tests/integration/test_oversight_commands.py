"""`clearance audit` and `clearance void` on a real installation."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clearance.cli import clearance as main
from clearance.domain.clearance import Clearance
from clearance.domain.staff import Role
from clearance.issuing.checkpoint import publish_checkpoint
from clearance.issuing.people import block_officer
from clearance.issuing.service import Service
from clearance.signing.publication import published
from tests.fakes.installation import Installation, installation
from tests.fakes.office import ISSUER, NOW, OfficeAtWork, draft, officer
from tests.fakes.outside import FakePrinter, prepare_photo
from verifier.__main__ import verifier
from verifier.witness import Witness

ADMIN, AUDITOR = officer("AD-1", Role.ADMINISTRATOR), officer("AU-1", Role.AUDITOR)


@dataclass
class Machine:
    """The server's command line."""

    installed: Installation

    def run(self, *command: str, env: Mapping[str, str] | None = None) -> Result:
        @contextmanager
        def opener(_home: Path) -> Iterator[Service]:
            yield self.installed.service

        runner = CliRunner(env={"LC_ALL": "C.UTF-8", "COLUMNS": "200", **(env or {})})
        return runner.invoke(main, [*command, "--home", str(self.installed.home)], obj=opener)

    def issue(self, index: int) -> Clearance:
        made = self.installed
        office = OfficeAtWork(
            room=made.room,
            service=replace(made.service, prepare_photo=prepare_photo),
            clock=made.clock,
            documents=made.service.documents,  # type: ignore[arg-type]
            printer=FakePrinter(),
            publisher=made.room.publisher,  # type: ignore[arg-type]
        )
        return office.issue(draft(index))


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with installation(tmp_path, printer=FakePrinter()) as installed:
        with installed.service.database.write() as work:
            for member in (ADMIN, AUDITOR):
                work.staff.add(member)
            work.commit()
        yield Machine(installed)


class TestVerify:
    @pytest.fixture
    def head(self, machine: Machine) -> str:
        """The head that the command printed after three acts."""
        for number in ("E-1", "A-1", "I-1"):
            block_officer(machine.installed.service, number=number)
        result = machine.run("audit", "verify")
        assert result.exit_code == 0, result.output
        assert "The record is whole: 3 entries." in result.output
        return result.output.splitlines()[-1]

    @pytest.fixture
    def owner(self, machine: Machine) -> Iterator[sqlite3.Connection]:
        """Somebody with every right on the database."""
        connection = sqlite3.connect(machine.installed.home / "clearance.db", isolation_level=None)
        connection.execute("DROP TRIGGER audit_log_no_update")
        connection.execute("DROP TRIGGER audit_log_no_delete")
        yield connection
        connection.close()

    @pytest.fixture
    def export(self, machine: Machine, head: str, tmp_path: Path) -> Path:
        """What a desk witnessed of the three acts, as it exports it."""
        desk = tmp_path / "desk"
        publish_checkpoint(machine.installed.room)
        public = machine.installed.keys.public
        signers = published(public, root=machine.installed.keys.root_certificate).signers
        assert Witness(desk / "state" / "checkpoints.db").offer(
            (public / "checkpoint.cose").read_bytes(), signers=signers
        )
        path = tmp_path / "dac-1.jsonl"
        command = ["checkpoints", "--home", str(desk), "--export", str(path)]
        assert CliRunner().invoke(verifier, command).exit_code == 0
        return path

    def test_a_whole_record_ends_at_the_head_it_printed(self, machine: Machine, head: str) -> None:
        assert machine.run("audit", "verify", "--head", head).exit_code == 0
        block_officer(machine.installed.service, number="X-1")
        later = machine.run("audit", "verify", "--head", head)
        assert later.exit_code == 0
        assert "Up to entry 3" in later.output
        assert "1 later ones are not covered yet" in later.output

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
        owner.execute(change)
        result = machine.run("audit", "verify")
        assert result.exit_code == 1
        assert says in result.output
        assert "এন্ট্রি ২" in machine.run("audit", "verify", "--lang", "bn").output

    def test_an_end_cut_off_with_its_head_shows_against_a_desks_export(
        self, machine: Machine, export: Path, owner: sqlite3.Connection
    ) -> None:
        owner.execute("DELETE FROM audit_log WHERE number = 3")
        owner.execute(
            "UPDATE audit_head SET (number, digest) = (SELECT number, digest FROM audit_log WHERE number = 2)"
        )
        assert machine.run("audit", "verify").exit_code == 0
        result = machine.run("audit", "verify", "--checkpoints", str(export))
        assert result.exit_code == 1
        assert "Entry 3: removed." in result.output

    def test_a_checkpoint_file_serves_as_it_is(self, machine: Machine, export: Path) -> None:
        file = machine.installed.keys.public / "checkpoint.cose"
        assert machine.run("audit", "verify", "--checkpoints", str(file)).exit_code == 0

    def test_a_forged_export_is_not_believed(self, machine: Machine, export: Path) -> None:
        said = json.loads(export.read_text())
        export.write_text(json.dumps({**said, "token": said["token"][:-8] + "AAAAAAA="}))
        result = machine.run("audit", "verify", "--checkpoints", str(export))
        assert result.exit_code == 65
        assert "no genuine checkpoint" in result.output

    def test_an_exported_record_is_checked_without_the_database(
        self, machine: Machine, export: Path, tmp_path: Path
    ) -> None:
        record = tmp_path / "record.jsonl"
        assert machine.run("audit", "export", str(record)).exit_code == 0
        proof = ("--checkpoints", str(export))
        assert machine.run("audit", "verify", "--file", str(record), *proof).exit_code == 0
        record.write_text(record.read_text().replace('"A-1"', '"A-2"'))
        assert "Entry 2: changed." in machine.run("audit", "verify", "--file", str(record), *proof).output
        record.write_text("not a record\n")
        assert machine.run("audit", "verify", "--file", str(record)).exit_code == 65

    @pytest.mark.parametrize("noted", ["", "3", "3:abc", f"-1:{'0' * 64}", f"3:{'G' * 64}"])
    def test_something_that_is_no_head_is_wrong_usage(self, machine: Machine, noted: str) -> None:
        assert machine.run("audit", "verify", "--head", noted).exit_code == 2

    def test_a_file_that_is_not_there_is_said_so(self, machine: Machine) -> None:
        assert machine.run("audit", "verify", "--checkpoints", "/nowhere").exit_code == 65


def test_entries_are_shown_by_who_acted(machine: Machine) -> None:
    machine.issue(1)
    shown = machine.run("audit", "show", "--officer", "A-1", "--day", f"{NOW:%Y-%m-%d}").output
    assert "application.approved" in shown or "approved" in shown.lower()
    assert "C-1" not in shown


def test_the_books_are_reconciled_for_a_day(machine: Machine) -> None:
    machine.issue(1)
    machine.installed.clock.advance(days=1)
    result = machine.run("audit", "reconcile", "--day", f"{NOW:%Y-%m-%d}")
    assert result.exit_code == 1  # one test device serves every officer
    assert "One device, several officers" in result.output
    again = machine.run("audit", "reconcile")
    assert "(known)" in again.output
    assert machine.run("audit", "reconcile", "--day", "2026-10-01").exit_code == 0


def test_leave_is_entered_for_an_officer_who_is_there(machine: Machine) -> None:
    days = ("--from", "2026-11-20", "--until", "2026-11-30")
    assert machine.run("audit", "leave", "A-1", *days).exit_code == 0
    assert machine.run("audit", "leave", "Z-9", *days).exit_code == 65
    assert machine.run("audit", "leave", "A-1", "--from", "2026-11-30", "--until", "2026-11-20").exit_code == 65


class TestVoid:
    SINCE = ("--since", f"{NOW - timedelta(hours=1):%Y-%m-%dT%H:%M}")

    def order(self, machine: Machine, *, confirm: str = "I-1", officer: str = "AD-1") -> Result:
        return machine.run(
            *("void", "order", ISSUER.number, *self.SINCE, "--reason", "sold"),
            *("--confirm", confirm, "--officer", officer),
        )

    def test_two_officers_void_an_account(self, machine: Machine) -> None:
        card = machine.issue(1)
        assert "Card cancelled: 1" in machine.run("void", "preview", "I-1", *self.SINCE).output
        ordered = self.order(machine)
        assert ordered.exit_code == 0, ordered.output
        number = ordered.output.strip()
        assert machine.run("void", "consent", number, "--officer", "AD-1").exit_code == 65
        done = machine.run("void", "consent", number, "--officer", "AU-1")
        assert (done.exit_code, "Card cancelled: 1" in done.output) == (0, True)
        assert machine.run("void", "resume", number).exit_code == 0
        assert "Done" in machine.run("void", "list").output
        with machine.installed.service.database.read() as work:
            taken_back = work.clearances.get(card.clearance_no)
        assert taken_back is not None
        assert taken_back.revocation is not None

    def test_what_cannot_be_ordered_says_why(self, machine: Machine) -> None:
        assert self.order(machine, confirm="I-2").exit_code == 64
        assert self.order(machine, officer="AU-1").exit_code == 65
        assert machine.run("void", "preview", "Z-9", *self.SINCE).exit_code == 65
        assert machine.run("void", "resume", "VO-NOWHERE").exit_code == 65
        assert self.order(machine).exit_code == 0
        assert self.order(machine).exit_code == 75


def test_rights_are_a_matter_of_postgresql(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "clearance.toml").write_text('environment = "demo"\n')
    result = CliRunner().invoke(main, ["db", "grant", "clearance_app", "--home", str(home)])
    assert result.exit_code == 65
    assert "triggers guard the records" in result.output
