"""Publishing which cards no longer hold, and keeping what desks fetch in date.

The database is the truth: a list is made from it, whole, every time it changes (docs/adr/0062).
"""

from collections.abc import Iterator, Mapping
from functools import partial

from clearance.credential.status import Status
from clearance.domain import status_lists
from clearance.domain.restoration import with_marks
from clearance.issuing.ports import KeysUnusable, UnitOfWork
from clearance.issuing.service import dhaka_day
from clearance.issuing.signing_room import SigningRoom

RENEW_TRUST_AFTER_S = 86_400
"""Far below the bundle's term, so that a desk that is seldom on line has long before it counts as stale."""


class NotReconciled(KeysUnusable):
    """The database is a restored one that nobody has compared yet with what was published since its backup."""


def require_reconciled(room: SigningRoom) -> None:
    """Raises NotReconciled: a list made from an older database could call a card valid that was taken back."""
    with room.database.read() as work:
        if work.restorations.standing() is not None:
            raise NotReconciled("This database was restored and is not reconciled: clearance restore finish")


def publish_status(room: SigningRoom) -> None:
    """Publish the lists that changed since they were published: after each change, and in each round."""
    require_reconciled(room)
    room.publisher.publish_lists(partial(_not_valid, room), at=_now(room))


def keep_published(room: SigningRoom) -> None:
    """One round, at the start and every few minutes: lists in date, room for new cards, a bundle in its term."""
    publish_status(room)
    _keep_lists(room)
    if (room.held().trust_age(_now(room)) or 0) >= RENEW_TRUST_AFTER_S:
        room.publisher.republish_trust(_now(room))


def not_valid(work: UnitOfWork, uri: str) -> Mapping[int, Status]:
    """The indices of one list that are not VALID. A card that may have been signed for a case that was then rejected
    counts as revoked; so does one that only a list of lost days calls so."""
    abandoned = dict.fromkeys(work.intents.abandoned(uri), Status.INVALID)
    return with_marks(abandoned | dict(work.clearances.statuses(uri)), work.restorations.marks(uri))


def _not_valid(room: SigningRoom, uri: str) -> Mapping[int, Status]:
    with room.database.read() as work:
        return not_valid(work, uri)


def _keep_lists(room: SigningRoom) -> None:
    """Open the next list ahead of its use, use it once desks hold it, publish a list no more when its cards ran out."""
    bundle = room.held().bundle
    if bundle is None:  # said already by whoever tried to publish
        return
    uris, day = bundle.status_uris, dhaka_day(room.now())
    with room.database.read() as work:
        drawn, epoch = work.intents.drawn(uris[-1]) / room.status_size, work.restorations.epoch()
    wanted = status_lists.lists_after(
        uris,
        drawn=drawn,
        on=day,
        held_by_all=_held_by_all(room, uris),
        run_out=frozenset(_run_out(room, uris)),
        epoch=epoch,
    )
    if wanted != uris:
        room.publisher.name_lists(wanted, at=_now(room))


def _held_by_all(room: SigningRoom, uris: tuple[str, ...]) -> frozenset[str]:
    with room.database.read() as work:
        reported = [frozenset(desk.holding.lists if desk.holding else ()) for desk in work.desks.open()]
    return frozenset(uris).intersection(*reported)


def _run_out(room: SigningRoom, uris: tuple[str, ...]) -> Iterator[str]:
    day = dhaka_day(room.now())
    for uri in uris:
        if status_lists.may_have_run_out(uri, on=day):
            with room.database.read() as work:
                last = work.clearances.last_valid_day(uri)
            if last is None or last < day:
                yield uri


def _now(room: SigningRoom) -> int:
    return int(room.now().timestamp())
