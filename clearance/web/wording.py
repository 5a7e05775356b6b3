"""What officers are told: the sentence for every ground, fault and code of the office, in the reader's language.

Decides words only; the codes are decided in `clearance.domain` and `clearance.issuing`. English is the key of the
catalogue (`locale/staff.bn.po`). A sentence says what stands against the case, since when, and what would satisfy it.
Numbers and dates follow the language; identifiers keep Latin digits.
"""

from collections.abc import Mapping
from datetime import date, datetime

from clearance.credential.claims import CardClass, VisaType
from clearance.credential.status import Status
from clearance.credential.trust import Purpose, SignerState
from clearance.domain.audit import AuditAct
from clearance.domain.clearance import RevocationReason
from clearance.domain.eligibility import Ground, Objection
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.person import PhotoRemark, Sex
from clearance.domain.proposal import ProposalState
from clearance.domain.readability import Grade
from clearance.domain.staff import Role
from clearance.issuing.fields import Fault, FaultKind
from clearance.issuing.keys_and_desks import ListUse
from clearance.issuing.ports import NotSigned, PhotoGround, Trouble
from clearance.web.wording_oversight import OVERSIGHT_ACT_WORDS, OVERSIGHT_GROUND_WORDS
from clearance.web.wording_personal import PERSONAL_ACT_WORDS, PERSONAL_GROUND_WORDS
from clearance.web.wording_restore import RESTORE_ACT_WORDS, RESTORE_GROUND_WORDS, RESTORE_TROUBLE_WORDS
from clearance.web.wording_rules import RULE_ACT_WORDS, RULE_FIELD_WORDS, RULE_GROUND_WORDS, rule_word
from clearance.web.wording_uploads import UPLOAD_ACT_WORDS, UPLOAD_FAULT_WORDS
from clearance_templates.i18n import N_, Translator

GROUND_WORDS: Mapping[Ground, str] = {
    Ground.NOT_THE_STATE: N_("This case is no longer open for this: it is now “%(state)s”."),
    Ground.SAME_OFFICER_ENTERED: N_("You entered this case; someone else must check, approve and issue it."),
    Ground.SAME_OFFICER_CHECKED: N_(
        "You already acted on this case as its checking officer; someone else must do this."
    ),
    Ground.SAME_OFFICER_APPROVED: N_(
        "You already acted on this case as its approving officer; someone else must do this."
    ),
    Ground.SAME_OFFICER_ISSUED: N_("You already acted on this case as its issuing officer; someone else must do this."),
    Ground.SAME_OFFICER_TOOK_UP: N_(
        "You took this case up again; other officers must now check, approve and issue it."
    ),
    Ground.SAME_OFFICER_HELD: N_("You put this case on hold; someone else must release it."),
    Ground.REJECTED_BEFORE: N_(
        "This case was rejected by %(officer)s after you had acted on it. It needs officers who had no part in that."
    ),
    Ground.OTHER_OFFICE: N_("This case lies with office %(office)s. Only that office and headquarters may act on it."),
    Ground.OTHER_AGENCY: N_("Your account may enter cases of agency %(licence)s only."),
    Ground.NOT_A_CORRECTION: N_(
        "A correction may not change this field: %(field)s. Cancel the card and apply anew if it is wrong."
    ),
    Ground.ROLE_MISSING: N_("Your account does not have the role “%(role)s”, which this needs."),
    Ground.OFFICER_INACTIVE: N_("Your account is blocked. Speak to your administrator."),
    Ground.DESTINATION_CLOSED: N_("Workers cannot be cleared for %(destination)s today."),
    Ground.HEADQUARTERS_ONLY: N_("Only headquarters may decide this case. Send it there."),
    Ground.TOO_YOUNG: N_("The worker is %(age)s years old; this destination asks for at least %(minimum)s."),
    Ground.PASSPORT_EXPIRED: N_("The passport ends on %(date)s. A renewed passport is needed."),
    Ground.FINGERPRINT_MISSING: N_("No fingerprint on record. The worker must give it at a DEMO office."),
    Ground.ORIENTATION_INCOMPLETE: N_(
        "Briefing (PDO) not complete: %(days)s of %(needed)s days. All of them and the certificate are needed."
    ),
    Ground.VISA_EXPIRED: N_("The visa ended on %(date)s. A valid visa is needed."),
    Ground.VISA_UNCHECKED: N_("The visa has not been checked. For %(destination)s that must happen before approval."),
    Ground.CONTRACT_ENDED: N_("The work contract ended on %(date)s. A contract in force is needed."),
    Ground.LICENCE_UNKNOWN: N_("Agency licence %(licence)s is not on record. Check the licence number."),
    Ground.LICENCE_EXPIRED: N_("Agency licence %(licence)s ran out on %(date)s. The agency must renew it."),
    Ground.LICENCE_SUSPENDED: N_(
        "Agency licence %(licence)s is suspended since %(date)s. The case waits until that is lifted."
    ),
    Ground.PERMIT_UNKNOWN: N_("Permit %(permit)s is not on record. Check the permit number."),
    Ground.PERMIT_NOT_IN_FORCE: N_("Permit %(permit)s holds from %(from)s until %(until)s, not today."),
    Ground.PERMIT_FOR_ANOTHER: N_("Permit %(permit)s was granted to another agency or for another destination."),
    Ground.PERMIT_USED_UP: N_("Permit %(permit)s: %(used)s of %(places)s used. A permit with a free place is needed."),
    Ground.FEES_UNPAID: N_("The fees are not paid. A receipt dated today or earlier is needed."),
    Ground.PAY_ORDER_USED: N_(
        "Pay order %(receipt)s was already used for case %(reference)s. Another pay order is needed."
    ),
    Ground.RECEIPT_USED: N_("Receipt %(receipt)s was already used for case %(reference)s. Another receipt is needed."),
    Ground.ACTIVE_CLEARANCE: N_(
        "This passport already has an active clearance (%(clearance)s). That card must be cancelled first."
    ),
    Ground.SIGNING_STOPPED: N_(
        "%(officer)s stopped all signing on %(since)s: “%(reason)s”. No card can be issued until it is resumed."
    ),
    **RESTORE_GROUND_WORDS,
    Ground.TOO_MANY_THIS_HOUR: N_(
        "%(limit)s cards were signed within an hour, and more are not allowed. Nothing is lost: try again later. "
        "If nobody in your office knows why, call your administrator."
    ),
    Ground.TOO_MANY_TODAY: N_(
        "%(limit)s cards were signed within 24 hours, and more are not allowed. Nothing is lost: try again tomorrow. "
        "If nobody in your office knows why, call your administrator."
    ),
    Ground.PHOTO_NOT_ACCEPTED: N_(
        "The photo was remarked on at entry. Look at it; if it shows the worker well enough, tick the box and approve."
    ),
    Ground.CARD_NOT_IN_FORCE: N_("Card %(clearance)s is no longer in force: it is “%(status)s”."),
    Ground.CARD_RAN_OUT: N_("Card %(clearance)s ran out on %(date)s."),
    Ground.REASON_MISSING: N_("Write the reason: the worker and the next officer will ask for it."),
    Ground.REASON_TOO_LONG: N_("The text is too long: at most %(limit)s characters."),
    **RULE_GROUND_WORDS,
    **OVERSIGHT_GROUND_WORDS,
    **PERSONAL_GROUND_WORDS,
}
TROUBLE_WORDS: Mapping[Trouble, str] = {
    Trouble.NO_ANSWER: N_(
        "The signing service does not answer; nothing was issued. Try again; if it stays so, call your administrator."
    ),
    Trouble.CUT_OFF: N_(
        "The signing service was cut off before it could answer. Nothing is lost: try again, and you get the same card "
        "even if it was issued already. If it stays so, call your administrator."
    ),
    Trouble.STRANGER: N_(
        "The signing service does not take requests from this program; nothing was issued. Call your administrator."
    ),
    Trouble.KEYS: N_(
        "The signing service cannot use its keys now; nothing was issued. Call your administrator, then try again."
    ),
    Trouble.STORAGE: N_(
        "The signing service cannot write: its disk is full or broken. Nothing was issued. Call your administrator, "
        "then try again."
    ),
    Trouble.DATABASE: N_(
        "The signing service cannot use the database now; nothing was issued. Try again in a minute; if it stays so, "
        "call your administrator."
    ),
    Trouble.STATUS_LIST_FULL: N_(
        "The status list is full; nothing was issued. Call your administrator: a new list must be opened."
    ),
    **RESTORE_TROUBLE_WORDS,
    Trouble.NOT_ACCEPTED: N_(
        "A desk would not accept the new card (%(about)s); it was not released. Call your administrator: keys, trust "
        "files and clock must be checked. Then try again."
    ),
    Trouble.UNREADABLE: N_(
        "The QR on page %(about)s of the new card cannot be read back; no card was released. Try again; if it stays "
        "so, call your administrator."
    ),
    Trouble.UNFORESEEN: N_(
        "Something went wrong in the signing service; nothing was released. Try again; if it stays so, call your "
        "administrator."
    ),
}
NO_CERTIFICATE = N_("Briefing (PDO): all days attended, but no certificate number is on record.")

FAULT_WORDS: Mapping[FaultKind, str] = {
    FaultKind.REQUIRED: N_("must be filled in."),
    FaultKind.TOO_LONG: N_("is too long: %(length)s, at most %(limit)s. A Bengali letter counts as three."),
    FaultKind.TOO_SHORT: N_("is too short: at least %(limit)s characters."),
    FaultKind.CHARACTER_NOT_ALLOWED: N_("may not contain the character “%(character)s” (%(code)s)."),
    FaultKind.CHARACTER_NOT_PRINTABLE: N_("contains “%(character)s” (%(code)s), which the card cannot print."),
    FaultKind.WRONG_FORM: N_("does not have the right form: “%(text)s”."),
    FaultKind.NOT_A_PASSPORT_NO: N_(
        "must be one letter and 8 digits (A01234567) or two letters and 7 digits (AB0123456), not “%(text)s”. "
        "Check letter O and digit 0."
    ),
    FaultKind.NOT_A_MOBILE_NO: N_("must be a mobile number of Bangladesh (01712345678), not “%(text)s”."),
    FaultKind.NOT_AN_EMAIL: N_("must be an e-mail address (name@example.com), not “%(text)s”."),
    FaultKind.INCOMPLETE: N_("is needed here because this was filled in: %(other)s."),
    FaultKind.NOT_A_LICENCE_NO: N_("must be RL- and at most five digits (RL-1234), not “%(text)s”."),
    FaultKind.NOT_A_DATE: N_("must be a date such as 2026-11-22 or 22/11/2026, not “%(text)s”."),
    FaultKind.NO_SUCH_DATE: N_("is a day that does not exist: “%(text)s”."),
    FaultKind.NOT_LATER: N_("must be later than: %(than)s."),
    FaultKind.NOT_A_NUMBER: N_("must be a whole number, not “%(text)s”."),
    FaultKind.OUT_OF_RANGE: N_("must lie between %(minimum)s and %(maximum)s."),
    FaultKind.NOT_A_CHOICE: N_("cannot be “%(text)s”. Choose one of: %(choices)s."),
    FaultKind.SAME_PASSPORT_NO: N_("is the same as the passport number. Leave it empty if there was none before."),
    FaultKind.EXTRA_CELLS: N_("The row has more cells than the file has columns. A text with commas needs quotes."),
    FaultKind.TAKEN: N_("is already in use: “%(text)s”."),
    FaultKind.CONTAINS_NAME: N_("must not contain your own name or user name."),
    FaultKind.EASY_TO_GUESS: N_(
        "is easy to guess: it is on lists of stolen passwords, or follows a pattern that is tried first. Put four or "
        "five words together that do not belong together."
    ),
    FaultKind.NOT_THE_SAME: N_("is not the same. Type it again."),
    FaultKind.NOT_EVIDENCE: N_("must be a PDF, JPEG or PNG file of at most 10 MB."),
    **UPLOAD_FAULT_WORDS,
    FaultKind.PHOTO_NOT_FOUND: N_("names a file that is not there: “%(text)s”."),
    FaultKind.PHOTO_TOO_LARGE_FILE: N_("The photo file is too large: at most 10 MB."),
    FaultKind.PHOTO_NOT_AN_IMAGE: N_("The photo file is not a picture, or it is damaged."),
    FaultKind.PHOTO_WRONG_FORMAT: N_("The photo must be a JPEG or PNG file."),
    FaultKind.PHOTO_TOO_MANY_PIXELS: N_("The photo has too many pixels: at most 40 million."),
    FaultKind.PHOTO_TOO_SMALL: N_("The photo is too small: at least 200 x 257 pixels."),
}

PHOTO_FAULTS: Mapping[PhotoGround, FaultKind] = {
    PhotoGround.TOO_LARGE_FILE: FaultKind.PHOTO_TOO_LARGE_FILE,
    PhotoGround.NOT_AN_IMAGE: FaultKind.PHOTO_NOT_AN_IMAGE,
    PhotoGround.WRONG_FORMAT: FaultKind.PHOTO_WRONG_FORMAT,
    PhotoGround.TOO_MANY_PIXELS: FaultKind.PHOTO_TOO_MANY_PIXELS,
    PhotoGround.TOO_SMALL: FaultKind.PHOTO_TOO_SMALL,
}

PHOTO_REMARK_WORDS: Mapping[PhotoRemark, str] = {
    PhotoRemark.NO_FACE: N_(
        "Photo: no face was found. Does it show the worker from the front, uncovered and in light?"
    ),
    PhotoRemark.SEVERAL_FACES: N_("Photo: more than one face was found. Only the worker may be on it."),
    PhotoRemark.SMALL_FACE: N_("Photo: the face is small. It should fill about half of the height."),
    PhotoRemark.OFF_CENTRE: N_("Photo: the face is not in the middle. Part of it may be cut off."),
    PhotoRemark.SMALL_PHOTO: N_("Photo: it has few pixels and was enlarged. Can the worker be recognised on it?"),
}

FIELD_WORDS: Mapping[str, str] = {
    "registration_no": N_("BMET registration number"),
    "registered_on": N_("Registered on"),
    "fingerprint_taken_on": N_("Fingerprint taken on"),
    "fingerprint_office": N_("Fingerprint taken at"),
    "name_en": N_("Name in English"),
    "name_bn": N_("Name in Bengali"),
    "birth_date": N_("Date of birth"),
    "sex": N_("Sex"),
    "passport_no": N_("Passport number"),
    "passport_issued_on": N_("Passport issued on"),
    "passport_expires_on": N_("Passport valid until"),
    "previous_passport_no": N_("Previous passport number"),
    "photo": N_("Photo"),
    "destination": N_("Destination"),
    "visa_no": N_("Visa number"),
    "visa_type": N_("Visa type"),
    "visa_issued_on": N_("Visa issued on"),
    "visa_expires_on": N_("Visa valid until"),
    "visa_checked_on": N_("Visa checked on"),
    "visa_checked_by": N_("Visa checked by"),
    "visa_check_site": N_("Visa checked at"),
    "visa_check_result": N_("Result of the visa check"),
    "visa_check_evidence": N_("Evidence of the visa check"),
    "visa_advice_no": N_("Visa advice number"),
    "sponsor_id": N_("Sponsor ID"),
    "employer": N_("Employer"),
    "occupation_code": N_("Occupation code (ISCO-08)"),
    "occupation_en": N_("Occupation in English"),
    "occupation_bn": N_("Occupation in Bengali"),
    "salary": N_("Salary"),
    "contract_until": N_("Contract until"),
    "licence_no": N_("Agency licence"),
    "permit_no": N_("Permit number"),
    "orientation_day_1": N_("Briefing (PDO), day 1"),
    "orientation_day_2": N_("Briefing (PDO), day 2"),
    "orientation_day_3": N_("Briefing (PDO), day 3"),
    "orientation_certificate_no": N_("Briefing (PDO) certificate"),
    "orientation_venue": N_("Briefing (PDO) venue"),
    "training_certificate_no": N_("Training certificate"),
    "receipt_no": N_("Fee receipt"),
    "pay_order_no": N_("Pay order"),
    "bank": N_("Bank"),
    "paid_on": N_("Paid on"),
    "amount_taka": N_("Amount (taka)"),
    "card_class": N_("Card class"),
    "mobile": N_("Worker's mobile number"),
    "email": N_("Worker's e-mail address"),
    "next_of_kin_name": N_("Next of kin"),
    "next_of_kin_relation": N_("Relation"),
    "next_of_kin_phone": N_("Next of kin's phone"),
    "number": N_("Officer number"),
    "username": N_("User name"),
    "roles": N_("Roles"),
    "password": N_("Password"),
    "repeated": N_("New password once more"),
    "office_code": N_("Office"),
    **RULE_FIELD_WORDS,
}
"""The fields of an application (`clearance.issuing.rows.COLUMNS`) and of an officer's account."""

GRADE_WORDS: Mapping[Grade, str] = {
    Grade.A: N_("reads under every test"),
    Grade.B: N_("reads under every test from a good print"),
    Grade.C: N_("reads, but not when blurred or copied"),
}
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
ACT_WORDS: Mapping[AuditAct, str] = {
    AuditAct.APPLICATION_DRAFTED: N_("Draft kept"),
    AuditAct.APPLICATION_AMENDED: N_("Entries changed"),
    AuditAct.APPLICATION_SUBMITTED: N_("Case submitted"),
    AuditAct.APPLICATION_CHECKED: N_("Case checked"),
    AuditAct.APPLICATION_RETURNED: N_("Sent back for correction"),
    AuditAct.APPLICATION_TAKEN_UP_AGAIN: N_("Taken up again"),
    AuditAct.APPLICATION_HELD: N_("Put on hold"),
    AuditAct.APPLICATION_RELEASED: N_("Released from hold"),
    AuditAct.CORRECTION_SUBMITTED: N_("Correction submitted"),
    AuditAct.RENEWAL_SUBMITTED: N_("Passport renewal submitted"),
    AuditAct.CARD_SUPERSEDED: N_("Card replaced by a newer one"),
    AuditAct.WORKER_DEPARTED: N_("Worker departed"),
    AuditAct.APPLICATION_APPROVED: N_("Case approved"),
    AuditAct.APPLICATION_REJECTED: N_("Case rejected"),
    AuditAct.SIGNING_PLANNED: N_("Signing prepared"),
    AuditAct.SIGNING_REFUSED: N_("Signing refused"),
    AuditAct.SIGNING_STOPPED: N_("All signing stopped"),
    AuditAct.SIGNING_RESUMED: N_("Signing resumed"),
    AuditAct.CARD_ISSUED: N_("Card issued"),
    AuditAct.CARD_REVOKED: N_("Card cancelled"),
    AuditAct.CARD_PRINTED: N_("Card printed on plastic"),
    AuditAct.OFFICER_SIGNED_IN: N_("Officer signed in"),
    AuditAct.OFFICE_OPENED: N_("Office opened"),
    AuditAct.OFFICER_ADDED: N_("Account opened"),
    AuditAct.OFFICER_BLOCKED: N_("Account blocked"),
    AuditAct.OFFICER_CONFIRMED: N_("Second factor shown again"),
    AuditAct.OFFICER_FACTOR_FAILED: N_("Right password, wrong second factor"),
    AuditAct.OFFICER_FACTOR_ADDED: N_("Second factor set up"),
    AuditAct.OFFICER_FACTOR_REMOVED: N_("Second factor removed"),
    AuditAct.OFFICER_FACTORS_RESET: N_("Second factor reset"),
    AuditAct.OFFICER_RECOVERY_CODES_MADE: N_("New recovery codes made"),
    AuditAct.OFFICER_PASSWORD_CHANGED: N_("Password changed"),
    AuditAct.OFFICER_INVITED: N_("Invitation printed"),
    AuditAct.OFFICER_JOINED: N_("Invitation used, password chosen"),
    AuditAct.OFFICER_ROLES_CHANGED: N_("Roles changed"),
    AuditAct.OFFICER_SESSIONS_ENDED: N_("Signed out from elsewhere"),
    AuditAct.OFFICER_IN_TWO_PLACES: N_("In use in two places at once"),
    AuditAct.SESSION_MOVED: N_("Session turned up in another browser, and was ended"),
    AuditAct.STAFF_CHANGE_PROPOSED: N_("Change of an account put down"),
    AuditAct.STAFF_CHANGE_WITHDRAWN: N_("Change of an account withdrawn"),
    AuditAct.DESK_ENROLLED: N_("Desk enrolled"),
    AuditAct.DESK_WITHDRAWN: N_("Desk withdrawn"),
    AuditAct.CLIENT_ADDED: N_("Program of an agency or ministry registered"),
    AuditAct.CLIENT_ROTATED: N_("New token for a program"),
    AuditAct.CLIENT_REVOKED: N_("Program shut out"),
    AuditAct.WEBHOOK_ADDED: N_("Webhook registered"),
    AuditAct.WEBHOOK_ROTATED: N_("New secret for a webhook"),
    AuditAct.WEBHOOK_CLOSED: N_("Webhook closed"),
    AuditAct.MESSAGES_STOPPED: N_("Messages to the worker stopped"),
    AuditAct.MESSAGES_RESUMED: N_("Messages to the worker resumed"),
    AuditAct.REISSUE_QUEUED: N_("Put down to be issued anew"),
    AuditAct.CARD_REISSUED: N_("Card issued anew"),
    AuditAct.LOOKUP_ALARM: N_("Unusual tries at the public look-up"),
    AuditAct.BATCH_UPLOADED: N_("Batch uploaded"),
    AuditAct.BATCH_CORRECTED: N_("Rows of a batch judged again"),
    AuditAct.BATCH_ORDERED: N_("Step ordered for rows of a batch"),
    AuditAct.BATCH_PAUSED: N_("Run of a batch paused"),
    AuditAct.BATCH_RESUMED: N_("Run of a batch resumed"),
    AuditAct.REQUEST_OPENED: N_("Request of a worker opened"),
    AuditAct.REQUEST_TAKEN_UP: N_("Case opened for a request"),
    AuditAct.REQUEST_ANSWERED: N_("Request answered"),
    **RULE_ACT_WORDS,
    **OVERSIGHT_ACT_WORDS,
    **PERSONAL_ACT_WORDS,
    **UPLOAD_ACT_WORDS,
    **RESTORE_ACT_WORDS,
}
RULE_NAMED = N_("Rule: %(source)s, since %(since)s.")
"""Follows every sentence that comes from a rule."""
_WHOLE_SENTENCES = frozenset({FaultKind.EXTRA_CELLS, *PHOTO_FAULTS.values(), *UPLOAD_FAULT_WORDS})
"""Faults whose sentence names its subject itself."""


def ground_text(objection: Objection, t: Translator) -> str:
    """What stands against a case and what would satisfy it."""
    words, details = GROUND_WORDS[objection.ground], objection.details
    match objection.ground, details:
        case Ground.ORIENTATION_INCOMPLETE, {"days": int(days), "needed": int(needed)} if days >= needed:
            words = NO_CERTIFICATE
    shown = {name: _detail(name, value, t) for name, value in details.items()}
    sentence = t.gettext(words) % shown
    return f"{sentence} {t.gettext(RULE_NAMED) % shown}" if {"source", "since"} <= details.keys() else sentence


def fault_text(fault: Fault, t: Translator) -> str:
    """What is wrong with a field, the field named first."""
    shown = {name: _fault_detail(name, value, t) for name, value in fault.details.items()}
    sentence = t.gettext(FAULT_WORDS[fault.kind]) % shown
    return sentence if fault.kind in _WHOLE_SENTENCES else f"{field_text(fault.field, t)} {sentence}"


def trouble_text(failed: NotSigned, t: Translator) -> str:
    """Why the signing component made no card, and what to do."""
    return t.gettext(TROUBLE_WORDS[failed.trouble]) % {"about": t.digits(failed.about)}


def photo_remark_text(remark: PhotoRemark, t: Translator) -> str:
    """What somebody should look at on a portrait."""
    return t.gettext(PHOTO_REMARK_WORDS[remark])


def grade_text(grade: Grade, t: Translator) -> str:
    """What the grade of a card means."""
    return t.gettext(GRADE_WORDS[grade])


def field_text(name: str, t: Translator) -> str:
    """What a field is called; the name of the column where it is none of ours."""
    return t.gettext(FIELD_WORDS[name]) if name in FIELD_WORDS else name


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


def act_text(act: str, t: Translator) -> str:
    """What somebody did, from the record; the code itself where it is none of ours."""
    known = {each.value: words for each, words in ACT_WORDS.items()}
    return t.gettext(known[act]) if act in known else act


def _detail(name: str, value: str | int | date, t: Translator) -> str:
    match name, value:
        case "state", str():
            return state_text(ApplicationState(value), t)
        case "status", str():
            return status_text(Status[value], t)
        case "role", str():
            return role_text(Role(value), t)
        case "destination", str():
            return t.country(value)
        case "field", str():
            return field_text(value, t)
        case "source" | "table", str():
            return t.gettext(value)
        case "outcome", str():
            return rule_word(ProposalState(value), t)
        case _, datetime():
            return t.datetime(value)
        case _, date():
            return t.date(value)
        case _, int():
            return t.number(value)
        case _, str():
            return value


def _fault_detail(name: str, value: str | int, t: Translator) -> str:
    match name, value:
        case "than" | "other", str():
            return field_text(value, t)
        case _, int():
            return t.digits(str(value))  # ungrouped: it may be a year
        case _, str():
            return value
