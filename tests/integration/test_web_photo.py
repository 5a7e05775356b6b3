"""A photo that was remarked on: shown beside the case, accepted with a tick that goes on record."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from clearance.domain.application import Application
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.person import PhotoRemark
from clearance.issuing import check, entry
from tests.fakes.office import APPROVER, CHECKER, CLERK, DEVICE, ISSUER, draft, expect
from tests.fakes.outside import PORTRAIT
from tests.integration.staff_pages import Workplace, open_workplace, words

SAID = "Photo: no face was found."
TICK = "I have looked at the photo. It shows the worker well enough."


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    with open_workplace(tmp_path) as workplace:
        yield workplace


def faceless(workplace: Workplace) -> Application:
    service = workplace.office.service
    wanted = entry.with_portrait(service, draft(), service.prepare_photo(PORTRAIT + b" faceless"))
    return expect(entry.enter(service, wanted, officer=CLERK, device=DEVICE))


def checked(workplace: Workplace) -> Application:
    reference = faceless(workplace).reference
    service = workplace.office.service
    return expect(check.check(service, reference, officer=CHECKER, device=DEVICE, version=1))


def facts(workplace: Workplace, reference: str) -> dict[str, object]:
    with workplace.office.service.database.read() as work:
        return {entry.act: dict(entry.facts) for entry in work.audit.entries(subject=reference)}


def test_the_remark_is_kept_with_the_case_and_on_record(workplace: Workplace) -> None:
    case = faceless(workplace)
    assert workplace.office.stored(case.reference).draft.worker.photo_remark is PhotoRemark.NO_FACE
    assert facts(workplace, case.reference)["application.submitted"]["photo_remark"] == "no_face"


def test_the_approving_officer_sees_the_remark_beside_the_picture_with_a_box_to_tick(workplace: Workplace) -> None:
    case = checked(workplace)
    page = workplace.desk_of(APPROVER).get(f"/staff/cases/{case.reference}")
    assert SAID in words(page)
    assert TICK in words(page)


def test_without_the_tick_the_case_is_not_approved_and_the_officer_is_told_what_to_do(workplace: Workplace) -> None:
    case = checked(workplace)
    desk = workplace.desk_of(APPROVER)
    answer = desk.post(f"/staff/cases/{case.reference}/approve", version=2)
    assert answer.status_code == 422
    assert "tick the box and approve" in words(answer)
    assert workplace.office.stored(case.reference).state is ApplicationState.CHECKED


def test_with_the_tick_it_is_approved_and_the_tick_is_on_record(workplace: Workplace) -> None:
    case = checked(workplace)
    desk = workplace.desk_of(APPROVER)
    assert desk.post(f"/staff/cases/{case.reference}/approve", version=2, photo_accepted="yes").status_code == 303
    assert facts(workplace, case.reference)["application.approved"]["photo_accepted_despite"] == "no_face"
    page = words(workplace.desk_of(ISSUER).get(f"/staff/cases/{case.reference}"))
    assert f"{SAID} Does it show" in page
    assert "An approving officer looked at it and accepted it." in page


def test_an_ordinary_photo_asks_for_nothing(workplace: Workplace) -> None:
    case = workplace.office.enter()
    page = words(workplace.desk_of(APPROVER).get(f"/staff/cases/{case.reference}"))
    assert "Photo:" not in page
    assert TICK not in page
    assert "photo_remark" not in facts(workplace, case.reference)["application.submitted"]


def test_every_form_of_a_card_is_offered_to_officers_with_how_well_it_reads(workplace: Workplace) -> None:
    clearance = workplace.office.issue(replace(draft()))
    desk = workplace.desk_of(ISSUER)
    page = desk.get(f"/staff/cards/{clearance.clearance_no}")
    assert "Reading grade A reads under every test" in words(page)
    for form, kind in (("picture", "image/png"), ("code", "image/png"), ("code-svg", "image/svg+xml")):
        assert f"/take-along/{form}" in page.text
        answer = desk.get(f"/staff/cards/{clearance.clearance_no}/take-along/{form}")
        assert answer.mimetype == kind
        assert answer.headers["Cache-Control"] == "no-store"
    assert desk.get(f"/staff/cards/{clearance.clearance_no}/take-along/exe").status_code == 404
    assert desk.get("/staff/cards/BMET-2026-NONE/take-along/code").status_code == 404
    assert facts(workplace, clearance.application_reference)["card.issued"]["grade"] == "A"
