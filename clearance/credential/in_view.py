"""Several codes in view, one verdict: which reading counts.

A picture may hold a label's code beside the card's, and a scanner may give two readings of one symbol. A genuine card
counts before anything else; of several genuine ones the strictest verdict, so that a good card does not cover for a
cancelled one. What makes a card good is decided in `gate`.
"""

from collections.abc import Sequence
from typing import Final, TypeAlias

from clearance.credential.gate import Verdict, verdict_for
from clearance.credential.held import HeldTrust
from clearance.credential.reasons import Outcome, Reason

Reading: TypeAlias = tuple[str, Verdict]

STRICTEST_FIRST: Final = (Outcome.REFUSE, Outcome.REFER, Outcome.PASS)
_SAYS_LITTLE: Final = {Reason.WEB_LINK: 1, Reason.NOT_OUR_CARD: 2, Reason.UNREADABLE: 3}
"""Of several unproven readings the one that came furthest is the one to talk about."""


def readings_of(
    texts: Sequence[str], *, held: HeldTrust, at: int, passport_no: str | None = None
) -> tuple[Reading, ...]:
    """Each text with its verdict; of no text at all, the verdict on nothing."""
    return tuple((text, verdict_for(text, held=held, at=at, passport_no=passport_no)) for text in texts or ("",))


def that_counts(readings: Sequence[Reading]) -> Reading:
    """The reading to show."""
    return min(readings, key=_rank)


def cards_in(readings: Sequence[Reading]) -> frozenset[str]:
    """The clearance numbers of the genuine cards in view."""
    return frozenset(verdict.claims.clearance_no for _, verdict in readings if verdict.claims)


def _rank(reading: Reading) -> tuple[bool, int]:
    verdict = reading[1]
    unproven = verdict.claims is None
    return unproven, _SAYS_LITTLE.get(verdict.reason, 0) if unproven else STRICTEST_FIRST.index(verdict.outcome)
