"""What is said once, on the page that follows an act."""

from enum import StrEnum

from clearance_templates.i18n import N_


class Notice(StrEnum):
    """The sentence itself, as key of the catalogue: what is kept in the session must be plain text."""

    CASE_APPROVED = N_("The case is approved. Another officer can issue the card now.")
    CASE_SUBMITTED = N_("The case is submitted. Another officer checks it now.")
    CASE_CHECKED = N_("The case is checked. Another officer can approve it now.")
    CASE_RETURNED = N_("The case went back for correction. Whoever entered it sees your reason.")
    CASE_REJECTED = N_("The case is rejected.")
    CASE_TAKEN_UP = N_("The case is taken up again. Officers who had no part in it must check and approve it.")
    CASE_HELD = N_("The case is on hold. Another officer must release it.")
    CASE_RELEASED = N_("The case is released and goes on where it was held.")
    CASE_AMENDED = N_("The changes are kept. The case is not submitted yet.")
    CORRECTION_SUBMITTED = N_("The correction is submitted. The present card stays good until the new one is issued.")
    MOVED_NOT_PUBLISHED = N_(
        "Done, but the list for the desks could not be published: they do not know of it yet. Publishing is tried "
        "again every few minutes. Tell your administrator now."
    )
    CARD_ISSUED = N_("The card is issued. The worker can download it now.")
    ROWS_TAKEN = N_("The rows are taken again and read now. The others stay as they are.")
    NO_ROWS_TAKEN = N_("Nothing was changed: none of these rows needs work.")
    PHOTOS_TAKEN = N_("The photos are kept, and the rows that need work are read again.")
    NOTHING_TO_ORDER = N_("Nothing was begun: no row is waiting for this step, or it is under way already.")
    REQUEST_ANSWERED = N_("The answer is kept. The worker sees it now.")
    REQUEST_TAKEN_UP = N_("The request is taken up. The worker sees that a corrected card is being made.")
    REQUEST_SETTLED_BEFORE = N_("Another officer settled this request before you. Nothing was changed now.")
    FORM_KEPT = N_("The form is kept. Go on whenever you like; nothing is submitted yet.")
    PASSPORT_READ = N_("Filled in from the passport, and its check digits hold. Compare the name with the data page.")
    INVESTIGATION_BEGUN = N_("The case is kept whole from now on.")
    INVESTIGATION_ENDED = N_("The case is no longer kept for an investigation.")
    ERASURE_ORDERED = N_("Ordered. Nothing is erased before another officer consents.")
    ERASURE_OPEN_ALREADY = N_("An order about this person waits already. Nothing was added.")
    ERASURE_WITHDRAWN = N_("The order is withdrawn. Nothing was erased.")
    PERSON_ERASED = N_("The person is erased from the record.")
    CARD_REVOKED = N_("The card is cancelled. Desks learn of it at their next update.")
    REVOKED_BEFORE = N_("Another officer cancelled this card before you. Nothing was changed now.")
    NOTHING_CHOSEN = N_("No card was printed: choose 1 to 50 cards.")
    PLASTIC_UNREADABLE = N_(
        "No card was printed: the code on the drawn card could not be read back. Try again; if it happens again, tell "
        "your administrator."
    )
    PLASTIC_TOO_SMALL = N_(
        "No card was printed: what must stand on a plastic card does not fit on it. Use the A4 card, and tell your "
        "administrator."
    )
    NOT_YET_PUBLISHED = N_(
        "The card is cancelled, but the cancel list could not be published: desks do not know of it yet. "
        "Publishing is tried again every few minutes. Tell your administrator now."
    )
    FINDING_ACKNOWLEDGED = N_("The finding is acknowledged, with your remark.")
    FINDING_SETTLED = N_("Another auditor acknowledged this finding before you. Nothing was changed now.")
    TOO_FEW_TO_GIVE = N_("No file was made: so few cards were issued that it would tell about single people.")
    VOID_ORDERED = N_("The order waits for another officer. Nothing has happened yet.")
    VOID_OPEN_ALREADY = N_("An order about this account is open already. Nothing was added.")
    VOID_WITHDRAWN = N_("The order is withdrawn. Nothing has happened.")
    VOID_DONE = N_("Done: the account is blocked, and desks know which cards no longer hold.")
    VOID_NOT_YET_PUBLISHED = N_(
        "The cards are cancelled, but desks could not be told yet. It is tried again by itself; tell your"
        " administrator."
    )
    RULE_PROPOSED = N_("The rule is proposed. It governs when another officer of headquarters consented to it.")
    RULE_CONSENTED = N_("The rule is consented to. It governs from its first day on.")
    PROPOSAL_REJECTED = N_("The proposal is rejected. It stays on record.")
    PROPOSAL_WITHDRAWN = N_("The proposal is withdrawn. It stays on record.")
    PLACES_PROPOSED = N_("The places are proposed. They count when another officer of headquarters consented to them.")
    PLACES_CONSENTED = N_("The places are consented to. They count now.")
    AGENCY_SUSPENDED = N_("The agency is suspended. None of its cases can be approved or issued.")
    AGENCY_REINSTATED = N_("The suspension is lifted.")
    AGENCY_RENEWED = N_("The licence is renewed.")
