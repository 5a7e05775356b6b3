"""What officers are told: why something cannot be done, what went wrong, and what is on record.

Decides words only; the codes are decided in `clearance.domain` and `clearance.issuing`. English is the key of the
catalogue (`locale/staff.bn.po`). A sentence says what stands against the case, since when, and what would satisfy it.
Numbers and dates follow the language; identifiers keep Latin digits.
"""

from collections.abc import Mapping
from datetime import date, datetime

from clearance.credential.status import Status
from clearance.domain.audit import AuditAct
from clearance.domain.eligibility import Ground, Objection
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.proposal import ProposalState
from clearance.domain.staff import Role
from clearance.issuing.ports import NotSigned, Trouble
from clearance.web.wording_codes import role_text, state_text, status_text
from clearance.web.wording_entry import field_text
from clearance.web.wording_oversight import OVERSIGHT_ACT_WORDS, OVERSIGHT_GROUND_WORDS
from clearance.web.wording_personal import PERSONAL_ACT_WORDS, PERSONAL_GROUND_WORDS
from clearance.web.wording_restore import RESTORE_ACT_WORDS, RESTORE_GROUND_WORDS, RESTORE_TROUBLE_WORDS
from clearance.web.wording_rules import RULE_ACT_WORDS, RULE_GROUND_WORDS, rule_word
from clearance.web.wording_uploads import UPLOAD_ACT_WORDS
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


def ground_text(objection: Objection, t: Translator) -> str:
    """What stands against a case and what would satisfy it."""
    words, details = GROUND_WORDS[objection.ground], objection.details
    match objection.ground, details:
        case Ground.ORIENTATION_INCOMPLETE, {"days": int(days), "needed": int(needed)} if days >= needed:
            words = NO_CERTIFICATE
    shown = {name: _detail(name, value, t) for name, value in details.items()}
    sentence = t.gettext(words) % shown
    return f"{sentence} {t.gettext(RULE_NAMED) % shown}" if {"source", "since"} <= details.keys() else sentence


def trouble_text(failed: NotSigned, t: Translator) -> str:
    """Why the signing component made no card, and what to do."""
    return t.gettext(TROUBLE_WORDS[failed.trouble]) % {"about": t.digits(failed.about)}


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
