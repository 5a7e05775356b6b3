"""What stands against a clearance: every condition of the decision day, each with its ground.

`objections` answers for one case and one day. Who may act on the case is `clearance.domain.decision`; the words for
each ground are in `clearance.web.wording`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeAlias

from clearance.domain.application import Application, ApplicationDraft
from clearance.domain.clearance import Clearance
from clearance.domain.permit import Agency, Permit
from clearance.domain.rules import (
    ATTESTED_VISAS,
    SINGLE_VISAS,
    Decider,
    Need,
    RuleBook,
    RuleVersion,
    SalaryFloor,
    situation_of,
)
from clearance.domain.staff import Office


class Ground(StrEnum):
    """One permanent code for each reason to refuse; the wording table must hold every one of them."""

    NOT_THE_STATE = "not_the_state"
    SAME_OFFICER_ENTERED = "same_officer_entered"
    SAME_OFFICER_CHECKED = "same_officer_checked"
    SAME_OFFICER_APPROVED = "same_officer_approved"
    SAME_OFFICER_ISSUED = "same_officer_issued"
    SAME_OFFICER_TOOK_UP = "same_officer_took_up"
    SAME_OFFICER_HELD = "same_officer_held"
    REJECTED_BEFORE = "rejected_before"
    OTHER_OFFICE = "other_office"
    OTHER_AGENCY = "other_agency"
    NOT_A_CORRECTION = "not_a_correction"
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
    VISA_UNATTESTED = "visa_unattested"
    VISA_IN_USE = "visa_in_use"
    GROUP_VISA = "group_visa"
    TRAINING_MISSING = "training_missing"
    SALARY_TOO_LOW = "salary_too_low"
    CONTRACT_ENDED = "contract_ended"
    LICENCE_UNKNOWN = "licence_unknown"
    LICENCE_EXPIRED = "licence_expired"
    LICENCE_SUSPENDED = "licence_suspended"
    PERMIT_UNKNOWN = "permit_unknown"
    PERMIT_NOT_IN_FORCE = "permit_not_in_force"
    PERMIT_FOR_ANOTHER = "permit_for_another"
    PERMIT_USED_UP = "permit_used_up"
    FEES_UNPAID = "fees_unpaid"
    FEES_TOO_LOW = "fees_too_low"
    RECEIPT_USED = "receipt_used"
    PAY_ORDER_USED = "pay_order_used"
    ACTIVE_CLEARANCE = "active_clearance"
    SIGNING_STOPPED = "signing_stopped"
    NOT_RECONCILED = "not_reconciled"
    TOO_MANY_THIS_HOUR = "too_many_this_hour"
    TOO_MANY_TODAY = "too_many_today"
    PHOTO_NOT_ACCEPTED = "photo_not_accepted"
    CARD_NOT_IN_FORCE = "card_not_in_force"
    CARD_RAN_OUT = "card_ran_out"
    NOT_AT_HEADQUARTERS = "not_at_headquarters"
    SAME_OFFICER_PROPOSED = "same_officer_proposed"
    ABOUT_ONESELF = "about_oneself"
    SAME_OFFICER_SUSPENDED = "same_officer_suspended"
    NOT_YOUR_PROPOSAL = "not_your_proposal"
    PROPOSAL_SETTLED = "proposal_settled"
    PROPOSAL_WAITS = "proposal_waits"
    RULE_IN_THE_PAST = "rule_in_the_past"
    RULE_WITHOUT_DAYS = "rule_without_days"
    RULE_REPLACED = "rule_replaced"
    RULE_UNCHANGED = "rule_unchanged"
    RULE_OVERLAPS = "rule_overlaps"
    LETTER_MISSING = "letter_missing"
    LETTER_USED = "letter_used"
    PLACES_MOVED_ON = "places_moved_on"
    PLACES_UNCHANGED = "places_unchanged"
    PLACES_BELOW_USED = "places_below_used"
    TOO_MANY_PLACES = "too_many_places"
    NOT_SUSPENDED = "not_suspended"
    REASON_MISSING = "reason_missing"
    REASON_TOO_LONG = "reason_too_long"
    CARD_IN_FORCE = "card_in_force"
    CASE_UNDER_WAY = "case_under_way"
    UNDER_INVESTIGATION = "under_investigation"


Details: TypeAlias = Mapping[str, str | int | date]


@dataclass(frozen=True, kw_only=True)
class Objection:
    """One thing that stands against the case. `details` fill the sentence: numbers, dates, names of rules."""

    ground: Ground
    details: Details = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Case:
    """An application and what it leans on, as the database holds them at the moment of the decision.

    `office` is where the application lies, `rules` holds at least every rule that may be for its destination.
    `standing` is the passport's clearance that was neither taken back nor replaced, even one that has run out;
    `visa_holder` that of another case on the same visa, `on_advice` how many stand on the same visa advice. `promised`
    counts the permit's places held for other cases whose card is being signed.
    """

    application: Application
    rules: RuleBook
    office: Office
    permit: Permit | None
    agency: Agency | None
    standing: Clearance | None
    promised: int = 0
    visa_holder: Clearance | None = None
    on_advice: int = 0
    replaced: Clearance | None = None
    """The clearance that this case corrects or renews; it does not count as standing."""

    def rule_on(self, day: date) -> RuleVersion | None:
        """The version it is judged by on a day, once it has a card that of its own day; None where there is none."""
        if self.application.issued is not None and self.application.rule_no is not None:
            return self.rules.get(self.application.rule_no)
        return self.rules.governing(situation_of(self.application.draft, self.office), on=day)


def objections(case: Case, *, on: date) -> tuple[Objection, ...]:
    """Everything that stands against the case on a day (Asia/Dhaka); empty when nothing does."""
    draft, rule = case.application.draft, case.rule_on(on)
    return (
        *(_about_rule(case, rule) if rule else _unruled(draft)),
        *_about_worker(draft, on),
        *(_about_terms(draft, rule, on) if rule else ()),
        *_about_preparation(draft, on),
        *_about_visa(case, on),
        *_about_agency(case, on),
        *_about_permit(case, on),
        *_about_standing(case, on),
    )


def valid_until(case: Case, *, on: date) -> date:
    """The last valid day: the rule's cap, the visa, the contract and the passport, whichever ends first.

    Raises ValueError where `objections` would have named the destination closed.
    """
    draft, rule = case.application.draft, case.rule_on(on)
    if rule is None:
        raise ValueError(f"no rule for {draft.destination} on {on}")
    cap = on + timedelta(days=rule.terms.validity_days)
    return min(cap, draft.visa.expires_on, draft.job.contract_until, draft.worker.passport.expires_on)


def age(birth_date: date, *, on: date) -> int:
    """Full years on a day."""
    return on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))


def _unruled(draft: ApplicationDraft) -> Iterator[Objection]:
    yield Objection(ground=Ground.DESTINATION_CLOSED, details={"destination": draft.destination})


def _about_rule(case: Case, rule: RuleVersion) -> Iterator[Objection]:
    draft = case.application.draft
    if rule.terms.decided_by is Decider.NOBODY:
        yield _by(rule, Ground.DESTINATION_CLOSED, {"destination": draft.destination})
    # The seven-country rule: a district office decides single visas of the workers that the notice names.
    if rule.terms.decided_by is Decider.HEADQUARTERS and not case.office.headquarters:
        yield _by(rule, Ground.HEADQUARTERS_ONLY, {})
    if draft.visa.type in SINGLE_VISAS and case.on_advice >= rule.terms.group_threshold:
        yield _by(rule, Ground.GROUP_VISA, {"count": case.on_advice, "limit": rule.terms.group_threshold})


def _by(rule: RuleVersion, ground: Ground, details: Details) -> Objection:
    """An objection that says which rule it comes from, and since when that holds."""
    return Objection(ground=ground, details={**details, "source": rule.terms.source, "since": rule.starts_on})


def _about_worker(draft: ApplicationDraft, on: date) -> Iterator[Objection]:
    worker = draft.worker
    if worker.passport.expires_on <= on:
        yield Objection(ground=Ground.PASSPORT_EXPIRED, details={"date": worker.passport.expires_on})
    if worker.fingerprint_taken_on is None or worker.fingerprint_taken_on > on:
        yield Objection(ground=Ground.FINGERPRINT_MISSING)


def _about_terms(draft: ApplicationDraft, rule: RuleVersion, on: date) -> Iterator[Objection]:
    """What the rule asks of the worker and of the money."""
    terms = rule.terms
    years = age(draft.worker.birth_date, on=on)
    if years < terms.minimum_age:
        yield _by(rule, Ground.TOO_YOUNG, {"minimum": terms.minimum_age, "age": years})
    attended = len({day for day in draft.orientation.days if day <= on})
    if terms.orientation_days and (attended < terms.orientation_days or not draft.orientation.certificate_no):
        yield _by(rule, Ground.ORIENTATION_INCOMPLETE, {"days": attended, "needed": terms.orientation_days})
    if 0 < draft.payment.amount_taka < terms.fees_taka:
        fees: Details = {"due": terms.fees_taka, "paid": draft.payment.amount_taka, "table": terms.fees_version}
        yield _by(rule, Ground.FEES_TOO_LOW, fees)
    floor = terms.salary_floor
    if floor is not None and not _pays(draft.job.salary, floor):
        yield _by(rule, Ground.SALARY_TOO_LOW, {"floor": str(floor)})
    yield from _about_needs(draft, rule, on)


def _about_needs(draft: ApplicationDraft, rule: RuleVersion, on: date) -> Iterator[Objection]:
    needs, checked_on = rule.terms.needs, draft.visa.checked_on
    if Need.VISA_CHECK in needs and (checked_on is None or checked_on > on):
        yield _by(rule, Ground.VISA_UNCHECKED, {"destination": draft.destination})
    if Need.ATTESTATION in needs and draft.visa.type not in ATTESTED_VISAS:
        yield _by(rule, Ground.VISA_UNATTESTED, {})
    if Need.TRAINING in needs and not draft.training_certificate_no:
        yield _by(rule, Ground.TRAINING_MISSING, {})


def _pays(salary: str | None, floor: SalaryFloor) -> bool:
    """Whether a salary such as `SAR 1,200` reaches the floor; one that cannot be compared does not."""
    currency, _, amount = (salary or "").partition(" ")
    digits = amount.replace(",", "")
    return currency == floor.currency and digits.isdecimal() and int(digits) >= floor.amount


def _about_preparation(draft: ApplicationDraft, on: date) -> Iterator[Objection]:
    if draft.payment.amount_taka <= 0 or draft.payment.paid_on > on:
        yield Objection(ground=Ground.FEES_UNPAID)


def _about_visa(case: Case, on: date) -> Iterator[Objection]:
    draft = case.application.draft
    if draft.visa.expires_on < on:
        yield Objection(ground=Ground.VISA_EXPIRED, details={"date": draft.visa.expires_on})
    if case.visa_holder is not None and case.visa_holder.stands(on):
        in_use: Details = {"visa": draft.visa.number, "clearance": case.visa_holder.clearance_no}
        yield Objection(ground=Ground.VISA_IN_USE, details=in_use)
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
