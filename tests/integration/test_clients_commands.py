"""`clearance clients` on a real installation."""

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clearance.cli import clearance as main
from clearance.issuing.clients import UnknownToken, authenticate, registered
from clearance.issuing.service import Service
from tests.fakes.installation import Installation, installation
from tests.fakes.office import AGENCY_CLERK, APPROVER
from tests.fakes.outside import FakePrinter

ADD = ("clients", "add", "meghna-erp", "--officer", AGENCY_CLERK.number, "--scope", "submit", "--scope", "status")


@dataclass
class Machine:
    """The server's command line."""

    installed: Installation

    def run(self, *command: str) -> Result:
        @contextmanager
        def opener(_home: Path) -> Iterator[Service]:
            yield self.installed.service

        runner = CliRunner(env={"LC_ALL": "C.UTF-8", "COLUMNS": "160"})
        return runner.invoke(main, [*command, "--home", str(self.installed.home)], obj=opener)


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    with installation(tmp_path_factory.mktemp("clients"), printer=FakePrinter()) as installed:
        yield Machine(installed)


@pytest.fixture(autouse=True)
def _nobody_registered(machine: Machine) -> None:
    with machine.installed.service.database.write() as work:
        for client in work.clients.open():
            work.clients.save(client.revoked(machine.installed.clock.at))
        work.commit()


def test_a_token_is_shown_once_and_is_right(machine: Machine) -> None:
    ran = machine.run(*ADD)
    assert ran.exit_code == 0, ran.output
    token = ran.stdout.split()[-1]
    caller = authenticate(machine.installed.service, token)
    assert (caller.client.name, caller.officer.number) == ("meghna-erp", AGENCY_CLERK.number)
    listed = machine.run("clients", "list")
    assert "meghna-erp" in listed.stdout
    assert token not in listed.stdout


def test_a_token_can_go_into_a_file_for_its_owner_alone(machine: Machine, tmp_path: Path) -> None:
    file = tmp_path / "token"
    ran = machine.run(*ADD, "--token-file", str(file))
    assert ran.exit_code == 0, ran.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    token = file.read_text().strip()
    assert token not in ran.output
    authenticate(machine.installed.service, token)


def test_where_no_file_can_be_made_nobody_is_registered(machine: Machine, tmp_path: Path) -> None:
    ran = machine.run(*ADD, "--token-file", str(tmp_path))
    assert ran.exit_code != 0
    ran = machine.run(*ADD, "--token-file", str(tmp_path / "no" / "folder"))
    assert ran.exit_code == 73
    assert registered(machine.installed.service) == ()


def test_a_rotation_gives_another_token_and_a_revocation_ends_all(machine: Machine) -> None:
    first = machine.run(*ADD).stdout.split()[-1]
    [standing] = registered(machine.installed.service)
    ran = machine.run("clients", "rotate", standing.client.id, "--overlap-hours", "0")
    assert ran.exit_code == 0, ran.output
    second = ran.stdout.split()[-1]
    with pytest.raises(UnknownToken):
        authenticate(machine.installed.service, first)
    authenticate(machine.installed.service, second)
    assert machine.run("clients", "revoke", standing.client.id).exit_code == 0
    with pytest.raises(UnknownToken):
        authenticate(machine.installed.service, second)


@pytest.mark.parametrize(
    "words",
    [
        ("clients", "add", "X", "--officer", AGENCY_CLERK.number, "--scope", "status"),
        ("clients", "add", "erp", "--officer", "NOBODY", "--scope", "status"),
        ("clients", "add", "erp", "--officer", APPROVER.number, "--scope", "submit"),
        ("clients", "add", "erp", "--officer", AGENCY_CLERK.number, "--scope", "statistics"),
        ("clients", "rotate", "CLT-00000000"),
        ("clients", "revoke", "CLT-00000000"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(machine: Machine, words: tuple[str, ...]) -> None:
    ran = machine.run(*words)
    assert ran.exit_code == 65
    assert ran.stderr.strip().endswith(".")


def test_a_name_serves_one_open_client(machine: Machine) -> None:
    assert machine.run(*ADD).exit_code == 0
    assert machine.run(*ADD).exit_code == 65


def test_it_speaks_bengali(machine: Machine) -> None:
    assert "নিবন্ধিত: meghna-erp" in machine.run(*ADD, "--lang", "bn").stdout
