"""The record of acts and officers' look-ups, for auditors."""

from datetime import date

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from clearance.domain.audit import AuditAct
from clearance.issuing.audit import PER_PAGE, entries, span_of
from clearance.issuing.lookups import looked_up
from clearance.issuing.ports import AuditSought
from clearance.issuing.service import Service
from clearance.issuing.witness import testimonies
from clearance.web.published import PublishedFiles
from clearance.web.staff.queue import page_number
from clearance.web.staff.watching import overseen

MAX_TYPED = 90
FRESH_S = 600
"""A checkpoint older than this was due long ago."""


def install(routes: Blueprint, service: Service, published: PublishedFiles) -> None:
    """Add the pages."""

    @routes.get("/record")
    @overseen
    def record() -> ResponseReturnValue:
        day = _day(_typed("day"))
        since, until = span_of(day) if day else (None, None)
        sought = AuditSought(
            officer_no=_typed("officer"), act=_typed("act"), subject=_typed("subject"), since=since, until=until
        )
        found = entries(service, sought, before=request.args.get("before", type=int))
        with service.database.read() as work:
            head = work.audit.head()
        return render_template(
            "staff/record.html",
            entries=found,
            older=found[-1].number if len(found) == PER_PAGE else None,
            typed={name: _typed(name) for name in ("officer", "act", "subject", "day")},
            day_wrong=bool(_typed("day")) and day is None,
            acts=list(AuditAct),
            head=head,
            checkpoint=_checkpoint(service, published),
            testimonies=testimonies(service),
        )

    @routes.get("/look-ups")
    @overseen
    def lookups() -> ResponseReturnValue:
        page = looked_up(service, officer_no=_typed("officer"), subject=_typed("subject"), page=page_number())
        typed = {name: _typed(name) for name in ("officer", "subject")}
        return render_template("staff/lookups.html", page=page, typed=typed, quota=service.oversight.quota)


def _checkpoint(service: Service, published: PublishedFiles) -> dict[str, object] | None:
    """What is published of the record, how old it is, and whether it is overdue."""
    last = published.last_checkpoint()
    if last is None:
        return None
    age_s = max(0, int(service.now().timestamp()) - last.issued_at)
    return {"number": last.number, "digest": last.digest.hex(), "age_s": age_s, "overdue": age_s > FRESH_S}


def _typed(name: str) -> str:
    return request.args.get(name, "").strip()[:MAX_TYPED]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
