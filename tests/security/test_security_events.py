"""What happened at the doors can be found in the log: who was refused what, and no word that was typed."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.fakes.office import APPROVER, CHECKER, CLERK
from tests.integration.staff_pages import Desk, Workplace, open_workplace


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    with open_workplace(tmp_path) as workplace:
        yield workplace


def refusals(lines: list[dict[str, object]]) -> list[tuple[object, object]]:
    return [(line["at"], line["officer"]) for line in lines if line["event"] == "refused"]


def test_a_wrong_password_leaves_a_line_without_name_and_password(workplace: Workplace) -> None:
    desk = Desk(workplace.app)
    desk.get("/staff/sign-in")
    with capture_logs() as lines:
        desk.sign_in(replace(CLERK, username="karim.uddin"), password="hunter2-hunter2")
    assert refusals(lines) == [("staff.try_to_sign_in", "")]
    assert str(lines[0]["browser"]).startswith("browser:")
    assert "karim" not in str(lines)
    assert "hunter2" not in str(lines)


def test_a_wrong_second_factor_leaves_a_line_with_the_officers_number(workplace: Workplace) -> None:
    desk = Desk(workplace.app)
    asked = desk.show_password(APPROVER)
    with capture_logs() as lines:
        wrong = desk.send("/staff/second-factor", csrf_token=desk.token("/staff/second-factor"), factor_code="123456")
    assert asked.status_code == 200
    assert wrong.status_code == 403
    assert refusals(lines) == [("staff.show_factor", APPROVER.number)]
    assert "123456" not in str(lines)


def test_an_act_without_its_role_leaves_a_line_with_the_officers_number(workplace: Workplace) -> None:
    case = workplace.office.check()
    desk = workplace.desk_of(CHECKER)
    with capture_logs() as lines:
        desk.post(f"/staff/cases/{case.reference}/approve", at="/staff/account", version=str(case.version))
    assert refusals(lines) == [("staff.approve_case", CHECKER.number)]


def test_what_succeeds_leaves_no_such_line(workplace: Workplace) -> None:
    with capture_logs() as lines:
        assert workplace.desk_of(APPROVER).get("/staff/queue").status_code == 200
    assert refusals(lines) == []
