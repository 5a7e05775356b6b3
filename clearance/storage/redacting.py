"""Taking a person out of a case: its row, its acts' words, its cards, and what lies around it."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, or_, select, union, update
from sqlalchemy.sql import ColumnElement

from clearance.domain.correction import RequestState
from clearance.domain.retention import BLANK, redacted_draft, redacted_passport
from clearance.issuing.ports import NotOnRecord
from clearance.storage.applications import SqlApplications
from clearance.storage.drafts import draft_columns
from clearance.storage.tables import applications, clearances
from clearance.storage.tables_batches import batch_photos, batch_rows, batches, entry_forms
from clearance.storage.tables_cases import acts, earlier_passports
from clearance.storage.tables_desks import desk_rows
from clearance.storage.tables_interface import message_optouts
from clearance.storage.tables_personal import released_documents
from clearance.storage.tables_requests import correction_requests

NAMING: tuple[ColumnElement[Any], ...] = (
    applications.c.photo_sha256,
    applications.c.visa_check_evidence,
    clearances.c.pdf_sha256,
    batch_rows.c.photo_sha256,
    batch_photos.c.sha256,
    entry_forms.c.photo_sha256,
)
"""The columns that name documents."""
_OF_SCANS = frozenset({"seq", "nonce", "at", "desk", "reason", "outcome", "act", "ground", "clearance_no", "hash"})
"""What a desk's row keeps: what was decided, when and where, and its place in the journal."""
_NOTHING_TYPED: dict[str, Any] = {
    "texts": {},
    "notes": [],
    "passport_no": "",
    "visa_no": "",
    "receipt_no": "",
    "permit_no": "",
    "photo_sha256": "",
}


def redact_case(connection: Connection, reference: str, *, at: datetime, on: date) -> None:
    """Raises NotOnRecord."""
    case = SqlApplications(connection).get(reference)
    if case is None:
        raise NotOnRecord(reference)
    release(connection, _documents_of(reference), at=at)
    of_case = applications.c.reference == reference
    left = draft_columns(reference, redacted_draft(reference, case.draft))
    connection.execute(update(applications).where(of_case).values(**left, redacted_on=on))
    connection.execute(delete(earlier_passports).where(earlier_passports.c.reference == reference))
    connection.execute(
        update(acts).where(acts.c.reference == reference, acts.c.reason.is_not(None)).values(reason=None)
    )
    _redact_cards(connection, reference)
    connection.execute(update(batch_rows).where(batch_rows.c.reference == reference).values(**_NOTHING_TYPED))
    connection.execute(delete(entry_forms).where(entry_forms.c.reference == reference))
    connection.execute(delete(message_optouts).where(message_optouts.c.reference == reference))
    asked = select(correction_requests.c.reference).where(
        or_(
            correction_requests.c.application_reference == reference,
            correction_requests.c.correction == reference,
            correction_requests.c.passport_no.in_(case.draft.worker.passport.numbers),
        ),
        correction_requests.c.redacted_on.is_(None),
    )
    redact_requests(connection, connection.execute(asked).scalars().all(), on=on)


def redact_requests(connection: Connection, references: Iterable[str], *, on: date) -> None:
    """Take what a worker wrote out of requests; that there was one, about what and how it ended stays."""
    c = correction_requests.c
    for reference in references:
        connection.execute(
            update(correction_requests)
            .where(c.reference == reference)
            .values(
                passport_no=redacted_passport(reference),
                birth_date=None,
                text=BLANK,
                phone=BLANK,
                slip_code=None,
                redacted_on=on,
            )
        )
        connection.execute(
            update(correction_requests)
            .where(c.reference == reference, c.state == RequestState.ANSWERED.value)
            .values(answer=BLANK)
        )


def redact_batch(connection: Connection, number: str, *, at: datetime, on: date) -> None:
    """Forget the rows and photos of a batch; which cases came of it stays."""
    rows, photos = batch_rows.c.batch_no == number, batch_photos.c.batch_no == number
    named = union(select(batch_rows.c.photo_sha256).where(rows), select(batch_photos.c.sha256).where(photos))
    release(connection, named, at=at)
    connection.execute(update(batch_rows).where(rows).values(**_NOTHING_TYPED))
    connection.execute(delete(batch_photos).where(photos))
    connection.execute(update(batches).where(batches.c.number == number).values(file_name=BLANK, redacted_on=on))


def redact_scans(connection: Connection, numbers: Iterable[int]) -> None:
    """Leave of desks' rows what was decided; what was read from the card goes."""
    c = desk_rows.c
    rows = connection.execute(select(c.number, c.columns).where(c.number.in_(list(numbers)))).all()
    left = [
        {"row": row.number, "left": json.dumps({k: v for k, v in json.loads(row.columns).items() if k in _OF_SCANS})}
        for row in rows
    ]
    if left:
        rewritten = update(desk_rows).where(c.number == bindparam("row")).values(columns=bindparam("left"))
        connection.execute(rewritten, left)


def release(connection: Connection, named: Any, *, at: datetime) -> None:
    """Put documents on the list of those that a row named until now."""
    found = {name for name in connection.execute(named).scalars() if name and len(name) == 64}
    known = set(
        connection.execute(select(released_documents.c.sha256).where(released_documents.c.sha256.in_(found))).scalars()
    )
    if new := sorted(found - known):
        connection.execute(released_documents.insert(), [{"sha256": name, "released_at": at} for name in new])


def _documents_of(reference: str) -> Select[Any] | Any:
    photo, evidence, pdf, row, _, form = NAMING
    of_case = applications.c.reference == reference
    return union(
        select(photo).where(of_case),
        select(evidence).where(of_case),
        select(pdf).where(clearances.c.application_reference == reference),
        select(row).where(batch_rows.c.reference == reference),
        select(form).where(entry_forms.c.reference == reference),
    )


def _redact_cards(connection: Connection, reference: str) -> None:
    c = clearances.c
    numbers = connection.execute(select(c.clearance_no).where(c.application_reference == reference)).scalars().all()
    connection.execute(
        update(clearances)
        .where(c.application_reference == reference)
        .values(passport_no=redacted_passport(reference), token=b"", pdf_sha256="", pdf_size=0, revocation_remark=None)
    )
    seen = select(desk_rows.c.number).where(desk_rows.c.clearance_no.in_(numbers))
    redact_scans(connection, connection.execute(seen).scalars().all())
