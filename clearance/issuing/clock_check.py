"""A clock that runs far ahead must sign nothing: what it dates cannot be taken back until that time has come.

A status list or bundle dated in two years is the newest of all for two years: no revocation could follow it, and no
desk that saw it would trust its own clock. So the signing component holds its clock against what it knows: the newest
entry of the record and the newest edition that desks may fetch. A clock behind them is noticed by whoever proof-reads
the card, and by the publisher; here it is the one ahead. That an office says and publishes nothing for a week happens,
after an outage; then somebody compares the clock and says so (`clearance signer run --clock-is-right`).
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from clearance.issuing.ports import KeysUnusable
from clearance.issuing.signing_room import SigningRoom

SILENT_AT_MOST = timedelta(days=7)
"""The signing component publishes every hour, and officers come every few days."""


class ClockAhead(KeysUnusable):
    """Nothing is signed by this clock until somebody has compared it."""


def require_plausible_clock(room: SigningRoom) -> None:
    """Raises ClockAhead, Unavailable. A demo may lie unused for months and is believed."""
    if room.demo or room.clock_is_right:
        return
    now, known = room.now(), list(_known_moments(room))
    if not known or now - max(known) <= SILENT_AT_MOST:
        return
    raise ClockAhead(
        f"This machine's clock says {now:%Y-%m-%d %H:%M} UTC, and nothing that is known here is younger than "
        f"{max(known):%Y-%m-%d %H:%M} UTC. Set the clock right; if it is right, start once with --clock-is-right."
    )


def _known_moments(room: SigningRoom) -> Iterator[datetime]:
    with room.database.read() as work:
        last = work.audit.head().number
        yield from (datetime.fromisoformat(link.at) for link in work.audit.links(after=last - 1) if last)
    held = room.held()
    if held.bundle is not None:
        yield datetime.fromtimestamp(held.bundle.issued_at, UTC)
    yield from (datetime.fromtimestamp(each.newest.issued_at, UTC) for each in held.lists.values())
