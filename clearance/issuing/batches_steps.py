"""One step for one row: the same use cases as at the counter, and what their answers mean to a batch.

It decides what stands against one row and what keeps everybody from going on.
"""

from dataclasses import replace

from clearance.domain.application import Application, ApplicationDraft
from clearance.domain.batch import WAITS_FOR, Batch, BatchRun, BatchStep, RowStanding
from clearance.domain.clearance import Clearance
from clearance.domain.decision import Refused
from clearance.domain.lifecycle import Move
from clearance.domain.signing import OF_THE_KEY
from clearance.domain.staff import Officer
from clearance.issuing.approve import approve
from clearance.issuing.batches_photos import Album
from clearance.issuing.batches_reading import draft_of, read_row, same_case
from clearance.issuing.check import check
from clearance.issuing.entry import enter
from clearance.issuing.ports import (
    BatchRow,
    Conflict,
    Note,
    NotOnRecord,
    NotSigned,
    RowNote,
    RowTrouble,
    Trouble,
    UnitOfWork,
)
from clearance.issuing.request import request_card
from clearance.issuing.service import Service

OF_ONE_CARD = frozenset({Trouble.UNREADABLE, Trouble.NOT_ACCEPTED, Trouble.UNFORESEEN})
"""Troubles that another card may well not have; any other would meet the next one too."""
MOVES = {BatchStep.CHECK: Move.CHECK, BatchStep.APPROVE: Move.APPROVE, BatchStep.ISSUE: Move.ISSUE}


class Halted(Exception):
    """Nobody can go on now, whichever row is next; `notes` say why. `counts` where the row itself may be the reason."""

    def __init__(self, *notes: Note, counts: bool = False) -> None:
        super().__init__("halted")
        self.notes = notes
        self.counts = counts


def take_step(
    service: Service, run: BatchRun, batch: Batch, row: BatchRow, *, officer: Officer, album: Album, version: int
) -> tuple[BatchRow, tuple[Note, ...]]:
    """The row after the step, and what stands against it. Taken again, it comes to the same.

    `version` is that of the row's case when the officer ordered the step. Raises Halted, Unavailable.
    """
    match run.step:
        case BatchStep.READ:
            read = read_row(service, batch, row, officer=officer, album=album)
            return read, read.notes
        case BatchStep.SUBMIT:
            return _submitted(service, run, batch, row, officer)
        case BatchStep.CHECK | BatchStep.APPROVE | BatchStep.ISSUE:
            notes = _moved(service, run, row, officer, version)
            return replace(row, notes=notes), notes


def _submitted(
    service: Service, run: BatchRun, batch: Batch, row: BatchRow, officer: Officer
) -> tuple[BatchRow, tuple[Note, ...]]:
    """The row with the case that it became. A case that an earlier try entered is found and taken."""
    if row.standing is not RowStanding.ACCEPTED:
        return row, row.notes
    draft = draft_of(service, batch, row)
    if not isinstance(draft, ApplicationDraft):
        return replace(row, standing=RowStanding.TO_FIX, notes=draft), draft
    try:
        outcome = enter(service, draft, officer=officer, device=run.device)
    except Conflict:
        return _to_fix(row, RowNote(trouble=RowTrouble.OVERTAKEN))
    if isinstance(outcome, Application):
        return _as_case(row, outcome)
    with service.database.read() as work:
        earlier = same_case(work, draft)
        ours = earlier is not None and _entered_by(work, earlier, batch)
    return _as_case(row, earlier) if earlier is not None and ours else _to_fix(row, *outcome.objections)


def _entered_by(work: UnitOfWork, application: Application, batch: Batch) -> bool:
    """Whether a run of this batch entered the case: this one, or one that gave the row up before it could say so."""
    runs = (tally.run for tally in work.batches.tallies(batch.number) if tally.run.step is BatchStep.SUBMIT)
    entered = application.entered
    return any(entered.officer_no == run.officer_no and entered.at >= run.ordered_at for run in runs)


def _moved(service: Service, run: BatchRun, row: BatchRow, officer: Officer, version: int) -> tuple[Note, ...]:
    """What stood against the case's move; nothing where it was made now or by an earlier try."""
    assert row.reference is not None
    with service.database.read() as work:
        application = work.applications.get(row.reference)
    assert application is not None
    if application.state is not WAITS_FOR[run.step] and _made_by(application, run):
        return ()
    if application.version != version:
        return (RowNote(trouble=RowTrouble.OVERTAKEN),)
    try:
        outcome = _act(service, run, row, row.reference, officer, version)
    except (Conflict, NotOnRecord):
        return (RowNote(trouble=RowTrouble.OVERTAKEN),)
    except NotSigned as failed:
        note = RowNote(trouble=RowTrouble.NOT_MADE, details={"trouble": failed.trouble.value})
        if failed.trouble in OF_ONE_CARD:
            return (note,)
        raise Halted(note, counts=failed.trouble is Trouble.CUT_OFF) from failed
    if not isinstance(outcome, Refused):
        return ()
    if any(objection.ground in OF_THE_KEY for objection in outcome.objections):
        raise Halted(*outcome.objections)
    return outcome.objections


def _act(
    service: Service, run: BatchRun, row: BatchRow, reference: str, officer: Officer, version: int
) -> Application | Clearance | Refused:
    match run.step:
        case BatchStep.CHECK:
            return check(service, reference, officer=officer, device=run.device, version=version)
        case BatchStep.APPROVE:
            seen = row.number in run.accepted
            return approve(service, reference, officer=officer, device=run.device, version=version, photo_accepted=seen)
        case _:
            return request_card(service, reference, officer=officer, device=run.device)


def _made_by(application: Application, run: BatchRun) -> bool:
    """Whether this very run made its move already, before it was cut short."""
    made = (act for act in application.acts if act.move is MOVES[run.step])
    return any(act.officer_no == run.officer_no and act.at >= run.ordered_at for act in made)


def _as_case(row: BatchRow, application: Application) -> tuple[BatchRow, tuple[Note, ...]]:
    return replace(row, standing=RowStanding.SUBMITTED, reference=application.reference, notes=()), ()


def _to_fix(row: BatchRow, *notes: Note) -> tuple[BatchRow, tuple[Note, ...]]:
    return replace(row, standing=RowStanding.TO_FIX, notes=notes), notes
