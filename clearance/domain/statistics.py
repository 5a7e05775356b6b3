"""Counts of cards, and how they are made fit to be given away: no table tells about fewer than five people.

A small count is hidden, and with it so many others of its column that nobody works it out from the total. All hidden
cells look alike. Tables to be given away cover one calendar month, so that no two of them overlap, and a table that
cannot be protected is not given away at all (docs/adr/0088).
"""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from enum import StrEnum

SMALLEST = 5
"""People; below this a count may point at somebody."""
SLACK = SMALLEST - 1
"""How far the hidden cells of a column together must leave each of them open."""


class Dimension(StrEnum):
    """By what cards are counted."""

    DAY = "day"
    DESTINATION = "destination"
    OFFICE = "office"
    AGENCY = "agency"
    SEX = "sex"


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Cards that were issued, and of these: held now, taken back, and whose workers have left."""

    issued: int = 0
    held: int = 0
    revoked: int = 0
    departed: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(**{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)})


COLUMNS = tuple(each.name for each in fields(Counts))
Row = tuple[int | None, ...]


@dataclass(frozen=True, kw_only=True)
class Given:
    """A table fit to be given away: for each value its cells in the order of COLUMNS, None where one is hidden."""

    rows: Mapping[str, Row]
    total: Row


def total_of(rows: Mapping[str, Counts]) -> Counts:
    """The sum of a table."""
    return sum(rows.values(), Counts())


def suppressed(rows: Mapping[str, Counts]) -> Given | None:
    """The table with its small cells hidden; None where it cannot be given away."""
    names = list(rows)
    columns = [_hidden([astuple(rows[name])[place] for name in names]) for place in range(len(COLUMNS))]
    if any(column is None for column in columns):
        return None
    cells = {
        name: tuple(
            None if column and at in column else astuple(rows[name])[place] for place, column in enumerate(columns)
        )
        for at, name in enumerate(names)
    }
    total = tuple(None if 0 < value < SMALLEST else value for value in astuple(total_of(rows)))
    return Given(rows=cells, total=total)


def _hidden(values: Sequence[int]) -> frozenset[int] | None:
    """The places of a column to be hidden: the small ones, and the next smallest until the total tells nothing.

    None where even hiding every cell would not do. A total that is hidden itself tells nothing.
    """
    hidden = {at for at, value in enumerate(values) if 0 < value < SMALLEST}
    if not hidden or 0 < sum(values) < SMALLEST:
        return frozenset(hidden)
    others = sorted(
        (at for at, value in enumerate(values) if at not in hidden), key=lambda at: (not values[at], values[at])
    )
    while not _protects([values[at] for at in hidden]):
        if not others:
            return None
        hidden.add(others.pop(0))
    return frozenset(hidden)


def _protects(values: Sequence[int]) -> bool:
    """Whether the sum of hidden cells leaves each of them open: every one may be 0 or SLACK more than the least."""
    return len(values) > 1 and sum(values) - sum(1 for value in values if value) >= SLACK
