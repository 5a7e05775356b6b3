"""Counts of cards for those who look after the office, and tables fit to be given away."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from clearance.domain.audit import AuditAct, AuditEntry
from clearance.domain.staff import Officer
from clearance.domain.statistics import Counts, Dimension, Given, suppressed, total_of
from clearance.issuing.service import Service

LONGEST = timedelta(days=400)
"""A span to be looked at; its table still fits a page."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """Cards issued from the first to the last day (Dhaka), by one dimension, and their sum."""

    dimension: Dimension
    first: date
    last: date
    rows: Mapping[str, Counts]

    @property
    def total(self) -> Counts:
        return total_of(self.rows)


def table(service: Service, dimension: Dimension, *, first: date, last: date) -> Table:
    """The counts as they are, for oversight. A span that is too long begins later, one that ends before it begins is
    one day."""
    last = max(first, last)
    first = max(first, last - LONGEST)
    with service.database.survey() as work:
        rows = work.oversight.statistics.counts(dimension, first=first, last=last)
    return Table(dimension=dimension, first=first, last=last, rows=rows)


def month_of(day: date) -> tuple[date, date]:
    """The first and the last day of a day's month."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def export(service: Service, dimension: Dimension, *, month: date, officer: Officer, device: str) -> Given | None:
    """One calendar month to be given away, on record who took it; None where it would tell about single people."""
    first, last = month_of(month)
    given = suppressed(table(service, dimension, first=first, last=last).rows)
    with service.database.write() as work:
        facts = {"month": f"{first:%Y-%m}", "by": dimension.value, "given": int(given is not None), "device": device}
        work.audit.append(
            AuditEntry(
                at=service.now(),
                officer_no=officer.number,
                act=AuditAct.STATISTICS_EXPORTED,
                subject=f"statistics:{first:%Y-%m}",
                facts=facts,
            )
        )
        work.commit()
    return given
