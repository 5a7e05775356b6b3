"""Rows uploaded, looked at and taken through the steps."""

from clearance.domain.batch import Batch, BatchStep, RowStanding
from clearance.domain.staff import Officer
from clearance.issuing import batches, batches_runs
from clearance.issuing.ports import BatchRow
from clearance.issuing.sheet import OWN_NAMES
from tests.fakes.batch_files import photos_of, work_off
from tests.fakes.office import APPROVER, CHECKER, CLERK, DEVICE, ISSUER, OfficeAtWork, expect
from tests.fakes.outside import PORTRAIT


def upload(office: OfficeAtWork, content: bytes, *, by: Officer = CLERK, photos: int = 40) -> Batch:
    """The batch of a file with photos for the first workers, its dry run done."""
    batch = expect(
        batches.upload(
            office.service, officer=by, device=DEVICE, file_name="sheet.csv", content=content, names=OWN_NAMES
        )
    )
    batches.add_photos(office.service, batch.number, [photos_of(range(photos), PORTRAIT)], officer=by, device=DEVICE)
    work_off(office.service)
    return batch


def rows(office: OfficeAtWork, batch: Batch, *standings: RowStanding) -> list[BatchRow]:
    with office.service.database.read() as work:
        return list(work.batches.rows(batch.number, standings=standings or tuple(RowStanding), limit=1_000))


def row(office: OfficeAtWork, batch: Batch, number: int) -> BatchRow:
    return next(each for each in rows(office, batch) if each.number == number)


def order(
    office: OfficeAtWork, batch: Batch, step: BatchStep, by: Officer, *, numbers: list[int] | None = None
) -> None:
    office.clock.advance(seconds=1)
    run = expect(batches_runs.order(office.service, batch.number, step, officer=by, device=DEVICE, rows=numbers))
    assert run is not None


def issue_all(office: OfficeAtWork, batch: Batch, *, until: BatchStep = BatchStep.ISSUE) -> None:
    steps = ((BatchStep.SUBMIT, CLERK), (BatchStep.CHECK, CHECKER), (BatchStep.APPROVE, APPROVER))
    for step, by in (*steps, (BatchStep.ISSUE, ISSUER)):
        order(office, batch, step, by)
        work_off(office.service)
        if step is until:
            return
