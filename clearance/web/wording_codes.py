"""The words for the codes of the office: where a case stands, who does what, what a key is for."""

from collections.abc import Callable, Mapping

from clearance.credential.claims import CardClass, VisaType
from clearance.credential.status import Status
from clearance.credential.trust import Purpose, SignerState
from clearance.domain.clearance import RevocationReason
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.person import Sex
from clearance.domain.staff import Role
from clearance.issuing.keys_and_desks import ListUse
from clearance_templates.i18n import N_, Translator

STATE_WORDS: Mapping[ApplicationState, str] = {
    ApplicationState.DRAFT: N_("Draft"),
    ApplicationState.SUBMITTED: N_("Submitted"),
    ApplicationState.CHECKED: N_("Checked"),
    ApplicationState.APPROVED: N_("Approved"),
    ApplicationState.ISSUED: N_("Issued"),
    ApplicationState.HELD: N_("Held"),
    ApplicationState.RETURNED: N_("Returned for correction"),
    ApplicationState.REJECTED: N_("Rejected"),
    ApplicationState.SUPERSEDED: N_("Replaced"),
    ApplicationState.REVOKED: N_("Revoked"),
    ApplicationState.DEPARTED: N_("Departed"),
    ApplicationState.EXPIRED: N_("Ran out"),
}
ROLE_WORDS: Mapping[Role, str] = {
    Role.AGENCY_CLERK: N_("Agency clerk"),
    Role.DEMO_OFFICER: N_("Entry officer"),
    Role.CHECKER: N_("Checking officer"),
    Role.APPROVER: N_("Approving officer"),
    Role.ISSUER: N_("Issuing officer"),
    Role.ADMINISTRATOR: N_("Administrator"),
    Role.AUDITOR: N_("Auditor"),
}
STATUS_WORDS: Mapping[Status, str] = {
    Status.VALID: N_("In force"),
    Status.INVALID: N_("Cancelled"),
    Status.SUSPENDED: N_("On hold"),
    Status.SUPERSEDED: N_("Replaced by a newer card"),
}
REVOCATION_WORDS: Mapping[RevocationReason, str] = {
    RevocationReason.DECEASED: N_("The worker has died"),
    RevocationReason.WORKER_WITHDREW: N_("The worker no longer wants to go"),
    RevocationReason.VISA_CANCELLED: N_("The visa was cancelled"),
    RevocationReason.EMPLOYER_CANCELLED: N_("The employer withdrew the offer"),
    RevocationReason.ISSUED_IN_ERROR: N_("The card was issued in error"),
    RevocationReason.FALSE_DOCUMENTS: N_("Documents turned out to be false"),
    RevocationReason.AUTHORITY_ORDER: N_("By order of an authority"),
}
PURPOSE_WORDS: Mapping[Purpose, str] = {
    Purpose.CARD: N_("Cards"),
    Purpose.STATUS: N_("Status lists"),
    Purpose.TRUST: N_("Trust bundle"),
}
SIGNER_STATE_WORDS: Mapping[SignerState, str] = {
    SignerState.ACTIVE: N_("In use"),
    SignerState.RETIRED: N_("Retired: its cards stay valid"),
    SignerState.DISTRUSTED: N_("Distrusted: all its cards are refused"),
}
LIST_USE_WORDS: Mapping[ListUse, str] = {
    ListUse.NEW_CARDS: N_("for new cards"),
    ListUse.AHEAD: N_("opened ahead, not used yet"),
    ListUse.OLDER_CARDS: N_("for older cards"),
}
SEX_WORDS: Mapping[Sex, str] = {Sex.MALE: N_("Male"), Sex.FEMALE: N_("Female"), Sex.OTHER: N_("Other")}
VISA_WORDS: Mapping[VisaType, str] = {
    VisaType.SINGLE: N_("Single visa"),
    VisaType.GROUP: N_("Group visa"),
    VisaType.ATTESTED_SINGLE: N_("Single visa, attested"),
    VisaType.ATTESTED_GROUP: N_("Group visa, attested"),
}
CARD_CLASS_WORDS: Mapping[CardClass, str] = {
    CardClass.INDIVIDUAL: N_("Individual clearance"),
    CardClass.GROUP: N_("Group clearance"),
    CardClass.DEMO_SINGLE: N_("Single clearance by a district office (DEMO)"),
    CardClass.REISSUE: N_("Re-issue"),
}


def state_text(state: ApplicationState, t: Translator) -> str:
    """Where a case stands."""
    return t.gettext(STATE_WORDS[state])


def role_text(role: Role, t: Translator) -> str:
    """What an officer is."""
    return t.gettext(ROLE_WORDS[role])


def status_text(status: Status, t: Translator) -> str:
    """The standing of a card."""
    return t.gettext(STATUS_WORDS[status])


def revocation_text(reason: RevocationReason, t: Translator) -> str:
    """Why a card was taken back."""
    return t.gettext(REVOCATION_WORDS[reason])


def purpose_text(purpose: Purpose, t: Translator) -> str:
    """What a key signs."""
    return t.gettext(PURPOSE_WORDS[purpose])


def signer_state_text(state: SignerState, t: Translator) -> str:
    """What a key is trusted with."""
    return t.gettext(SIGNER_STATE_WORDS[state])


def list_use_text(use: ListUse, t: Translator) -> str:
    """What a status list is for."""
    return t.gettext(LIST_USE_WORDS[use])


def sex_text(sex: Sex, t: Translator) -> str:
    """As the passport says it."""
    return t.gettext(SEX_WORDS[sex])


def visa_text(kind: VisaType, t: Translator) -> str:
    """The kind of a visa."""
    return t.gettext(VISA_WORDS[kind])


def card_class_text(card_class: CardClass, t: Translator) -> str:
    """Which way a clearance is given."""
    return t.gettext(CARD_CLASS_WORDS[card_class])


SPOKEN: Mapping[str, Callable[..., str]] = {
    "card_class_text": card_class_text,
    "list_use_text": list_use_text,
    "purpose_text": purpose_text,
    "revocation_text": revocation_text,
    "role_text": role_text,
    "sex_text": sex_text,
    "signer_state_text": signer_state_text,
    "state_text": state_text,
    "status_text": status_text,
    "visa_text": visa_text,
}
"""What pages say by these names."""
