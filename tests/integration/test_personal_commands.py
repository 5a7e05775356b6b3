"""`clearance db`, `clearance retention` and `clearance person` on a real installation."""

import json
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from click.testing import CliRunner, Result

from clearance.cli import clearance as main
from clearance.domain.clearance import Clearance
from clearance.domain.staff import Role
from clearance.issuing.service import Service
from clearance.storage.sealing import read_keys
from tests.fakes.installation import installation
from tests.fakes.office import NOW, PASSWORD, officer
from tests.fakes.outside import FakePrinter
from tests.integration.test_oversight_commands import Machine

ADMIN, SECOND = officer("AD-1", Role.ADMINISTRATOR), officer("AD-2", Role.ADMINISTRATOR)


def run(*command: str, home: Path) -> Result:
    return CliRunner(env={"LC_ALL": "C.UTF-8"}).invoke(main, [*command, "--home", str(home)])


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with installation(tmp_path, printer=FakePrinter()) as installed:
        yield Machine(installed)


def test_the_first_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "new"
    assert run("db", "init", home=home).exit_code == 0
    key = home / "records.key"
    before = key.read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert run("db", "init", home=home).exit_code == 0
    assert key.read_bytes() == before


def test_an_office_that_lost_its_key_is_told_so_and_makes_no_other(machine: Machine) -> None:
    card, home = machine.issue(0), machine.installed.home
    assert run("db", "init", home=home).exit_code == 0  # the database knows of the key from now on
    key = (home / "records.key").read_bytes()
    (home / "records.key").unlink()
    for command in (("db", "init"), ("export", str(home / "out"))):
        lost = run(*command, home=home)
        assert (lost.exit_code, "Put it back" in lost.stderr) == (78, True), lost.stderr
    assert not (home / "records.key").exists()
    (home / "records.key").write_bytes(key.replace(key[:1], b"A", 1) if key[:1] != b"A" else b"B" + key[1:])
    wrong = run("db", "init", home=home)
    assert (wrong.exit_code, "has no such key" in wrong.stderr) == (78, True), wrong.stderr
    assert card.clearance_no not in wrong.stderr


def test_keys_change_while_everything_stays_readable(machine: Machine) -> None:
    card, home = machine.issue(0), machine.installed.home
    assert run("db", "new-key", home=home).exit_code == 0
    assert len(read_keys(home / "records.key")) == 2
    done = run("db", "reseal", "--drop-old-keys", home=home)
    assert done.exit_code == 0, done.output
    assert "applications: 1" in done.stderr
    assert len(read_keys(home / "records.key")) == 1
    assert run("export", str(home / "out"), home=home).exit_code == 0
    [row] = (home / "out" / "records" / "applications.jsonl").read_text("utf-8").splitlines()
    assert json.loads(row)["employer"] == "RIYADH BUILDING CO"
    assert card.clearance_no in (home / "out" / "records" / "clearances.jsonl").read_text("utf-8")


def test_terms_are_shown_and_kept(machine: Machine) -> None:
    machine.issue(0)
    machine.installed.clock.at = NOW + timedelta(days=6_000)
    shown = machine.run("retention", "show")
    assert "Cases whose visa ended: after 3,650 days; due now: 1" in shown.output
    assert "Cases whose visa ended: 1" in machine.run("retention", "run").output
    assert "due now: 1" not in machine.run("retention", "show").output


class TestPerson:
    @pytest.fixture
    def card(self, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Clearance:
        card = machine.issue(0)
        service: Service = machine.installed.service
        with service.database.write() as work:
            for member in (ADMIN, SECOND):
                hashed = service.passwords.hash(PASSWORD)
                work.staff.add(
                    officer(member.number, *member.roles).__class__(**vars(member) | {"password_hash": hashed})
                )
            work.commit()
        monkeypatch.setattr("clearance.cli.office.code_is_right", lambda *_: True)
        for member in (ADMIN, SECOND):
            name = member.username.upper().replace("-", "_")
            monkeypatch.setenv(f"CLEARANCE_PASSWORD_{name}", PASSWORD)
            monkeypatch.setenv(f"CLEARANCE_CODE_{name}", "000000")
        return card

    def test_everything_is_written_to_a_file_for_its_owner(
        self, machine: Machine, card: Clearance, tmp_path: Path
    ) -> None:
        file = tmp_path / "person.zip"
        done = machine.run("person", "export", "a 0000 0000", str(file), "--officer", ADMIN.username)
        assert done.exit_code == 0, done.output
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        rows = json.loads(ZipFile(file).read("data.json"))
        assert [row["clearance_no"] for row in rows["clearances"]] == [card.clearance_no]
        again = machine.run("person", "export", "A00000000", str(file), "--officer", ADMIN.username)
        assert again.exit_code == 73
        nobody = machine.run("person", "export", "Z99999999", str(tmp_path / "x"), "--officer", ADMIN.username)
        assert nobody.exit_code == 65

    def test_two_officers_erase_and_an_investigation_forbids_it(self, machine: Machine, card: Clearance) -> None:
        order = ("person", "erase", "A00000000", "--basis", "court_order", "--reason", "Order 7", "--officer", "ad-1")
        in_force = machine.run(*order)
        assert (in_force.exit_code, "is in force" in in_force.stderr) == (65, True)
        machine.installed.clock.at = NOW + timedelta(days=2_000)
        ordered = machine.run(*order)
        assert ordered.exit_code == 0, ordered.output
        number = ordered.stdout.strip()
        assert machine.run(*order).exit_code == 75
        assert machine.run("person", "consent", number, "--officer", "ad-1").exit_code == 65
        kept = machine.run("person", "keep", "A00000000", "--reason", "ACC 12", "--officer", "ad-1")
        assert kept.stdout.strip() == card.application_reference
        refused = machine.run("person", "consent", number, "--officer", "ad-2")
        assert (refused.exit_code, "investigation" in refused.stderr) == (65, True)
        with machine.installed.service.database.write() as work:
            work.personal.end_hold(card.application_reference, officer_no="AD-1", at=NOW)
            work.commit()
        assert machine.run("person", "consent", number, "--officer", "ad-2").exit_code == 0
        assert machine.run("person", "export", "A00000000", "nowhere", "--officer", "ad-1").exit_code == 65
