"""The dry run: what stands against each row of a batch, before anything is entered.

A row is judged alone, and then once more beside its neighbours: two rows for one worker, and more rows than a permit
has places, are seen only there. Nothing here changes a case.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from clearance.credential.identifiers import normalise_passport_no
from clearance.domain.application import Application, ApplicationDraft
from clearance.domain.batch import Batch, RowStanding
from clearance.domain.decision import Attempt, begun, may_begin
from clearance.domain.eligibility import Details, Ground, Objection, objections
from clearance.domain.lifecycle import Move
from clearance.domain.staff import Officer
from clearance.issuing.batches_photos import Album, names_of
from clearance.issuing.cases import case_of
from clearance.issuing.entry import about_payment
from clearance.issuing.fields import Fault, FaultKind
from clearance.issuing.ports import BatchRow, Keys, Note, PhotoRefused, Portrait, RowNote, RowTrouble, UnitOfWork
from clearance.issuing.rows import parse_row
from clearance.issuing.service import Service

MAX_NUMBER = 64
"""Characters of a passport number that are looked at."""
CANDIDATES = (RowStanding.ACCEPTED, RowStanding.OVER_BUDGET, RowStanding.DUPLICATE)
"""Rows that nothing but their neighbours can stand against."""


def read_row(service: Service, batch: Batch, row: BatchRow, *, officer: Officer, album: Album) -> BatchRow:
    """The row as judged alone, its portrait stored where it has one. Never raises for anything in the row."""
    draft = draft_of(service, batch, row)
    portrait = _portrait(service, row, album)
    faults = [Fault(field="", kind=FaultKind.EXTRA_CELLS)] if row.too_wide else []
    faults += draft if isinstance(draft, tuple) else ()
    faults += [portrait] if isinstance(portrait, Fault) else []
    if isinstance(portrait, Portrait):
        row = replace(row, photo_sha256=service.documents.put(portrait.jpeg), photo_remark=portrait.remark)
    if faults or not isinstance(draft, ApplicationDraft):
        return replace(row, standing=RowStanding.TO_FIX, notes=tuple(faults), keys=Keys())
    keyed = replace(row, keys=keys_of(draft), reference=None)
    with service.database.read() as work:
        return _judged(service, work, keyed, draft, officer)


def draft_of(service: Service, batch: Batch, row: BatchRow) -> ApplicationDraft | tuple[Fault, ...]:
    """What a row says, with the portrait that was made for it."""
    draft = parse_row(
        row.texts,
        office_code=batch.office_code,
        photo_sha256=row.photo_sha256,
        missing_characters=service.printer.missing_characters,
    )
    if isinstance(draft, tuple):
        return draft
    return replace(draft, worker=replace(draft.worker, photo_remark=row.photo_remark))


def keys_of(draft: ApplicationDraft) -> Keys:
    """What tells this case from others."""
    return Keys(
        passport_no=draft.worker.passport.number,
        visa_no=draft.visa.number,
        receipt_no=draft.payment.receipt_no,
        permit_no=draft.permit_no,
    )


def same_case(work: UnitOfWork, draft: ApplicationDraft) -> Application | None:
    """The case of the same passport, visa and receipt; a receipt of another one is for the entry to refuse."""
    earlier = work.applications.by_receipt(draft.payment.receipt_no)
    return earlier if earlier is not None and keys_of(earlier.draft) == keys_of(draft) else None


def settle(work: UnitOfWork, batch: Batch) -> None:
    """Judge the rows that are in order beside each other: the first of two stays, and as many as a permit bears."""
    rows = work.batches.rows(batch.number, limit=batch.rows)
    places = _places_left(work, {row.keys.permit_no for row in rows if row.standing in CANDIDATES})
    seen = {mark: row.number for row in rows if row.standing is RowStanding.SUBMITTED for mark in _marks(row)}
    for row in rows:
        if row.standing not in CANDIDATES or _is_a_case(row):
            continue
        settled = _settled(row, seen, places)
        if settled != row:
            work.batches.save_row(settled)


@dataclass(kw_only=True)
class _Places:
    """What is left of a permit while its rows are counted."""

    left: int
    used: int
    of: int


def _judged(service: Service, work: UnitOfWork, row: BatchRow, draft: ApplicationDraft, officer: Officer) -> BatchRow:
    earlier = same_case(work, draft)
    if earlier is not None:
        note = RowNote(trouble=RowTrouble.ALREADY_A_CASE, details={"reference": earlier.reference})
        return replace(row, standing=RowStanding.DUPLICATE, notes=(note,))
    against = tuple(_against(service, work, draft, officer))
    if not against:
        return replace(row, standing=RowStanding.ACCEPTED, notes=())
    over = all(objection.ground is Ground.PERMIT_USED_UP for objection in against)
    return replace(row, standing=RowStanding.OVER_BUDGET if over else RowStanding.TO_FIX, notes=against)


def _against(service: Service, work: UnitOfWork, draft: ApplicationDraft, officer: Officer) -> Iterator[Objection]:
    """Everything that would keep this case from its card today, but for who decides it."""
    yield from may_begin(draft, officer=officer)
    yield from about_payment(work, draft)
    by = Attempt(officer=officer, at=service.now(), device="")
    found = objections(case_of(work, begun("", draft, Move.SUBMIT, by)), on=service.today())
    yield from (objection for objection in found if objection.ground is not Ground.HEADQUARTERS_ONLY)


def _portrait(service: Service, row: BatchRow, album: Album) -> Portrait | Fault:
    cell = row.texts.get("photo", "")
    upload = album.find(names_of(cell, normalise_passport_no(row.texts.get("passport_no", "")[:MAX_NUMBER])))
    if upload is None:
        if not cell.strip():
            return Fault(field="photo", kind=FaultKind.REQUIRED)
        return Fault(field="photo", kind=FaultKind.PHOTO_NOT_FOUND, details={"text": cell.strip()[:200]})
    try:
        return service.prepare_photo(upload)
    except PhotoRefused as refused:
        return Fault(field="photo", kind=FaultKind(f"photo_{refused.ground}"))


def _marks(row: BatchRow) -> Iterable[tuple[str, str]]:
    keys = row.keys
    return (("passport_no", keys.passport_no), ("visa_no", keys.visa_no), ("receipt_no", keys.receipt_no))


def _is_a_case(row: BatchRow) -> bool:
    return any(isinstance(note, RowNote) and note.trouble is RowTrouble.ALREADY_A_CASE for note in row.notes)


def _settled(row: BatchRow, seen: dict[tuple[str, str], int], places: dict[str, _Places]) -> BatchRow:
    for mark in _marks(row):
        if mark in seen:
            details: dict[str, str | int] = {"row": seen[mark], "field": mark[0]}
            note = RowNote(trouble=RowTrouble.SAME_AS_ROW, details=details)
            return replace(row, standing=RowStanding.DUPLICATE, notes=(note,))
    seen.update(dict.fromkeys(_marks(row), row.number))
    permit = places[row.keys.permit_no]
    permit.left -= 1
    if permit.left < 0:
        return replace(row, standing=RowStanding.OVER_BUDGET, notes=(_used_up(row.keys.permit_no, permit),))
    return replace(row, standing=RowStanding.ACCEPTED, notes=())


def _used_up(permit_no: str, permit: _Places) -> Note:
    details: Details = {"permit": permit_no, "used": permit.used, "places": permit.of}
    return Objection(ground=Ground.PERMIT_USED_UP, details=details)


def _places_left(work: UnitOfWork, permits: Iterable[str]) -> dict[str, _Places]:
    """What each permit bears besides what is issued and what is being signed."""
    found = {}
    for number in permits:
        permit = work.permits.get(number)
        places, used = (permit.places, permit.used) if permit else (0, 0)
        found[number] = _Places(left=places - used - work.intents.promised(number, besides=""), used=used, of=places)
    return found
