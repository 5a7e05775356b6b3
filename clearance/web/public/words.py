"""What workers are told about cases without a card and cards that must not be used."""

from collections.abc import Mapping
from dataclasses import dataclass

from clearance.credential.status import Status
from clearance.domain.application import ApplicationState
from clearance.domain.clearance import Clearance, RevocationReason
from clearance_templates.i18n import N_

STEPS = (
    N_("Registration with BMET"),
    N_("Application handed in"),
    N_("An officer checks papers, fingerprints and orientation, and approves"),
    N_("A second officer issues the card"),
    N_("The card can be downloaded here"),
)
STEP_OF: Mapping[ApplicationState, int] = {ApplicationState.SUBMITTED: 3, ApplicationState.APPROVED: 4}
"""The step (from 1) that a case stands at. A rejected case stands at none."""

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
    why=N_("It is not cancelled, but it cannot be used now."),
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
