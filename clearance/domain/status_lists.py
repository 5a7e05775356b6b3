"""Which status lists there are: when a new one is opened, used for new cards, and no longer published.

A list is opened ahead of its use, so that desks hold it before the first card on it is shown to one: lists are named
`26a`, `26b`, ... after the year of their cards (`26a-k7m2` in a restored office), and a bundle names the list of new
cards last. It decides from the names, the share of indices drawn and what desks hold; how a list is published is left
to others (docs/adr/0062).
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

OPEN_AT = 0.8
"""Share of a list's indices drawn at which the next list is opened."""
USE_AT = 0.9
"""... at which new cards go to the next list, if every desk holds it."""
USE_ANYWAY_AT = 0.97
"""... at which they do in any case: a card that some desk refers is better than no card."""
AHEAD = timedelta(days=17)
"""How long before a new year its first list is opened: from 15 December."""
LONGEST_CARD = timedelta(days=800)
"""docs/CARD-FORMAT.md section 8, step 6."""

_NAME = re.compile(
    r"(?P<base>.*/)(?P<year>[0-9]{2})(?P<letter>[a-z])(?P<epoch>(?:-[0-9a-z]{4})?)(?P<suffix>(?:\.cwt)?)"
)


@dataclass(frozen=True, kw_only=True, order=True)
class _Name:
    year: int
    letter: str
    epoch: str = field(compare=False)


def lists_after(
    uris: Sequence[str],
    *,
    drawn: float,
    on: date,
    held_by_all: Collection[str],
    run_out: Collection[str],
    epoch: str = "",
) -> tuple[str, ...]:
    """The lists to publish on a day, the one of new cards last; `uris` are those published now, in the same order.

    `drawn` is the share of the last one's indices that are taken, `held_by_all` those that every enrolled desk holds,
    `run_out` those whose last card has run out, `epoch` that of a restored office.
    """
    current = uris[-1]
    if not of_epoch(current, epoch):
        # Its indices were drawn at random in the lost days, too: a new card could share one with a card unknown here.
        return (*uris, _of_the_same_time(current, epoch))
    ahead = next_list(uris)
    kept = [uri for uri in uris if uri not in run_out or uri in (current, ahead)]
    if ahead is None:
        opened = _opened_after(current, drawn=drawn, on=on)
        return (*opened, *kept)
    if _is_due(ahead, current, drawn=drawn, on=on, held=ahead in held_by_all):
        return (*(uri for uri in kept if uri != ahead), ahead)
    return tuple(kept)


def next_list(uris: Sequence[str]) -> str | None:
    """The list that was opened ahead, if one was: it comes after the list of new cards by its name."""
    current = _name(uris[-1])
    return next((uri for uri in uris[:-1] if current is None or _follows(_name(uri) or current, current)), None)


def of_epoch(uri: str, epoch: str) -> bool:
    """Whether a list was opened since an office was last restored; "" is the epoch of one that never was."""
    return not epoch or uri.removesuffix(".cwt").endswith(f"-{epoch}")


def may_have_run_out(uri: str, *, on: date) -> bool:
    """Whether by its name no card on the list can be valid any more; one of another name is kept."""
    name = _name(uri)
    return name is not None and date(name.year + 1, 1, 1) + LONGEST_CARD < on


def _is_due(ahead: str, current: str, *, drawn: float, on: date, held: bool) -> bool:
    new, old = _name(ahead), _name(current)
    if new is None or new.year > on.year:
        return False
    new_year = old is None or new.year > old.year
    return drawn >= USE_ANYWAY_AT or (held and (new_year or drawn >= USE_AT))


def _opened_after(current: str, *, drawn: float, on: date) -> tuple[str, ...]:
    """The list to open now, if any."""
    match, year = _NAME.fullmatch(current), (on + AHEAD).year
    if match is None:
        return ()
    name = _name(current)
    assert name is not None
    end = match["epoch"] + match["suffix"]
    if name.year < year:
        return (f"{match['base']}{year % 100:02}a{end}",)
    if drawn < OPEN_AT or name.letter == "z":
        return ()
    return (f"{match['base']}{match['year']}{chr(ord(name.letter) + 1)}{end}",)


def _name(uri: str) -> _Name | None:
    match = _NAME.fullmatch(uri)
    if match is None:
        return None
    return _Name(year=2000 + int(match["year"]), letter=match["letter"], epoch=match["epoch"])


def _follows(name: _Name, current: _Name) -> bool:
    """Whether a list comes after another of its epoch: one opened ahead before a restore is used no more."""
    return name > current and name.epoch == current.epoch


def _of_the_same_time(current: str, epoch: str) -> str:
    """The list that takes over from `current` in a new epoch."""
    match = _NAME.fullmatch(current)
    if match is None:
        return f"{current}-{epoch}"
    return f"{match['base']}{match['year']}{match['letter']}-{epoch}{match['suffix']}"
