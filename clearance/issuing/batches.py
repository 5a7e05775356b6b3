"""Uploading a batch, correcting its rows and adding photos: every one begins a dry run and changes no case.

The rows and the order to read them are written in one transaction; workers do the rest (`batches_work`).
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from clearance.domain.audit import AuditAct, AuditEntry, Facts
from clearance.domain.batch import NEED_WORK, Batch, BatchRun, BatchStep, RowStanding
from clearance.domain.clearance import new_reference
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Ground, Objection
from clearance.domain.staff import ENTERING, Officer, Role
from clearance.issuing.batches_photos import require_archive
from clearance.issuing.cases import read_officer
from clearance.issuing.ports import BatchRow, Chunk, Conflict, NotOnRecord, Scanned, UnitOfWork
from clearance.issuing.service import Service
from clearance.issuing.sheet import SheetFaultKind, SheetRefused, SheetRow, read_sheet, rows_of

WORK = "batches"
"""What the worker is rung for."""
MAX_ROWS = 10_000
MAX_FILE_NAME = 120
IN_ONE_GO: Mapping[BatchStep, int] = {
    BatchStep.READ: 50,
    BatchStep.SUBMIT: 50,
    BatchStep.CHECK: 50,
    BatchStep.APPROVE: 50,
    BatchStep.ISSUE: 10,
}
"""Rows of a chunk: some seconds of work each."""
_ARCHIVE = b"PK\x03\x04"
"""How a workbook begins, and no text does."""


@dataclass(frozen=True, kw_only=True)
class Corrected:
    """How many rows were taken again, and how many were left alone because nothing stands against them."""

    rows: int
    left_alone: int


def upload(
    service: Service,
    *,
    officer: Officer,
    device: str,
    file_name: str,
    content: Scanned,
    names: Mapping[str, str],
    archives: Sequence[Scanned] = (),
) -> Batch | Refused:
    """The batch that a file becomes, or became when it was uploaded before. `names` as in `sheet.read_sheet`.

    `archives` are its photos. Raises SheetRefused, PhotosRefused.
    """
    against = against_uploading(officer)
    if against:
        return Refused(objections=against)
    for archive in archives:
        require_archive(archive)
    found = _table(service, content, names)
    batch = _batch(officer, file_name, content, rows=len(found), at=service.now())
    kept = [service.documents.put(archive) for archive in archives]
    try:
        with service.database.write() as work:
            author = read_officer(work, officer.number)
            if against_uploading(author):
                return Refused(objections=against_uploading(author))
            work.batches.add(batch, (_row(batch, row) for row in found))
            for sha256 in kept:
                work.batches.add_photos(batch.number, sha256)
            begin(
                work,
                _reading(batch, officer, device, rows=len(found), at=batch.uploaded_at),
                [row.number for row in found],
            )
            facts: Facts = {"rows": batch.rows, "sha256": batch.file_sha256}
            put_on_record(work, batch, AuditAct.BATCH_UPLOADED, officer, device, facts, at=batch.uploaded_at)
            work.commit()
    except Conflict:
        earlier = _uploaded_before(service, batch)
        if archives:
            add_photos(service, earlier.number, archives, officer=officer, device=device)
        return earlier
    service.ring(WORK)
    return batch


def against_uploading(officer: Officer) -> tuple[Objection, ...]:
    """What stands against this officer uploading batches at all."""
    if not officer.active:
        return (Objection(ground=Ground.OFFICER_INACTIVE),)
    if not officer.roles & ENTERING:
        return (Objection(ground=Ground.ROLE_MISSING, details={"role": Role.AGENCY_CLERK.value}),)
    return ()


def correct(
    service: Service, batch_no: str, *, officer: Officer, device: str, content: Scanned, names: Mapping[str, str]
) -> Corrected | Refused:
    """Take rows of a batch again, as a file with the column `row` has them. Rows in order stay as they are.

    Raises SheetRefused, NotOnRecord.
    """
    found = _table(service, content, names)
    nameless = [row.number for row in found if row.corrects is None]
    if nameless:
        raise SheetRefused(SheetFaultKind.WHICH_ROW, str(nameless[0]))
    with service.database.write() as work:
        batch = seen_batch(work, batch_no, officer=officer)
        if against_uploading(read_officer(work, officer.number)):
            return Refused(objections=against_uploading(read_officer(work, officer.number)))
        taken = [row for row in (_corrected(work, batch, each) for each in found) if row is not None]
        _read_again(work, batch, taken, officer, device, at=service.now())
        work.commit()
    service.ring(WORK)
    return Corrected(rows=len(taken), left_alone=len(found) - len(taken))


def read_again(service: Service, batch_no: str, *, officer: Officer, device: str) -> int | Refused:
    """Judge every row that needs work once more, since a permit or a rule may have changed; how many there are.

    Raises NotOnRecord.
    """
    with service.database.write() as work:
        batch = seen_batch(work, batch_no, officer=officer)
        if against_uploading(read_officer(work, officer.number)):
            return Refused(objections=against_uploading(read_officer(work, officer.number)))
        rows = work.batches.rows(batch_no, standings=NEED_WORK, limit=MAX_ROWS)
        _read_again(work, batch, rows, officer, device, at=service.now())
        work.commit()
    service.ring(WORK)
    return len(rows)


def add_photos(service: Service, batch_no: str, archives: Iterable[Scanned], *, officer: Officer, device: str) -> None:
    """Keep archives of photos and judge the rows that need work once more. Raises PhotosRefused, NotOnRecord."""
    contents = list(archives)
    for content in contents:
        require_archive(content)
    kept = [service.documents.put(content) for content in contents]
    with service.database.write() as work:
        seen_batch(work, batch_no, officer=officer)
        for sha256 in kept:
            work.batches.add_photos(batch_no, sha256)
        work.commit()
    read_again(service, batch_no, officer=officer, device=device)


def seen_batch(work: UnitOfWork, batch_no: str, *, officer: Officer) -> Batch:
    """The batch, where it lies within the officer's scope. Raises NotOnRecord for any other."""
    batch = work.batches.get(batch_no)
    if batch is None or not officer.scope.covers(office_code=batch.office_code, licence_no=batch.licence_no):
        raise NotOnRecord(batch_no)
    return batch


def begin(work: UnitOfWork, run: BatchRun, rows: Sequence[int], versions: Sequence[int] = ()) -> None:
    """Write a run and its chunks. One without rows is finished as it begins."""
    size = IN_ONE_GO[run.step]
    chunks = [
        Chunk(
            run_no=run.number,
            number=number,
            rows=tuple(rows[start : start + size]),
            versions=tuple(versions[start : start + size]),
        )
        for number, start in enumerate(range(0, len(rows), size), start=1)
    ]
    if chunks:
        work.batches.add_run(run, chunks)


def put_on_record(
    work: UnitOfWork, batch: Batch, act: AuditAct, officer: Officer, device: str, facts: Facts, *, at: datetime
) -> None:
    """The entry for something done to a whole batch."""
    every: Facts = {"device": device, **facts}
    work.audit.append(AuditEntry(at=at, officer_no=officer.number, act=act, subject=batch.number, facts=every))


def new_number(kind: str) -> str:
    """`BAT-` or `RUN-` and eight random characters."""
    return f"{kind}-{new_reference().partition('-')[2]}"


def _table(service: Service, content: bytes, names: Mapping[str, str]) -> Sequence[SheetRow]:
    if content.startswith(_ARCHIVE):
        rows = rows_of(service.workbooks.read(content), names=names)
    else:
        rows = read_sheet(content, names=names)
    if len(rows) > MAX_ROWS:
        raise SheetRefused(SheetFaultKind.TOO_MANY_ROWS)
    return rows


def _batch(officer: Officer, file_name: str, content: bytes, *, rows: int, at: datetime) -> Batch:
    printable = "".join(character for character in file_name if character.isprintable())
    return Batch(
        number=new_number("BAT"),
        file_name=printable[-MAX_FILE_NAME:],
        file_sha256=hashlib.sha256(content).hexdigest(),
        licence_no=officer.licence_no,
        office_code=officer.office_code,
        uploaded_by=officer.number,
        uploaded_at=at,
        rows=rows,
    )


def _row(batch: Batch, row: SheetRow) -> BatchRow:
    return BatchRow(batch_no=batch.number, number=row.number, texts=row.texts, too_wide=row.too_wide)


def _uploaded_before(service: Service, batch: Batch) -> Batch:
    with service.database.read() as work:
        earlier = work.batches.by_file(batch.file_sha256, office_code=batch.office_code, licence_no=batch.licence_no)
    if earlier is None:
        raise Conflict(batch.number)
    return earlier


def _corrected(work: UnitOfWork, batch: Batch, row: SheetRow) -> BatchRow | None:
    """The row of the batch with its new texts; None where it needs no work, or there is none."""
    assert row.corrects is not None
    earlier = work.batches.row(batch.number, row.corrects)
    if earlier is None or earlier.standing not in NEED_WORK:
        return None
    mended = earlier.corrected or dict(earlier.texts) != row.texts
    return replace(earlier, texts=row.texts, too_wide=row.too_wide, corrected=mended)


def _read_again(
    work: UnitOfWork, batch: Batch, rows: Sequence[BatchRow], officer: Officer, device: str, *, at: datetime
) -> None:
    for row in rows:
        work.batches.save_row(replace(row, standing=RowStanding.UNREAD, notes=()))
    begin(work, _reading(batch, officer, device, rows=len(rows), at=at), [row.number for row in rows])
    put_on_record(work, batch, AuditAct.BATCH_CORRECTED, officer, device, {"rows": len(rows)}, at=at)


def _reading(batch: Batch, officer: Officer, device: str, *, rows: int, at: datetime) -> BatchRun:
    return BatchRun(
        number=new_number("RUN"),
        batch_no=batch.number,
        step=BatchStep.READ,
        officer_no=officer.number,
        device=device,
        ordered_at=at,
        rows=rows,
    )
