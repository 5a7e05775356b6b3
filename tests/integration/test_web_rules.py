"""The pages of rules, permits and agencies over the real database: what they ask, refuse and hand out."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from clearance.domain.staff import Officer
from clearance.issuing.permits import permit_view
from clearance.issuing.rules import rule_book, rule_view
from clearance.issuing.rules_file import row_of
from tests.fakes.office import (
    AGENCY_CLERK,
    APPROVER,
    CHECKER,
    CLERK,
    EVERYTHING,
    PERMIT,
    draft,
)
from tests.integration.staff_pages import Workplace, open_workplace, words

OMAN_MEN = 3


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    with open_workplace(tmp_path_factory.mktemp("office")) as workplace:
        with workplace.office.service.database.write() as work:
            work.permits.add(replace(PERMIT, number="EA/7", licence_no=None))
            work.commit()
        yield workplace


def change_of(workplace: Workplace, number: int, **texts: str) -> dict[str, str]:
    """The form of a change as the page has it, with other texts in it."""
    version = rule_view(workplace.office.service, number).row.version
    today = workplace.office.service.today().isoformat()
    return {**row_of(version), "starts_on": today, "reason": "Circular of 20 November", **texts}


def test_a_rule_is_previewed_proposed_and_consented_to(workplace: Workplace) -> None:
    desk, second = workplace.desk_of(EVERYTHING), workplace.desk_of(APPROVER)
    form = change_of(workplace, OMAN_MEN, minimum_age="২১")
    seen = desk.post("/staff/rules", at="/staff/rules/new", preview="1", **form)
    assert seen.status_code == 200
    assert "No open case comes under it." in words(seen)
    assert 'value="২১"' in seen.text
    proposed = desk.post("/staff/rules", at="/staff/rules/new", **form)
    assert proposed.status_code == 303
    path = proposed.headers["Location"]
    own = desk.post(f"{path}/consent", at="/staff/rules/new")
    assert own.status_code == 422
    assert "another officer must consent" in words(own)
    assert "was 18" in words(second.get(path))
    assert second.post(f"{path}/consent", at="/staff/rules/new").status_code == 303
    number = int(path.rpartition("/")[2])
    governing = rule_book(workplace.office.service).get(number)
    assert governing is not None
    assert governing.terms.minimum_age == 21
    replaced = words(desk.get(f"/staff/rules/{OMAN_MEN}"))
    assert f"Replaced by version {number}" in replaced


def test_a_wrong_form_comes_back_with_everything_typed(workplace: Workplace) -> None:
    desk = workplace.desk_of(EVERYTHING)
    form = change_of(workplace, 6, minimum_age="x", circular_no="Circular <9>")
    answer = desk.post("/staff/rules", at="/staff/rules/new", **form)
    assert answer.status_code == 422
    assert "Least age" in words(answer)
    assert "Circular &lt;9&gt;" in answer.text
    past = desk.post(
        "/staff/rules", at="/staff/rules/new", **change_of(workplace, 6, starts_on="2020-01-01", minimum_age="30")
    )
    assert past.status_code == 422
    assert "Choose today or a later day." in words(past)


@pytest.mark.parametrize("officer", [CHECKER, CLERK], ids=lambda officer: officer.number)
def test_others_look_and_change_nothing(workplace: Workplace, officer: Officer) -> None:
    desk = workplace.desk_of(officer)
    for path in ("rules", f"rules/{OMAN_MEN}", "permits", f"permits/{PERMIT.number}", "agencies", "agencies/RL-1234"):
        page = desk.get(f"/staff/{path}")
        assert page.status_code == 200
        assert "Propose a" not in words(page)
        assert not any(act in page.text for act in ("/consent", "/places", "/suspend", "Enter a permit"))
    refused = desk.post("/staff/rules", at="/staff/permits", **change_of(workplace, 9, minimum_age="30"))
    assert refused.status_code == 422
    assert "role" in words(refused)


def test_an_agencys_clerk_sees_the_own_permits_only(workplace: Workplace) -> None:
    desk = workplace.desk_of(AGENCY_CLERK)
    assert "EA/7" not in desk.get("/staff/permits").text
    assert "EA/7" not in desk.get("/staff/permits.csv").text
    assert desk.get("/staff/permits/EA/7").status_code == 404
    assert desk.get("/staff/agencies/RL-77").status_code == 404


def test_a_permit_is_raised_by_two_officers_whatever_its_number_looks_like(workplace: Workplace) -> None:
    desk, second = workplace.desk_of(EVERYTHING), workplace.desk_of(APPROVER)
    below = desk.post("/staff/permits/EA/7/places", at="/staff/permits/EA/7", places="৩০", letter_no="", reason="r")
    assert below.status_code == 422
    form = {"places": "৩০", "letter_no": "exp-12/26", "reason": "Letter"}
    asked = desk.post("/staff/permits/EA/7/places", at="/staff/permits/EA/7", **form)
    assert asked.status_code == 303
    assert "Waits for consent" in words(second.get("/staff/permits?show=flagged"))
    again = second.post("/staff/permits/EA/7/places", at="/staff/permits/EA/7", **form)
    assert "waits for a second officer" in words(again)
    done = second.post("/staff/permits/EA/7/changes/1/consent", at="/staff/permits/EA/7")
    assert done.status_code == 303
    assert permit_view(workplace.office.service, "EA/7", officer=APPROVER).row.permit.places == 30


def test_a_new_permit_says_what_is_wrong_with_it(workplace: Workplace) -> None:
    desk = workplace.desk_of(EVERYTHING)
    form = {
        "permit_no": "EA-N",
        "licence_no": "RL-9",
        "destination": "QAT",
        "valid_from": "2026-11-22",
        "valid_until": "2027-11-22",
        "places": "10",
        "letter_no": "EXP-9",
        "reason": "New",
    }
    for changes, sentence in (
        ({}, "licence"),
        ({"licence_no": "RL-1234", "permit_no": PERMIT.number}, "already"),
        ({"valid_until": "2026-11-01"}, "later"),
        ({"licence_no": "RL-1234", "reason": ""}, "Write the reason"),
    ):
        answer = desk.post("/staff/permits", at="/staff/permits/new", **form | changes)
        assert answer.status_code == 422
        assert sentence in words(answer)
    assert desk.post("/staff/permits", at="/staff/permits/new", **form | {"licence_no": "RL-1234"}).status_code == 303


def test_the_list_of_permits_is_a_file_that_no_spreadsheet_takes_for_a_formula(workplace: Workplace) -> None:
    desk = workplace.desk_of(EVERYTHING)
    workplace.office.issue(draft(1))
    rows = list(csv.DictReader(io.StringIO(desk.get("/staff/permits.csv").text.removeprefix("\ufeff"))))
    [row] = [row for row in rows if row["permit"] == PERMIT.number]
    assert (row["places"], row["used"], row["issued"], row["balance"]) == ("25", "1", "1", "24")
    assert desk.get("/staff/rules.csv").text.startswith("\ufeffreplaces,destination,")


def test_an_agency_is_suspended_by_one_officer_and_reinstated_by_another(workplace: Workplace) -> None:
    desk, second = workplace.desk_of(EVERYTHING), workplace.desk_of(APPROVER)
    page = "/staff/agencies/RL-1234"
    assert desk.post(f"{page}/suspend", at=page, reason=" ").status_code == 422
    assert desk.post(f"{page}/suspend", at=page, reason="Order 14/26").status_code == 303
    assert "Order 14/26" in words(second.get(page))
    assert "Suspended" in words(second.get("/staff/agencies"))
    assert desk.post(f"{page}/reinstate", at=page, reason="Order 15/26").status_code == 422
    assert second.post(f"{page}/reinstate", at=page, reason="Order 15/26").status_code == 303
    assert second.post(f"{page}/renew", at=page, reason="r", licence_valid_until="31-12-2030").status_code == 303
    assert second.post(f"{page}/renew", at=page, reason="r", licence_valid_until="soon").status_code == 422
    assert "31 December 2030" in words(second.get(page))


def test_pages_of_what_is_not_there_say_so(workplace: Workplace, tmp_path: Path) -> None:
    desk = workplace.desk_of(EVERYTHING)
    for path in ("rules/999", "rules/999/change", "permits/EA-NONE", "agencies/RL-0"):
        assert desk.get(f"/staff/{path}").status_code == 404
