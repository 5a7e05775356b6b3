"""The entry form of one case: kept at any moment, however little stands in it, and submitted once.

A form is its officer's alone. What it becomes when it is submitted is decided in `entry`; sent twice, it is one case.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from clearance.domain.application import Application, ApplicationDraft
from clearance.domain.clearance import new_reference
from clearance.domain.decision import Refused
from clearance.domain.staff import Officer
from clearance.issuing.entry import enter
from clearance.issuing.fields import MAX_CELL, Fault, FaultKind
from clearance.issuing.ports import EntryForm, NotOnRecord, Portrait
from clearance.issuing.rows import COLUMNS, parse_row
from clearance.issuing.service import Service

MAX_OPEN = 100
"""Forms of one officer that are listed."""
_NUMBER = re.compile(r"ENT-[0-9A-Z]{8}", re.ASCII)


def new_form(service: Service, *, officer: Officer) -> EntryForm:
    """An empty form with a number of its own; nothing is stored before it is kept."""
    number = f"ENT-{new_reference().partition('-')[2]}"
    return EntryForm(number=number, officer_no=officer.number, saved_at=service.now(), texts={})


def open_forms(service: Service, *, officer: Officer) -> list[EntryForm]:
    """The officer's forms that are no cases yet, the latest first."""
    with service.database.read() as work:
        return list(work.forms.open_of(officer.number, limit=MAX_OPEN))


def own_form(service: Service, number: str, *, officer: Officer) -> EntryForm:
    """The officer's form; an empty one for a number that nobody has used. Raises NotOnRecord for any other."""
    with service.database.read() as work:
        form = work.forms.get(number)
    if form is None and _NUMBER.fullmatch(number):
        return replace(new_form(service, officer=officer), number=number)
    if form is None or form.officer_no != officer.number:
        raise NotOnRecord(number)
    return form


def keep(service: Service, form: EntryForm, texts: Mapping[str, str], *, portrait: Portrait | None = None) -> EntryForm:
    """The form with these texts, and with this portrait if there is a new one, stored as it is."""
    known = {name: text[: MAX_CELL + 1] for name, text in texts.items() if name in COLUMNS}
    kept = replace(form, texts={**form.texts, **known}, saved_at=service.now())
    if portrait is not None:
        sha256 = service.documents.put(portrait.jpeg)
        kept = replace(kept, photo_sha256=sha256, photo_remark=portrait.remark)
    with service.database.write() as work:
        stored = work.forms.get(form.number)
        if stored is not None and stored.reference is not None:
            return stored
        work.forms.save(kept)
        work.commit()
    return kept


def submit_form(
    service: Service, form: EntryForm, *, officer: Officer, device: str
) -> Application | Refused | tuple[Fault, ...]:
    """The case that a form becomes, or what is wrong with its fields, or why the office does not take it.

    Raises MalformedClaims for what no card could carry, Conflict.
    """
    draft = parse_row(
        form.texts,
        office_code=officer.office_code,
        photo_sha256=form.photo_sha256,
        missing_characters=service.printer.missing_characters,
    )
    no_photo = () if form.photo_sha256 else (Fault(field="photo", kind=FaultKind.REQUIRED),)
    if not isinstance(draft, ApplicationDraft):
        return (*draft, *no_photo)
    if no_photo:
        return no_photo
    draft = replace(draft, worker=replace(draft.worker, photo_remark=form.photo_remark))
    outcome = enter(service, draft, officer=officer, device=device)
    if isinstance(outcome, Application):
        _close(service, form, outcome.reference)
    return outcome


def _close(service: Service, form: EntryForm, reference: str) -> None:
    """Keep what became of the form, and nothing else of it."""
    closed = replace(form, texts={}, photo_sha256="", photo_remark=None, reference=reference, saved_at=service.now())
    with service.database.write() as work:
        work.forms.save(closed)
        work.commit()
