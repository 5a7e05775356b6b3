"""A batch from upload to cards: judged row by row, corrected alone, taken through each step by who may."""

from dataclasses import replace

import pytest

from clearance.domain.batch import BatchStep, RowStanding
from clearance.domain.eligibility import Ground, Objection
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.staff import Role, Scope
from clearance.issuing import batches, batches_runs
from clearance.issuing.fields import Fault, FaultKind
from clearance.issuing.ports import NotOnRecord, RowNote, RowTrouble
from clearance.issuing.sheet import OWN_NAMES, SheetFaultKind, SheetRefused
from tests.fakes.batch_files import csv_of, line, photos_of, work_off
from tests.fakes.office import (
    AGENCY_CLERK,
    APPROVER,
    CHECKER,
    CLERK,
    DEVICE,
    DISTRICT,
    ISSUER,
    OfficeAtWork,
    expect,
    officer,
)
from tests.fakes.outside import PORTRAIT
from tests.unit.issuing.batch_rows import issue_all, order, row, rows, upload


def test_rows_in_order_are_accepted_and_become_cards_through_four_officers(office: OfficeAtWork) -> None:
    batch = upload(office, csv_of(line(index) for index in range(12)))
    assert [each.standing for each in rows(office, batch)] == [RowStanding.ACCEPTED] * 12
    issue_all(office, batch)
    view = batches_runs.batch_view(office.service, batch.number, officer=CLERK)
    assert view.states == {ApplicationState.ISSUED: 12}
    assert not view.busy
    with office.service.database.read() as work:
        assert work.clearances.count(text="", scope=Scope()) == 12
        case = work.applications.get(rows(office, batch)[0].reference or "")
        assert case
        assert [act.officer_no for act in case.acts] == [each.number for each in (CLERK, CHECKER, APPROVER, ISSUER)]
        assert {act.device for act in case.acts} == {DEVICE}


@pytest.mark.parametrize("bad", range(5))
def test_a_bad_row_is_found_at_each_place_and_keeps_no_good_one(office: OfficeAtWork, bad: int) -> None:
    lines = [line(index, **({"visa_expires_on": "31/02/2027"} if index == bad else {})) for index in range(5)]
    batch = upload(office, csv_of(lines))
    [found] = rows(office, batch, RowStanding.TO_FIX)
    assert found.number == bad + 2
    assert found.notes == (Fault(field="visa_expires_on", kind=FaultKind.NO_SUCH_DATE, details={"text": "31/02/2027"}),)
    issue_all(office, batch)
    with office.service.database.read() as work:
        assert work.clearances.count(text="", scope=Scope()) == 4


def test_the_same_worker_twice_in_a_file_is_a_duplicate_the_second_time(office: OfficeAtWork) -> None:
    batch = upload(office, csv_of([line(1), line(2), line(3, passport_no="A00000001")]))
    assert [each.standing for each in rows(office, batch)] == [
        RowStanding.ACCEPTED,
        RowStanding.ACCEPTED,
        RowStanding.DUPLICATE,
    ]
    assert row(office, batch, 4).notes == (
        RowNote(trouble=RowTrouble.SAME_AS_ROW, details={"row": 2, "field": "passport_no"}),
    )


def test_a_worker_who_was_entered_before_is_a_duplicate(office: OfficeAtWork) -> None:
    first = upload(office, csv_of([line(1)]))
    issue_all(office, first, until=BatchStep.SUBMIT)
    second = upload(office, csv_of([line(1), line(2)]))
    [again, other] = rows(office, second)
    assert again.standing is RowStanding.DUPLICATE
    assert again.notes == (
        RowNote(trouble=RowTrouble.ALREADY_A_CASE, details={"reference": row(office, first, 2).reference or ""}),
    )
    assert other.standing is RowStanding.ACCEPTED


def test_more_rows_than_the_permit_has_places_are_over_budget_from_the_first_one_too_many(office: OfficeAtWork) -> None:
    batch = upload(office, csv_of(line(index) for index in range(28)))
    over = rows(office, batch, RowStanding.OVER_BUDGET)
    assert [each.number for each in over] == [27, 28, 29]
    [note] = over[0].notes
    assert isinstance(note, Objection)
    assert note.ground is Ground.PERMIT_USED_UP
    [shortage] = batches_runs.batch_view(office.service, batch.number, officer=CLERK).shortages
    assert (shortage.permit.number, shortage.more) == ("EA-SAU-1234", 3)


def test_rows_to_fix_are_uploaded_again_alone_and_the_others_stay(office: OfficeAtWork) -> None:
    batch = upload(office, csv_of([line(1), line(2, sex="?"), line(3)]))
    correction = [line(2) | {"row": "3", "reason_en": "whatever"}, line(9) | {"row": "2"}]
    outcome = expect(
        batches.correct(
            office.service,
            batch.number,
            officer=CLERK,
            device=DEVICE,
            content=csv_of(correction, header=("row", *line(2), "reason_en")),
            names=OWN_NAMES,
        )
    )
    assert (outcome.rows, outcome.left_alone) == (1, 1)
    work_off(office.service)
    assert [each.standing for each in rows(office, batch)] == [RowStanding.ACCEPTED] * 3
    assert [each.corrected for each in rows(office, batch)] == [False, True, False]
    assert row(office, batch, 2).keys.passport_no == "A00000001"


def test_a_correction_says_which_row_it_is_for(office: OfficeAtWork) -> None:
    batch = upload(office, csv_of([line(2, sex="?")]))
    with pytest.raises(SheetRefused) as refused:
        batches.correct(
            office.service, batch.number, officer=CLERK, device=DEVICE, content=csv_of([line(2)]), names=OWN_NAMES
        )
    assert (refused.value.kind, refused.value.about) == (SheetFaultKind.WHICH_ROW, "2")


def test_the_same_file_is_the_same_batch_however_often_it_comes(office: OfficeAtWork) -> None:
    content = csv_of([line(1), line(2)])
    first = upload(office, content)
    issue_all(office, first)
    second = upload(office, content)
    assert second == first
    assert [each.standing for each in rows(office, second)] == [RowStanding.SUBMITTED] * 2
    with office.service.database.read() as work:
        assert work.clearances.count(text="", scope=Scope()) == 2
        assert work.batches.count(CLERK.scope) == 1


def test_photos_may_come_later(office: OfficeAtWork) -> None:
    batch = upload(office, csv_of([line(1), line(50)]))
    [late] = rows(office, batch, RowStanding.TO_FIX)
    assert late.notes == (Fault(field="photo", kind=FaultKind.REQUIRED),)
    batches.add_photos(office.service, batch.number, [photos_of([50], PORTRAIT)], officer=CLERK, device=DEVICE)
    work_off(office.service)
    assert len(rows(office, batch, RowStanding.ACCEPTED)) == 2


def test_a_bad_photo_and_bad_cells_are_named_together(office: OfficeAtWork) -> None:
    batch = expect(
        batches.upload(
            office.service,
            officer=CLERK,
            device=DEVICE,
            file_name="x",
            content=csv_of([line(1, sex="?", photo="a/b.jpg")]),
            names=OWN_NAMES,
        )
    )
    work_off(office.service)
    [found] = rows(office, batch)
    assert [(note.field, note.kind) for note in found.notes if isinstance(note, Fault)] == [
        ("sex", FaultKind.NOT_A_CHOICE),
        ("photo", FaultKind.PHOTO_NOT_FOUND),
    ]


def test_an_agencys_clerk_sends_rows_of_the_own_licence_only(office: OfficeAtWork) -> None:
    batch = upload(office, csv_of([line(1), line(2, licence_no="RL-999")]), by=AGENCY_CLERK)
    [mine, other] = rows(office, batch)
    assert mine.standing is RowStanding.ACCEPTED
    assert other.standing is RowStanding.TO_FIX
    assert Ground.OTHER_AGENCY in {note.ground for note in other.notes if isinstance(note, Objection)}


def test_a_batch_is_seen_by_its_agency_its_office_and_headquarters(office: OfficeAtWork) -> None:
    batch = upload(office, csv_of([line(1)]), by=AGENCY_CLERK)
    stranger = replace(AGENCY_CLERK, number="AG-2", licence_no="RL-77")
    elsewhere = officer("R-1", Role.CHECKER, office_code=DISTRICT.code)
    for other in (stranger, elsewhere):
        with pytest.raises(NotOnRecord):
            batches_runs.batch_view(office.service, batch.number, officer=other)
        assert batches_runs.batches_of(office.service, officer=other, page=1).total == 0
    assert batches_runs.batches_of(office.service, officer=CHECKER, page=1).items == [batch]


def test_a_step_is_for_officers_of_its_role(office: OfficeAtWork) -> None:
    batch = upload(office, csv_of([line(1)]))
    issue_all(office, batch, until=BatchStep.SUBMIT)
    outcome = batches_runs.order(
        office.service, batch.number, BatchStep.CHECK, officer=ISSUER, device=DEVICE, rows=None
    )
    assert getattr(outcome, "objections")[0].ground is Ground.ROLE_MISSING  # noqa: B009 - of two types


def test_each_case_is_judged_on_its_own_and_a_refused_one_keeps_no_other(office: OfficeAtWork) -> None:
    batch = upload(office, csv_of([line(1), line(2), line(3)]))
    issue_all(office, batch, until=BatchStep.CHECK)
    with office.service.database.write() as work:  # its permit is taken by others meanwhile
        case = work.applications.get(row(office, batch, 3).reference or "")
        work.commit()
    assert case
    office.clock.advance(days=1)
    order(office, batch, BatchStep.APPROVE, APPROVER, numbers=[2, 4])
    work_off(office.service)
    states = batches_runs.batch_view(office.service, batch.number, officer=CLERK).states
    assert states == {ApplicationState.APPROVED: 2, ApplicationState.CHECKED: 1}


def test_nobody_acts_twice_in_one_case_in_a_batch_either(office: OfficeAtWork) -> None:
    both = officer("B-1", Role.CHECKER, Role.APPROVER)
    with office.service.database.write() as work:
        work.staff.add(both)
        work.commit()
    batch = upload(office, csv_of([line(1), line(2)]))
    issue_all(office, batch, until=BatchStep.SUBMIT)
    order(office, batch, BatchStep.CHECK, both, numbers=[2])
    work_off(office.service)
    order(office, batch, BatchStep.CHECK, CHECKER, numbers=[3])
    work_off(office.service)
    order(office, batch, BatchStep.APPROVE, both)
    work_off(office.service)
    latest = batches_runs.batch_view(office.service, batch.number, officer=CLERK).runs[0]
    assert (latest.tally.done, latest.tally.refused) == (1, 1)
    [refused] = latest.refused
    assert refused.row == 2
    [note] = refused.notes
    assert isinstance(note, Objection)
    assert note.ground is Ground.SAME_OFFICER_CHECKED
    assert row(office, batch, 2).wants_eyes


def test_a_case_that_moved_after_the_order_is_left_alone(office: OfficeAtWork) -> None:
    batch = upload(office, csv_of([line(1)]))
    issue_all(office, batch, until=BatchStep.SUBMIT)
    order(office, batch, BatchStep.CHECK, CHECKER)
    reference = row(office, batch, 2).reference or ""
    with office.service.database.read() as work:
        case = work.applications.get(reference)
    assert case
    from clearance.issuing.check import check

    other = officer("C-2", Role.CHECKER)
    with office.service.database.write() as work:
        work.staff.add(other)
        work.commit()
    expect(check(office.service, reference, officer=other, device="elsewhere", version=case.version))
    work_off(office.service)
    [latest, *_] = batches_runs.batch_view(office.service, batch.number, officer=CLERK).runs
    assert [note for result in latest.refused for note in result.notes] == [RowNote(trouble=RowTrouble.OVERTAKEN)]
