"""Signing intents as rows. None is ever lost, so that no number and no status index is ever used again."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update

from clearance.credential.claims import StatusRef
from clearance.credential.status import Status
from clearance.domain.lifecycle import ApplicationState
from clearance.issuing.ports import SigningIntent
from clearance.storage.tables import applications, clearances, signing_intents
from clearance.storage.tables_cases import abandoned_intents

_C = signing_intents.c
_OF_APPLICATION = select(signing_intents).where(_C.application_reference == bindparam("wanted"))
_INSERT = signing_intents.insert()
_REPLACE = update(signing_intents).where(_C.application_reference == bindparam("wanted"))
_TAKEN = (
    select(_C.status_idx)
    .where(_C.status_uri == bindparam("uri"), _C.status_idx == bindparam("idx"))
    .union_all(
        select(clearances.c.status_idx).where(
            clearances.c.status_uri == bindparam("uri"), clearances.c.status_idx == bindparam("idx")
        ),
        select(abandoned_intents.c.status_idx).where(
            abandoned_intents.c.status_uri == bindparam("uri"), abandoned_intents.c.status_idx == bindparam("idx")
        ),
    )
)
_WITH_CASES = signing_intents.join(applications, applications.c.reference == _C.application_reference)
_PROMISED = (
    select(func.count())
    .select_from(_WITH_CASES)
    .where(
        applications.c.permit_no == bindparam("wanted"),
        applications.c.state == ApplicationState.APPROVED.value,
        applications.c.reference != bindparam("besides"),
    )
)
_DRAWN = tuple(
    select(func.count()).select_from(table).where(table.c.status_uri == bindparam("wanted"))
    for table in (signing_intents, clearances, abandoned_intents)
)
_OLD, _RECORDED = clearances.alias("old"), clearances.alias("recorded")
_COPY = abandoned_intents.insert().from_select(
    ["clearance_no", "reference", "status_uri", "status_idx"],
    select(_C.clearance_no, _C.application_reference, _C.status_uri, _C.status_idx).where(
        _C.application_reference == bindparam("wanted")
    ),
)
_GIVE_UP = signing_intents.delete().where(_C.application_reference == bindparam("wanted"))
_ABANDONED = (
    select(abandoned_intents.c.status_idx)
    .where(abandoned_intents.c.status_uri == bindparam("wanted"))
    .union(
        select(_C.status_idx)
        .select_from(_OLD.join(signing_intents, _C.application_reference == _OLD.c.application_reference))
        .where(
            _OLD.c.status != int(Status.VALID),  # in the words of the index over what is not valid
            _OLD.c.status == int(Status.INVALID),
            _C.status_uri == bindparam("wanted"),
            _C.clearance_no != _OLD.c.clearance_no,
            ~select(_RECORDED.c.clearance_no).where(_RECORDED.c.clearance_no == _C.clearance_no).exists(),
        )
    )
)


class SqlIntents:
    """Implements `clearance.issuing.ports.Intents`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def for_application(self, reference: str) -> SigningIntent | None:
        row = self._connection.execute(_OF_APPLICATION, {"wanted": reference}).first()
        return None if row is None else _intent(row)

    def plan(self, intent: SigningIntent) -> None:
        row = _row(intent)
        if self._connection.execute(_REPLACE, row | {"wanted": intent.application_reference}).rowcount == 0:
            self._connection.execute(_INSERT, row)

    def index_is_free(self, ref: StatusRef) -> bool:
        return self._connection.execute(_TAKEN, {"uri": ref.uri, "idx": ref.idx}).first() is None

    def promised(self, permit_no: str, *, besides: str) -> int:
        return int(self._connection.execute(_PROMISED, {"wanted": permit_no, "besides": besides}).scalar_one())

    def drawn(self, uri: str) -> int:
        # A card issued anew overwrites the intent of its case, and a card not issued yet has an intent only.
        planned, recorded, given_up = (
            int(self._connection.execute(count, {"wanted": uri}).scalar_one()) for count in _DRAWN
        )
        return max(planned, recorded) + given_up

    def abandon(self, reference: str) -> None:
        self._connection.execute(_COPY, {"wanted": reference})
        self._connection.execute(_GIVE_UP, {"wanted": reference})

    def abandoned(self, uri: str) -> Sequence[int]:
        return self._connection.execute(_ABANDONED, {"wanted": uri}).scalars().all()


def _row(intent: SigningIntent) -> dict[str, Any]:
    return {
        "application_reference": intent.application_reference,
        "clearance_no": intent.clearance_no,
        "status_uri": intent.status_ref.uri,
        "status_idx": intent.status_ref.idx,
        "issuer_no": intent.issuer_no,
        "planned_at": intent.planned_at,
        "payload_sha256": intent.payload_sha256,
    }


def _intent(row: Row[Any]) -> SigningIntent:
    return SigningIntent(
        application_reference=row.application_reference,
        clearance_no=row.clearance_no,
        status_ref=StatusRef(uri=row.status_uri, idx=row.status_idx),
        issuer_no=row.issuer_no,
        planned_at=row.planned_at,
        payload_sha256=row.payload_sha256,
    )
