"""Reading a case and an officer from the database as a decision needs them: never from what a page sent."""

from clearance.domain.application import Application
from clearance.domain.eligibility import Case
from clearance.domain.staff import Officer
from clearance.issuing.ports import Conflict, NotOnRecord, UnitOfWork


def read_case(work: UnitOfWork, reference: str) -> Case:
    """The case as it is now. Raises NotOnRecord."""
    application = work.applications.get(reference)
    if application is None:
        raise NotOnRecord(reference)
    return case_of(work, application)


def read_seen_case(work: UnitOfWork, reference: str, *, version: int) -> Case:
    """The case that somebody looked at. Raises Conflict where it has moved since, NotOnRecord where there is none."""
    case = read_case(work, reference)
    if case.application.version != version:
        raise Conflict(f"{reference} has moved on")
    return case


def case_of(work: UnitOfWork, application: Application) -> Case:
    """What an application, stored or not, leans on. Raises NotOnRecord for an office that does not exist."""
    draft = application.draft
    office = work.staff.office(draft.office_code)
    if office is None:
        raise NotOnRecord(draft.office_code)
    return Case(
        application=application,
        office=office,
        permit=work.permits.get(draft.permit_no),
        agency=work.permits.agency(draft.licence_no) if draft.licence_no else None,
        standing=work.clearances.active_for_passport(draft.worker.passport.number),
        promised=work.intents.promised(draft.permit_no, besides=application.reference),
    )


def read_officer(work: UnitOfWork, number: str) -> Officer:
    """The officer as on record now, with the roles of this moment. Raises NotOnRecord."""
    officer = work.staff.get(number)
    if officer is None:
        raise NotOnRecord(number)
    return officer
