"""Batches, their rows and photo archives, as rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, func, select, update

from clearance.domain.batch import Batch, RowStanding
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.person import PhotoRemark
from clearance.domain.staff import Scope
from clearance.issuing.ports import BatchRow, Keys
from clearance.storage.batch_notes import notes_from_json, notes_to_json
from clearance.storage.batch_runs import SqlBatchRuns
from clearance.storage.tables import applications
from clearance.storage.tables_batches import batch_photos, batch_rows, batches

_B, _R = batches.c, batch_rows.c
_GET = select(batches).where(_B.number == bindparam("wanted"))
_BY_FILE = select(batches).where(
    _B.file_sha256 == bindparam("sha256"),
    _B.office_code == bindparam("office"),
    _B.licence_no == bindparam("licence"),
)
# An empty word stands for "any": one prepared statement for every scope.
_WITHIN = (
    (bindparam("office") == "") | (_B.office_code == bindparam("office")),
    (bindparam("licence") == "") | (_B.licence_no == bindparam("licence")),
)
_FIND = (
    select(batches)
    .where(*_WITHIN)
    .order_by(_B.uploaded_at.desc(), _B.number)
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
_COUNT = select(func.count()).select_from(batches).where(*_WITHIN)
_ROW = select(batch_rows).where(_R.batch_no == bindparam("batch"), _R.number == bindparam("wanted"))
_ROWS = (
    select(batch_rows)
    .where(_R.batch_no == bindparam("batch"), _R.standing.in_(bindparam("standings", expanding=True)))
    .order_by(_R.number)
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
_SAVE_ROW = update(batch_rows).where(_R.batch_no == bindparam("wanted_batch"), _R.number == bindparam("wanted"))
_STANDINGS = select(_R.standing, func.count()).where(_R.batch_no == bindparam("batch")).group_by(_R.standing)
_OF_CASES = batch_rows.join(applications, applications.c.reference == _R.reference)
_STATES = (
    select(applications.c.state, func.count())
    .select_from(_OF_CASES)
    .where(_R.batch_no == bindparam("batch"))
    .group_by(applications.c.state)
)
_AT_WORK = (
    select(batch_rows)
    .select_from(_OF_CASES)
    .where(_R.batch_no == bindparam("batch"), applications.c.state == bindparam("state"))
    .order_by(_R.wants_eyes.desc(), _R.number)
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)
_VERSIONS = (
    select(_R.number, applications.c.version)
    .select_from(_OF_CASES)
    .where(_R.batch_no == bindparam("batch"), applications.c.state == bindparam("state"))
)
_PHOTOS = (
    select(batch_photos.c.sha256).where(batch_photos.c.batch_no == bindparam("batch")).order_by(batch_photos.c.number)
)


class SqlBatches(SqlBatchRuns):
    """Implements `clearance.issuing.ports.Batches`; the half about runs is in `batch_runs`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, batch: Batch, rows: Iterable[BatchRow]) -> None:
        self._connection.execute(batches.insert(), asdict(batch) | {"licence_no": batch.licence_no or ""})
        self._connection.execute(batch_rows.insert(), [_row(row) for row in rows])

    def get(self, number: str) -> Batch | None:
        return _first(self._connection.execute(_GET, {"wanted": number}).mappings().first())

    def by_file(self, sha256: str, *, office_code: str, licence_no: str | None) -> Batch | None:
        wanted = {"sha256": sha256, "office": office_code, "licence": licence_no or ""}
        return _first(self._connection.execute(_BY_FILE, wanted).mappings().first())

    def find(self, scope: Scope, *, limit: int, offset: int) -> Sequence[Batch]:
        page = {"limit": limit, "offset": offset}
        return [_batch(columns) for columns in self._connection.execute(_FIND, _within(scope) | page).mappings()]

    def count(self, scope: Scope) -> int:
        return int(self._connection.execute(_COUNT, _within(scope)).scalar_one())

    def row(self, batch_no: str, number: int) -> BatchRow | None:
        found = self._connection.execute(_ROW, {"batch": batch_no, "wanted": number}).mappings().first()
        return None if found is None else _batch_row(found)

    def save_row(self, row: BatchRow) -> None:
        self._connection.execute(_SAVE_ROW, _row(row) | {"wanted_batch": row.batch_no, "wanted": row.number})

    def rows(
        self, batch_no: str, *, standings: Iterable[RowStanding] = tuple(RowStanding), limit: int, offset: int = 0
    ) -> Sequence[BatchRow]:
        wanted = [standing.value for standing in standings]
        page = {"batch": batch_no, "standings": wanted, "limit": limit, "offset": offset}
        return [_batch_row(columns) for columns in self._connection.execute(_ROWS, page).mappings()]

    def standings(self, batch_no: str) -> Mapping[RowStanding, int]:
        found = self._connection.execute(_STANDINGS, {"batch": batch_no})
        return {RowStanding(standing): count for standing, count in found}

    def states(self, batch_no: str) -> Mapping[ApplicationState, int]:
        found = self._connection.execute(_STATES, {"batch": batch_no})
        return {ApplicationState(state): count for state, count in found}

    def at_work(self, batch_no: str, state: ApplicationState, *, limit: int, offset: int) -> Sequence[BatchRow]:
        page = {"batch": batch_no, "state": state.value, "limit": limit, "offset": offset}
        return [_batch_row(columns) for columns in self._connection.execute(_AT_WORK, page).mappings()]

    def versions(self, batch_no: str, state: ApplicationState, *, calm: bool) -> Mapping[int, int]:
        wanted = _VERSIONS.where(_R.wants_eyes.is_(False)) if calm else _VERSIONS
        found = self._connection.execute(wanted, {"batch": batch_no, "state": state.value})
        return {number: version for number, version in found}  # noqa: C416 - rows are no pairs to a type checker

    def add_photos(self, batch_no: str, sha256: str) -> None:
        known = self.photos(batch_no)
        if sha256 not in known:
            row = {"batch_no": batch_no, "number": len(known) + 1, "sha256": sha256}
            self._connection.execute(batch_photos.insert(), row)

    def photos(self, batch_no: str) -> Sequence[str]:
        return list(self._connection.execute(_PHOTOS, {"batch": batch_no}).scalars())


def _within(scope: Scope) -> dict[str, str]:
    return {"office": scope.office_code or "", "licence": scope.licence_no or ""}


def _first(columns: RowMapping | None) -> Batch | None:
    return None if columns is None else _batch(columns)


def _batch(columns: RowMapping) -> Batch:
    of_batch = {name: value for name, value in columns.items() if name != "redacted_on"}
    return Batch(**{**of_batch, "licence_no": columns["licence_no"] or None})


def _row(row: BatchRow) -> dict[str, Any]:
    return {
        "batch_no": row.batch_no,
        "number": row.number,
        "texts": dict(row.texts),
        "too_wide": row.too_wide,
        "standing": row.standing.value,
        "notes": notes_to_json(row.notes),
        **asdict(row.keys),
        "photo_sha256": row.photo_sha256,
        "photo_remark": row.photo_remark.value if row.photo_remark else None,
        "corrected": row.corrected,
        "wants_eyes": row.wants_eyes,
        "reference": row.reference,
    }


def _batch_row(columns: RowMapping) -> BatchRow:
    return BatchRow(
        batch_no=columns["batch_no"],
        number=columns["number"],
        texts=columns["texts"],
        too_wide=columns["too_wide"],
        standing=RowStanding(columns["standing"]),
        notes=notes_from_json(columns["notes"]),
        keys=Keys(
            passport_no=columns["passport_no"],
            visa_no=columns["visa_no"],
            receipt_no=columns["receipt_no"],
            permit_no=columns["permit_no"],
        ),
        photo_sha256=columns["photo_sha256"],
        photo_remark=PhotoRemark(columns["photo_remark"]) if columns["photo_remark"] else None,
        corrected=columns["corrected"],
        reference=columns["reference"],
    )
