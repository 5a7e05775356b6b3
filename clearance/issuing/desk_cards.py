"""The cards in force, as desks keep them to find one by its passport when the card itself is not at hand.

What travels is the signed credential, so that the desk judges it as it judges every other (docs/adr/0112).
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from clearance.issuing.service import Service

PLACE = re.compile(r"([0-9]{1,17})-(.{1,40})", re.ASCII)
OVERLAP = timedelta(minutes=15)
"""A card is recorded some seconds after the moment it names as its issue; a desk that was faster asks for it again."""


class NoSuchPlace(ValueError):
    """The place to go on from is not one that we gave."""


@dataclass(frozen=True, kw_only=True)
class CardsAfter:
    """Credentials (COSE_Sign1) in the order of their issue. `cursor` is where to go on; `more` whether to do so now."""

    tokens: tuple[bytes, ...]
    cursor: str
    more: bool


def cards_after(service: Service, cursor: str, *, limit: int) -> CardsAfter:
    """The cards in force that were issued after a place; "" begins. Raises NoSuchPlace."""
    after = _place(cursor)
    with service.database.read() as work:
        found = work.clearances.standing_after(after, on=service.today(), limit=limit)
    more = len(found) == limit
    last = (found[-1].issued_at, found[-1].clearance_no) if found else after
    settled = service.now() - OVERLAP
    if not more and last[0] > settled:
        last = (settled, "-")
    return CardsAfter(tokens=tuple(each.token for each in found), cursor=_written(last), more=more)


def _place(cursor: str) -> tuple[datetime, str]:
    if not cursor:
        return datetime.fromtimestamp(0, UTC), "-"
    match = PLACE.fullmatch(cursor)
    if match is None:
        raise NoSuchPlace(cursor)
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=int(match[1])), match[2]


def _written(place: tuple[datetime, str]) -> str:
    return f"{(place[0] - datetime.fromtimestamp(0, UTC)) // timedelta(microseconds=1)}-{place[1]}"
