"""Entry forms as rows."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection, RowMapping, bindparam, select, update

from clearance.domain.person import PhotoRemark
from clearance.issuing.ports import EntryForm
from clearance.storage.tables_batches import entry_forms

_C = entry_forms.c
_GET = select(entry_forms).where(_C.number == bindparam("wanted"))
_SAVE = update(entry_forms).where(_C.number == bindparam("wanted"))
_OPEN = (
    select(entry_forms)
    .where(_C.officer_no == bindparam("officer"), _C.reference.is_(None))
    .order_by(_C.saved_at.desc(), _C.number)
    .limit(bindparam("limit"))
)


class SqlEntryForms:
    """Implements `clearance.issuing.ports.EntryForms`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, number: str) -> EntryForm | None:
        columns = self._connection.execute(_GET, {"wanted": number}).mappings().first()
        return None if columns is None else _form(columns)

    def save(self, form: EntryForm) -> None:
        remark = form.photo_remark.value if form.photo_remark else None
        row = asdict(form) | {"texts": dict(form.texts), "photo_remark": remark}
        if self._connection.execute(_SAVE, row | {"wanted": form.number}).rowcount == 0:
            self._connection.execute(entry_forms.insert(), row)

    def open_of(self, officer_no: str, *, limit: int) -> Sequence[EntryForm]:
        found = self._connection.execute(_OPEN, {"officer": officer_no, "limit": limit}).mappings()
        return [_form(columns) for columns in found]


def _form(columns: RowMapping) -> EntryForm:
    remark = columns["photo_remark"]
    return EntryForm(**{**columns, "photo_remark": PhotoRemark(remark) if remark else None})
