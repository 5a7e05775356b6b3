"""What stands against a clearance: every condition of the decision day, each with its ground.

`objections` answers for one case and one day. Who may act on the case is `clearance.domain.decision`; the words for
each ground are in `clearance.web.wording`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeAlias

from clearance.credential.claims import VisaType
from clearance.domain.application import Application, ApplicationDraft
from clearance.domain.clearance import Clearance
from clearance.domain.destinations import DestinationRule, rule_for
from clearance.domain.permit import Agency, Permit
from clearance.domain.staff import Office

ADULT = 18
"""The age asked for where a destination has no rule of its own."""
ORIENTATION_DAYS = 3
SINGLE_VISAS = frozenset({VisaType.SINGLE, VisaType.ATTESTED_SINGLE})


class Ground(StrEnum):
    """One permanent code for each reason to refuse; the wording table must hold every one of them."""

    NOT_THE_STATE = "not_the_state"
    SAME_OFFICER_ENTERED = "same_officer_entered"
    SAME_OFFICER_APPROVED = "same_officer_approved"
    ROLE_MISSING = "role_missing"
    OFFICER_INACTIVE = "officer_inactive"
    DESTINATION_CLOSED = "destination_closed"
    HEADQUARTERS_ONLY = "headquarters_only"
    TOO_YOUNG = "too_young"
    PASSPORT_EXPIRED = "passport_expired"
    FINGERPRINT_MISSING = "fingerprint_missing"
    ORIENTATION_INCOMPLETE = "orientation_incomplete"
    VISA_EXPIRED = "visa_expired"
    VISA_UNCHECKED = "visa_unchecked"
    CONTRACT_ENDED = "contract_ended"
    LICENCE_UNKNOWN = "licence_unknown"
    LICENCE_EXPIRED = "licence_expired"
    LICENCE_SUSPENDED = "licence_suspended"
    PERMIT_UNKNOWN = "permit_unknown"
    PERMIT_NOT_IN_FORCE = "permit_not_in_force"
    PERMIT_FOR_ANOTHER = "permit_for_another"
    PERMIT_USED_UP = "permit_used_up"
    FEES_UNPAID = "fees_unpaid"
    RECEIPT_USED = "receipt_used"
    ACTIVE_CLEARANCE = "active_clearance"
    SIGNING_STOPPED = "signing_stopped"
    TOO_MANY_THIS_HOUR = "too_many_this_hour"
    TOO_MANY_TODAY = "too_many_today"
    PHOTO_NOT_ACCEPTED = "photo_not_accepted"
    CARD_NOT_IN_FORCE = "card_not_in_force"
    CARD_RAN_OUT = "card_ran_out"
    REASON_MISSING = "reason_missing"
    REASON_TOO_LONG = "reason_too_long"


Details: TypeAlias = Mapping[str, str | int | date]


@dataclass(frozen=True, kw_only=True)
class Objection:
    """One thing that stands against the case. `details` fill the sentence: numbers, dates, names of rules."""

    ground: Ground
    details: Details = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Case:
    """An application and what it leans on, as the database holds them at the moment of the decision.

    `office` is where the application lies. `standing` is the passport's clearance that was neither taken back nor
    replaced, even one that has run out. `promised` counts the permit's places held for other cases whose card is being
    signed.
    """

    application: Application
    office: Office
    permit: Permit | None
    agency: Agency | None
    standing: Clearance | None
    promised: int = 0


def objections(case: Case, *, on: date) -> tuple[Objection, ...]:
    """Everything that stands against the case on a day (Asia/Dhaka); empty when nothing does."""
    draft = case.application.draft
    rule = rule_for(draft.destination, on=on)
    return (
        *(_about_destination(case, rule) if rule else _closed(draft)),
        *_about_worker(draft, rule, on),
        *_about_preparation(draft, on),
        *_about_visa(draft, rule, on),
        *_about_agency(case, on),
        *_about_permit(case, on),
        *_about_standing(case, on),
    )


def valid_until(case: Case, *, on: date) -> date:
    """The last valid day: the rule's cap, the visa, the contract and the passport, whichever ends first.

    Raises ValueError where `objections` would have named the destination closed.
    """
    draft = case.application.draft
    rule = rule_for(draft.destination, on=on)
    if rule is None:
        raise ValueError(f"no rule for {draft.destination} on {on}")
    cap = on + timedelta(days=rule.validity_days)
    return min(cap, draft.visa.expires_on, draft.job.contract_until, draft.worker.passport.expires_on)


def age(birth_date: date, *, on: date) -> int:
    """Full years on a day."""
    return on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))


def _closed(draft: ApplicationDraft) -> Iterator[Objection]:
    yield Objection(ground=Ground.DESTINATION_CLOSED, details={"destination": draft.destination})


def _about_destination(case: Case, rule: DestinationRule) -> Iterator[Objection]:
    draft = case.application.draft
    # The seven-country rule: a district office decides single visas of the workers that the notice names.
    district_may = draft.visa.type in SINGLE_VISAS and draft.worker.sex in rule.demo_decides_for
    if not case.office.headquarters and not district_may:
        yield Objection(ground=Ground.HEADQUARTERS_ONLY, details={"source": rule.source})


def _about_worker(draft: ApplicationDraft, rule: DestinationRule | None, on: date) -> Iterator[Objection]:
    worker = draft.worker
    minimum = rule.minimum_age[worker.sex] if rule else ADULT
    years = age(worker.birth_date, on=on)
    if years < minimum:
        yield Objection(ground=Ground.TOO_YOUNG, details={"minimum": minimum, "age": years})
    if worker.passport.expires_on <= on:
        yield Objection(ground=Ground.PASSPORT_EXPIRED, details={"date": worker.passport.expires_on})
    if worker.fingerprint_taken_on is None or worker.fingerprint_taken_on > on:
        yield Objection(ground=Ground.FINGERPRINT_MISSING)


def _about_preparation(draft: ApplicationDraft, on: date) -> Iterator[Objection]:
    attended = len({day for day in draft.orientation.days if day <= on})
    if attended < ORIENTATION_DAYS or not draft.orientation.certificate_no:
        yield Objection(ground=Ground.ORIENTATION_INCOMPLETE, details={"days": attended})
    if draft.payment.amount_taka <= 0 or draft.payment.paid_on > on:
        yield Objection(ground=Ground.FEES_UNPAID)


def _about_visa(draft: ApplicationDraft, rule: DestinationRule | None, on: date) -> Iterator[Objection]:
    if draft.visa.expires_on < on:
        yield Objection(ground=Ground.VISA_EXPIRED, details={"date": draft.visa.expires_on})
    if rule and rule.visa_check and (draft.visa.checked_on is None or draft.visa.checked_on > on):
        yield Objection(ground=Ground.VISA_UNCHECKED, details={"destination": draft.destination})
    if draft.job.contract_until < on:
        yield Objection(ground=Ground.CONTRACT_ENDED, details={"date": draft.job.contract_until})


def _about_agency(case: Case, on: date) -> Iterator[Objection]:
    licence_no = case.application.draft.licence_no
    if licence_no is None:
        return
    if case.agency is None:
        yield Objection(ground=Ground.LICENCE_UNKNOWN, details={"licence": licence_no})
        return
    if case.agency.licence_valid_until < on:
        expired: Details = {"licence": licence_no, "date": case.agency.licence_valid_until}
        yield Objection(ground=Ground.LICENCE_EXPIRED, details=expired)
    if case.agency.suspended_on is not None and case.agency.suspended_on <= on:
        suspended: Details = {"licence": licence_no, "date": case.agency.suspended_on}
        yield Objection(ground=Ground.LICENCE_SUSPENDED, details=suspended)


def _about_permit(case: Case, on: date) -> Iterator[Objection]:
    draft, permit = case.application.draft, case.permit
    if permit is None:
        yield Objection(ground=Ground.PERMIT_UNKNOWN, details={"permit": draft.permit_no})
        return
    if not permit.valid_from <= on <= permit.valid_until:
        in_force: Details = {"permit": permit.number, "from": permit.valid_from, "until": permit.valid_until}
        yield Objection(ground=Ground.PERMIT_NOT_IN_FORCE, details=in_force)
    if (permit.licence_no, permit.destination) != (draft.licence_no, draft.destination):
        yield Objection(ground=Ground.PERMIT_FOR_ANOTHER, details={"permit": permit.number})
    used = permit.used + case.promised
    if used >= permit.places:
        budget: Details = {"permit": permit.number, "used": used, "places": permit.places}
        yield Objection(ground=Ground.PERMIT_USED_UP, details=budget)


def _about_standing(case: Case, on: date) -> Iterator[Objection]:
    if case.standing is not None and case.standing.stands(on):
        yield Objection(ground=Ground.ACTIVE_CLEARANCE, details={"clearance": case.standing.clearance_no})
