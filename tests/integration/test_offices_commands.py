"""`clearance offices` and `clearance agencies` on a real installation: the first day of an office."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from clearance.domain.staff import Officer
from tests.fakes.codes import codes_for
from tests.fakes.installation import installation
from tests.fakes.office import APPROVER, CLERK, PASSWORD
from tests.fakes.outside import FakePasswords, FakePrinter
from tests.integration.test_office_commands import Machine

AGENCY = ("agencies", "add", "RL-77", "--name-en", "Padma Travels", "--name-bn", "পদ্মা ট্রাভেলস", "--phone", "01711000000")
REST = ("--valid-until", "2030-01-31", "--reason", "Register of the ministry, page 12")


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with installation(tmp_path, printer=FakePrinter()) as installed:
        service = replace(installed.service, passwords=FakePasswords())
        yield Machine(replace(installed, service=service))


def test_an_office_is_opened_once_and_on_record(machine: Machine) -> None:
    command = ("offices", "add", "SYL", "--name-en", "DEMO Sylhet", "--name-bn", "ডেমো সিলেট")
    assert machine.run(*command).exit_code == 0
    assert machine.run(*command).exit_code == 65
    assert "DEMO Sylhet" in machine.run("offices", "list").output
    with machine.installed.service.database.read() as work:
        assert [entry.act for entry in work.audit.entries(subject="SYL")] == ["office.opened"]


@pytest.mark.parametrize("code", ["sylhet", "", "A" * 13, "ঢাকা", "A B"])
def test_a_code_that_no_card_could_carry_is_refused(machine: Machine, code: str) -> None:
    assert machine.run("offices", "add", code, "--name-en", "X", "--name-bn", "X").exit_code == 65


def enter(machine: Machine, officer: Officer) -> int:
    """What the command says when this officer enters the agency."""
    password = {f"CLEARANCE_PASSWORD_{officer.username.upper().replace('-', '_')}": PASSWORD}
    codes = codes_for(machine.installed.service, officer)
    return machine.run(*AGENCY, "--officer", officer.username, *REST, env={**password, **codes}).exit_code


def test_an_agency_is_entered_by_an_officer_who_may(machine: Machine) -> None:
    assert enter(machine, APPROVER) == 0
    assert enter(machine, APPROVER) == 65
    with machine.installed.service.database.read() as work:
        agency = work.permits.agency("RL-77")
    assert agency is not None
    assert agency.name.en == "Padma Travels"


def test_an_officer_who_may_not_enters_none(machine: Machine) -> None:
    assert enter(machine, CLERK) == 1
