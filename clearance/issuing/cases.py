"""Reading a case and an officer from the database as a decision needs them: never from what a page sent.

Every read of a case on behalf of an officer goes through `seen_by` or a scope: what lies outside is as if it were not
there (docs/adr/0072).
"""

from collections.abc import Mapping

from clearance.domain.application import Application
from clearance.domain.clearance import Clearance
from clearance.domain.decision import ROLES
from clearance.domain.eligibility import Case
from clearance.domain.lifecycle import AWAITED, ApplicationState, Step
from clearance.domain.staff import Officer
from clearance.issuing.ports import Conflict, NotOnRecord, UnitOfWork


def seen_by(work: UnitOfWork, reference: str, *, officer: Officer) -> Application:
    """The case, where it lies within the officer's scope. Raises NotOnRecord for any other."""
    application = work.applications.get(reference)
    if application is None or not within(officer, application):
        raise NotOnRecord(reference)
    return application


def card_seen_by(work: UnitOfWork, clearance_no: str, *, officer: Officer) -> tuple[Clearance, Application]:
    """A card and its case, where that lies within the officer's scope. Raises NotOnRecord for any other."""
    clearance = work.clearances.get(clearance_no)
    if clearance is None:
        raise NotOnRecord(clearance_no)
    application = work.applications.get(clearance.application_reference)
    if application is None or not within(officer, application):
        raise NotOnRecord(clearance_no)
    return clearance, application


def within(officer: Officer, application: Application) -> bool:
    """Whether a case lies within an officer's scope."""
    draft = application.draft
    return officer.scope.covers(office_code=draft.office_code, licence_no=draft.licence_no)


def read_case(work: UnitOfWork, reference: str) -> Case:
    """The case as it is now, for the signing component, which looks after every office. Raises NotOnRecord."""
    application = work.applications.get(reference)
    if application is None:
        raise NotOnRecord(reference)
    return case_of(work, application)


def read_seen_case(work: UnitOfWork, reference: str, *, officer: Officer, version: int) -> Case:
    """The case that an officer looked at. Raises Conflict where it has moved since, NotOnRecord as `seen_by`."""
    application = seen_by(work, reference, officer=officer)
    if application.version != version:
        raise Conflict(f"{reference} has moved on")
    return case_of(work, application)


def case_of(work: UnitOfWork, application: Application) -> Case:
    """What an application, stored or not, leans on. Raises NotOnRecord for an office that does not exist."""
    draft = application.draft
    office = work.staff.office(draft.office_code)
    if office is None:
        raise NotOnRecord(draft.office_code)
    replaced = work.clearances.get(application.replaces) if application.replaces else None
    return Case(
        application=application,
        rules=work.rules.book(destination=draft.destination),
        office=office,
        permit=work.permits.get(draft.permit_no),
        agency=work.permits.agency(draft.licence_no) if draft.licence_no else None,
        standing=_standing(work, draft.worker.passport.numbers, besides=replaced),
        promised=work.intents.promised(draft.permit_no, besides=application.reference),
        visa_holder=_other_on_visa(work, application),
        on_advice=work.permits.cleared_on_advice(
            destination=draft.destination, advice_no=draft.visa.advice_no, sponsor_id=draft.visa.sponsor_id
        ),
        replaced=replaced,
    )


def read_officer(work: UnitOfWork, number: str) -> Officer:
    """The officer as on record now, with the roles of this moment. Raises NotOnRecord."""
    officer = work.staff.get(number)
    if officer is None:
        raise NotOnRecord(number)
    return officer


def signers(work: UnitOfWork) -> Mapping[ApplicationState, frozenset[str]]:
    """For each state that waits for a signature of the office, the officers who may give it; see `Sought.pool`."""
    staff = [officer for officer in work.staff.all() if officer.active]
    return {
        state: frozenset(officer.number for officer in staff if officer.roles & ROLES[step])
        for state, step in AWAITED.items()
        if step is not Step.ENTRY
    }


def _standing(work: UnitOfWork, passport_nos: tuple[str, ...], *, besides: Clearance | None) -> Clearance | None:
    """The clearance that stands under any number of the worker's passports, but for the one to be replaced."""
    found = (work.clearances.active_for_passport(number) for number in passport_nos)
    other = (each for each in found if each is not None)
    return next((each for each in other if besides is None or each.clearance_no != besides.clearance_no), None)


def _other_on_visa(work: UnitOfWork, application: Application) -> Clearance | None:
    """The clearance on the visa of a case, unless it is the one of this case or the one that this case replaces."""
    draft = application.draft
    number = work.permits.visa_holder(destination=draft.destination, visa_no=draft.visa.number)
    holder = work.clearances.get(number) if number else None
    if holder is None or holder.application_reference == application.reference or number == application.replaces:
        return None
    return holder
