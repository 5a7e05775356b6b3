"""Counts of cards: a chart and a table for oversight, and a file of one month to be given away."""

import csv
import io
from collections.abc import Mapping
from datetime import date, timedelta
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clearance.domain.person import Sex
from clearance.domain.staff import Office
from clearance.domain.statistics import COLUMNS, Dimension, Given
from clearance.issuing.service import Service
from clearance.issuing.statistics import Table, export, month_of, table
from clearance.web.language import current
from clearance.web.staff.access import device, officer
from clearance.web.staff.charts import MOST_BARS, bars
from clearance.web.staff.notices import Notice
from clearance.web.staff.speech import own
from clearance.web.staff.watching import overseen
from clearance.web.wording_codes import sex_text

HIDDEN = "*"
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def install(routes: Blueprint, service: Service) -> None:
    """Add the pages."""

    @routes.get("/statistics")
    @overseen
    def statistics() -> ResponseReturnValue:
        dimension = _dimension()
        first, last = _span(service)
        shown = table(service, dimension, first=first, last=last)
        labels = _labels(service, shown)
        return render_template(
            "staff/statistics.html",
            table=shown,
            labels=labels,
            chart=_chart(shown, labels),
            dimensions=list(Dimension),
            columns=COLUMNS,
            month=f"{last:%Y-%m}",
        )

    @routes.get("/statistics/<month>/<dimension>.csv")
    @overseen
    def statistics_file(month: str, dimension: str) -> ResponseReturnValue:
        wanted, first = _dimension(dimension), _month(month)
        if first is None:
            return redirect(url_for("staff.statistics", by=wanted.value))
        given = export(service, wanted, month=first, officer=officer(), device=device())
        if given is None:
            flash(Notice.TOO_FEW_TO_GIVE, "warning")
            begins, ends = month_of(first)
            way = urlencode({"by": wanted.value, "from": begins.isoformat(), "to": ends.isoformat()})
            return redirect(f"{url_for('staff.statistics')}?{way}")
        response = Response(_csv(given, wanted), mimetype="text/csv")
        response.headers.set("Content-Disposition", "attachment", filename=f"clearances-{month}-{wanted.value}.csv")
        return response


def _csv(given: Given, dimension: Dimension) -> str:
    """Codes and Latin digits, whatever the reader's language: it is for programs. Hidden cells are asterisks."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([dimension.value, *COLUMNS])
    for name, row in given.rows.items():
        writer.writerow([f"'{name}" if name.startswith(FORMULA) else name, *map(_cell, row)])
    writer.writerow(["total", *map(_cell, given.total)])
    return out.getvalue()


def _cell(value: int | None) -> str:
    return HIDDEN if value is None else str(value)


def _chart(shown: Table, labels: Mapping[str, str]) -> object:
    """The largest values, or the days in their order; nothing where there is nothing."""
    rows = list(shown.rows.items())
    if shown.dimension is not Dimension.DAY:
        rows.sort(key=lambda row: -row[1].issued)
    values = {name: counts.issued for name, counts in rows[-MOST_BARS:] if shown.dimension is Dimension.DAY} or {
        name: counts.issued for name, counts in rows[:12]
    }
    if not values:
        return None
    numbers = {number: current().number(number) for number in range(max(values.values()) * 2 + 2)}
    short = {name: labels[name] for name in values}
    if shown.dimension is Dimension.DAY:
        short = {name: current().digits(str(int(name[8:]))) for name in values}
    return bars(values, say=short, number=numbers)


def _labels(service: Service, shown: Table) -> Mapping[str, str]:
    return {name: _label(service, shown.dimension, name) for name in shown.rows}


def _label(service: Service, dimension: Dimension, name: str) -> str:
    t = current()
    match dimension:
        case Dimension.DAY:
            return t.date(date.fromisoformat(name))
        case Dimension.DESTINATION:
            return t.country(name)
        case Dimension.SEX:
            return sex_text(Sex(name), t)
        case Dimension.AGENCY:
            return name or t.gettext("Without an agency")
        case Dimension.OFFICE:
            return _office_name(service, name)


def _office_name(service: Service, code: str) -> str:
    with service.database.read() as work:
        office: Office | None = work.staff.office(code)
    return own(office.name) if office else code


def _dimension(text: str | None = None) -> Dimension:
    wanted = request.args.get("by") if text is None else text
    return next((each for each in Dimension if each.value == wanted), Dimension.DAY)


def _span(service: Service) -> tuple[date, date]:
    """What was asked for, or the last thirty days."""
    today = service.today()
    return _day("from") or today - timedelta(days=29), _day("to") or today


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def _month(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
