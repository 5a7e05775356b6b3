"""What a restored office must know before it acts: which backup it came from, and what was published since.

A database that was put back is older than the world. Cards were issued and taken back that it does not know, and some
of these stand in lists that desks hold. It decides which of a published list's marks the books lack; where lists are
found, and how marks become rows, is left to others (docs/adr/0129).
"""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from clearance.credential.claims import StatusRef
from clearance.credential.status import Status, StatusList
from clearance.domain.audit import AuditHead

MAX_DESPITE = 200
"""Characters of the reason for finishing without a newer list."""
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_ENTRIES_A_BYTE = 4
_BITS = 2


@dataclass(frozen=True, kw_only=True)
class Restoration:
    """One return from a backup. `head` is where the record of acts ended in it, `made_at` when it was made.

    `epoch` stands in the name of every status list opened from then on, so that none is a list of the lost days.
    `despite` is the reason for finishing although nothing newer than the backup was found.
    """

    epoch: str
    backup: str
    made_at: datetime
    head: AuditHead
    begun_by: str
    begun_at: datetime
    finished_by: str | None = None
    finished_at: datetime | None = None
    despite: str | None = None

    def finished(self, officer_no: str, at: datetime, *, despite: str | None) -> Self:
        """The same return, reconciled with what was published."""
        return replace(self, finished_by=officer_no, finished_at=at, despite=despite)


@dataclass(frozen=True, kw_only=True)
class LostCard:
    """A genuine card of the lost days: somebody kept it, and no row knows it."""

    clearance_no: str
    passport_no: str
    status_ref: StatusRef


def new_epoch() -> str:
    """Four random characters: two returns from one backup must not open lists of one name."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(4))


def marks(published: StatusList) -> Iterator[tuple[int, Status]]:
    """The indices of a list of ours that are not VALID, lowest first."""
    if published.bits != _BITS:  # none that we ever signed
        return
    for position, byte in enumerate(published.entries):
        if byte:
            for place in range(_ENTRIES_A_BYTE):
                value = byte >> _BITS * place & 3
                if value:
                    yield position * _ENTRIES_A_BYTE + place, Status(value)


def unknown_marks(published: Mapping[int, Status], books: Mapping[int, Status]) -> Iterator[tuple[int, Status]]:
    """What the marks of a list say that `books` (indices that are not VALID there) do not, where it binds a card more.

    A hold that was lifted meanwhile stays: an officer lifts it again, having looked.
    """
    for idx, status in sorted(published.items()):
        known = books.get(idx, Status.VALID)
        if _weight(status) > _weight(known):
            yield idx, status


def with_marks(books: Mapping[int, Status], kept: Mapping[int, Status]) -> Mapping[int, Status]:
    """The books' indices that are not VALID, and those `kept` from lists that no row stands for; the heavier counts."""
    heavier = {idx: status for idx, status in kept.items() if _weight(status) > _weight(books.get(idx, Status.VALID))}
    return {**books, **heavier}


def _weight(status: Status) -> int:
    """How much a status binds: a card taken back never returns, a replaced one only ever goes, a hold may end."""
    return (Status.VALID, Status.SUSPENDED, Status.SUPERSEDED, Status.INVALID).index(status)
