"""What workers are told about cases on their way and cards that must not be used.

Officers read other words (`clearance.web.wording`): a worker wants to know what is missing, who must act and what to
do. Numbers of permits, names of officers and limits of the office are nobody's business here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from clearance.credential.status import Status
from clearance.domain.clearance import Clearance, RevocationReason
from clearance.domain.eligibility import Ground, Objection
from clearance.domain.lifecycle import ApplicationState
from clearance_templates.i18n import N_

STEPS = (
    N_("The application is handed in"),
    N_("An officer compares your papers"),
    N_("A second officer decides"),
    N_("A third officer makes the card"),
    N_("The card can be downloaded here"),
)
STEP_OF: Mapping[ApplicationState, int] = {
    ApplicationState.DRAFT: 1,
    ApplicationState.RETURNED: 1,
    ApplicationState.SUBMITTED: 2,
    ApplicationState.CHECKED: 3,
    ApplicationState.APPROVED: 4,
}
"""The step (from 1) that a case stands at. One that is held or was rejected stands at none."""


class Actor(StrEnum):
    """Who must act."""

    WORKER = "worker"
    AGENCY = "agency"
    OFFICE = "office"


@dataclass(frozen=True, kw_only=True)
class Lack:
    """Something that is missing: what, who must act, and what to do (messages of the catalogue)."""

    actor: Actor
    what: str
    do: str


_AGENCY_DOES = N_("Ask your agency when it will be done. You need do nothing else.")
_OFFICE_DOES = N_("The office does this. You need do nothing.")
LACKS: Mapping[Ground, Lack] = {
    Ground.FINGERPRINT_MISSING: Lack(
        actor=Actor.WORKER,
        what=N_("Your fingerprints are not on record."),
        do=N_("Go to the district employment office (DEMO) with your passport. It is free."),
    ),
    Ground.ORIENTATION_INCOMPLETE: Lack(
        actor=Actor.WORKER,
        what=N_("The three days of pre-departure orientation, or their certificate, are not on record."),
        do=N_("Attend all three days at the district office or training centre, and hand in the certificate."),
    ),
    Ground.PASSPORT_EXPIRED: Lack(
        actor=Actor.WORKER,
        what=N_("Your passport has run out."),
        do=N_("Renew it, then bring the old and the new passport to the district employment office."),
    ),
    Ground.TOO_YOUNG: Lack(
        actor=Actor.WORKER,
        what=N_("For this country you are too young on record."),
        do=N_("Is your date of birth wrong? Then use “Something is wrong” below. Otherwise you cannot go yet."),
    ),
    Ground.FEES_UNPAID: Lack(
        actor=Actor.WORKER,
        what=N_("The official fee is not on record."),
        do=N_("Hand in the bank’s receipt. If your agency paid, ask it for the receipt."),
    ),
    Ground.FEES_TOO_LOW: Lack(
        actor=Actor.WORKER,
        what=N_("Less than the official fee was paid."),
        do=N_("Pay the rest at the bank and hand in that receipt too. If your agency paid, ask it."),
    ),
    Ground.TRAINING_MISSING: Lack(
        actor=Actor.WORKER,
        what=N_("The training certificate that this country asks for is not on record."),
        do=N_("Hand in the certificate, or ask the training centre when the next course begins."),
    ),
    Ground.SALARY_TOO_LOW: Lack(
        actor=Actor.AGENCY,
        what=N_("The salary in your contract is lower than this country’s rule allows."),
        do=N_("Ask your agency or employer for a contract with the right salary."),
    ),
    Ground.VISA_UNATTESTED: Lack(
        actor=Actor.AGENCY, what=N_("Your visa is not attested by our mission yet."), do=_AGENCY_DOES
    ),
    Ground.VISA_IN_USE: Lack(
        actor=Actor.AGENCY,
        what=N_("Somebody else was cleared on your visa already."),
        do=N_("Pay nothing more, and show the district employment office your visa."),
    ),
    Ground.GROUP_VISA: Lack(
        actor=Actor.AGENCY, what=N_("Your visa belongs to a group, which needs another permit."), do=_AGENCY_DOES
    ),
    Ground.RECEIPT_USED: Lack(
        actor=Actor.AGENCY,
        what=N_("The receipt of the fee was already used for somebody else."),
        do=N_("Ask whoever paid for you for your own receipt, and report it if there is none."),
    ),
    Ground.VISA_EXPIRED: Lack(
        actor=Actor.WORKER,
        what=N_("Your visa has run out."),
        do=N_("Ask your agency or employer for a new visa before you pay anything else."),
    ),
    Ground.VISA_UNCHECKED: Lack(
        actor=Actor.OFFICE, what=N_("Your visa has not been checked with the country yet."), do=_OFFICE_DOES
    ),
    Ground.CONTRACT_ENDED: Lack(
        actor=Actor.AGENCY,
        what=N_("The work contract on record has ended."),
        do=N_("Ask your agency or employer for a contract in force."),
    ),
    Ground.DESTINATION_CLOSED: Lack(
        actor=Actor.OFFICE,
        what=N_("Workers cannot be cleared for this country at the moment."),
        do=N_("Pay nothing more. Ask the helpline whether and when this changes."),
    ),
    Ground.HEADQUARTERS_ONLY: Lack(
        actor=Actor.OFFICE, what=N_("Headquarters must decide this application."), do=_OFFICE_DOES
    ),
    Ground.LICENCE_UNKNOWN: Lack(
        actor=Actor.AGENCY,
        what=N_("The agency’s licence number is not on record."),
        do=N_("Look the agency up, and pay nothing until it is found."),
    ),
    Ground.LICENCE_EXPIRED: Lack(
        actor=Actor.AGENCY, what=N_("The agency’s licence has run out. It must renew it."), do=_AGENCY_DOES
    ),
    Ground.LICENCE_SUSPENDED: Lack(
        actor=Actor.AGENCY,
        what=N_("The agency’s licence is suspended. Your application waits until that is lifted."),
        do=N_("Ask the district employment office or the helpline what you can do."),
    ),
    Ground.PERMIT_UNKNOWN: Lack(
        actor=Actor.AGENCY, what=N_("The permit for this job is not on record."), do=_AGENCY_DOES
    ),
    Ground.PERMIT_NOT_IN_FORCE: Lack(
        actor=Actor.AGENCY, what=N_("The permit for this job is not in force."), do=_AGENCY_DOES
    ),
    Ground.PERMIT_FOR_ANOTHER: Lack(
        actor=Actor.AGENCY, what=N_("The permit was given for another agency or country."), do=_AGENCY_DOES
    ),
    Ground.PERMIT_USED_UP: Lack(
        actor=Actor.AGENCY, what=N_("The permit for this job has no free place."), do=_AGENCY_DOES
    ),
    Ground.ACTIVE_CLEARANCE: Lack(
        actor=Actor.OFFICE,
        what=N_("There is a card for this passport already."),
        do=N_("Do you want to go with another job? Then tell the office that the old card is not needed."),
    ),
}
"""What of a case's objections concerns its worker. What is not here is the office's own: nothing is said of it."""

REVOCATION_WORDS: Mapping[RevocationReason, str] = {
    RevocationReason.DECEASED: N_("The worker has died."),
    RevocationReason.WORKER_WITHDREW: N_("The worker asked for it."),
    RevocationReason.VISA_CANCELLED: N_("The visa was cancelled."),
    RevocationReason.EMPLOYER_CANCELLED: N_("The employer cancelled the job."),
    RevocationReason.ISSUED_IN_ERROR: N_("It was issued by mistake of the office."),
    RevocationReason.FALSE_DOCUMENTS: N_("A paper in the application was not genuine."),
    RevocationReason.AUTHORITY_ORDER: N_("By order of the authority."),
}


@dataclass(frozen=True, kw_only=True)
class StopWords:
    """A card that must not be used: the headline, why, and what to do (messages of the catalogue)."""

    headline: str
    why: str
    do: str


_CANCELLED = StopWords(
    headline=N_("This clearance was cancelled"),
    why=N_("This clearance was cancelled on %(date)s. Reason: %(reason)s"),
    do=N_("Do not travel with it. Take your passport to the district employment office or call %(helpline)s."),
)
_DIED = StopWords(
    headline=_CANCELLED.headline,
    why=_CANCELLED.why,
    do=N_("The family can call %(helpline)s and ask what help it is entitled to."),
)
_HELD = StopWords(
    headline=N_("Your clearance is on hold"),
    why=N_("It is on hold since %(date)s. It is not cancelled, but it cannot be used now."),
    do=N_("Do not go to the airport yet. Call %(helpline)s and ask what is missing."),
)
_REPLACED = StopWords(
    headline=N_("You have a newer card"),
    why=N_("The old one no longer works."),
    do=N_("Look again with the number of your new passport, or call %(helpline)s."),
)
_EXPIRED = StopWords(
    headline=N_("Your clearance has expired"),
    why=N_("It was valid until %(date)s. It cannot be used for travel any more."),
    do=N_(
        "You need a new clearance. Ask your recruiting agency or the district employment office, or call %(helpline)s."
    ),
)
_APPLICATION_HELD = StopWords(
    headline=N_("Your application is on hold"),
    why=N_("It is on hold since %(date)s. It is not rejected."),
    do=N_("Call %(helpline)s and ask what is missing."),
)
_REJECTED = StopWords(
    headline=N_("Your application was not approved"),
    why=N_("It was not approved on %(date)s. No card was issued."),
    do=N_(
        "Take your passport to the district employment office or call %(helpline)s: they tell you why and what you "
        "can do. Pay nothing more before that."
    ),
)


def stop_words(clearance: Clearance) -> StopWords:
    """The words for a card that is not in force; one whose status is VALID has run out."""
    match clearance.status:
        case Status.VALID:
            return _EXPIRED
        case Status.SUSPENDED:
            return _HELD
        case Status.SUPERSEDED:
            return _REPLACED
        case Status.INVALID:
            died = clearance.revocation and clearance.revocation.reason is RevocationReason.DECEASED
            return _DIED if died else _CANCELLED


def application_stopped(state: ApplicationState) -> StopWords:
    """The words for a case without a card that stands at no step."""
    return _APPLICATION_HELD if state is ApplicationState.HELD else _REJECTED


def lacks(objections: Iterable[Objection]) -> list[Lack]:
    """What concerns the worker, the worker's own part first, each once."""
    found = dict.fromkeys(objection.ground for objection in objections if objection.ground in LACKS)
    return sorted((LACKS[ground] for ground in found), key=lambda lack: list(Actor).index(lack.actor))
