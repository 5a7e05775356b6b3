"""What pages and commands say about rules, permits and agencies; the tables of `wording` take them in."""

from collections.abc import Callable, Mapping

from clearance.domain.audit import AuditAct
from clearance.domain.eligibility import Ground
from clearance.domain.permit import PermitFlag
from clearance.domain.person import Sex
from clearance.domain.proposal import ProposalState
from clearance.domain.rules import Channel, Decider, Need, RuleKey, VisaKind
from clearance_templates.i18n import N_, Translator

RULE_GROUND_WORDS: Mapping[Ground, str] = {
    Ground.VISA_UNATTESTED: N_("The visa is not attested. Our mission must attest it before approval."),
    Ground.VISA_IN_USE: N_("Visa %(visa)s already has clearance %(clearance)s. One visa serves one worker."),
    Ground.GROUP_VISA: N_(
        "%(count)s workers are cleared on this visa advice already. More than %(limit)s are a group: enter it as a"
        " group visa, with the ministry's permit."
    ),
    Ground.TRAINING_MISSING: N_("No training certificate on record. This rule asks for one."),
    Ground.SALARY_TOO_LOW: N_("The salary is less than %(floor)s a month, or cannot be compared with it."),
    Ground.FEES_TOO_LOW: N_("Tk %(paid)s are paid, Tk %(due)s are due (%(table)s)."),
    Ground.NOT_AT_HEADQUARTERS: N_("Only officers of headquarters may change this."),
    Ground.SAME_OFFICER_PROPOSED: N_("You proposed this; another officer must consent to it or reject it."),
    Ground.SAME_OFFICER_SUSPENDED: N_("You suspended this agency; another officer must lift the suspension."),
    Ground.NOT_YOUR_PROPOSAL: N_("Only %(officer)s, who proposed this, can take it back. You can reject it."),
    Ground.PROPOSAL_SETTLED: N_("This proposal is settled already: it is “%(outcome)s”."),
    Ground.PROPOSAL_WAITS: N_("Another proposal for this waits for a second officer. Settle that one first."),
    Ground.RULE_IN_THE_PAST: N_("The rule would begin on %(date)s, which is over. Choose today or a later day."),
    Ground.RULE_WITHOUT_DAYS: N_("The last day is before the first. Correct one of the two."),
    Ground.RULE_REPLACED: N_("This version was replaced by version %(number)s meanwhile. Change that one."),
    Ground.RULE_UNCHANGED: N_("Nothing is changed. Change something, or leave the rule as it is."),
    Ground.RULE_OVERLAPS: N_(
        "Version %(number)s, from %(from)s, is for the same cases and shares days with this one. Replace that version,"
        " or choose other days."
    ),
    Ground.LETTER_MISSING: N_("Write the number of the ministry's letter."),
    Ground.LETTER_USED: N_("Letter %(letter)s changed this permit before. Another letter is needed."),
    Ground.PLACES_MOVED_ON: N_("Permit %(permit)s has %(places)s places by now. Propose the change anew."),
    Ground.PLACES_UNCHANGED: N_("Permit %(permit)s has %(places)s places already."),
    Ground.PLACES_BELOW_USED: N_("%(used)s places of permit %(permit)s are used; it cannot have fewer."),
    Ground.TOO_MANY_PLACES: N_("A permit has at most %(limit)s places. Check the number."),
    Ground.NOT_SUSPENDED: N_("Agency %(licence)s is not suspended."),
}
RULE_ACT_WORDS: Mapping[AuditAct, str] = {
    AuditAct.RULE_PROPOSED: N_("Rule proposed"),
    AuditAct.RULE_CONSENTED: N_("Rule consented to"),
    AuditAct.RULE_REJECTED: N_("Proposed rule rejected"),
    AuditAct.RULE_WITHDRAWN: N_("Proposed rule withdrawn"),
    AuditAct.PERMIT_ADDED: N_("Permit entered"),
    AuditAct.PERMIT_CHANGE_PROPOSED: N_("Other places for a permit proposed"),
    AuditAct.PERMIT_CHANGE_CONSENTED: N_("Other places for a permit consented to"),
    AuditAct.PERMIT_CHANGE_REJECTED: N_("Other places for a permit rejected"),
    AuditAct.PERMIT_CHANGE_WITHDRAWN: N_("Other places for a permit withdrawn"),
    AuditAct.AGENCY_ADDED: N_("Agency entered"),
    AuditAct.AGENCY_SUSPENDED: N_("Agency suspended"),
    AuditAct.AGENCY_REINSTATED: N_("Suspension of an agency lifted"),
    AuditAct.AGENCY_RENEWED: N_("Licence of an agency renewed"),
}
RULE_SOURCES: tuple[str, ...] = (
    N_("BMET/DEMO notice on online emigration clearance"),
    N_("Overseas Employment and Migrants Act 2013"),
    N_("Citizen's charter cs-0175"),
)
"""The sources and the fee table that the first rules name; later ones are shown as they were typed."""
RULE_WORDS: Mapping[Channel | Decider | Need | VisaKind | ProposalState, str] = {
    Channel.HEADQUARTERS: N_("at headquarters"),
    Channel.DEMO: N_("at a DEMO office"),
    Channel.AGENCY: N_("through an agency"),
    Channel.MISSION: N_("at a mission abroad"),
    Decider.DEMO: N_("DEMO decides"),
    Decider.HEADQUARTERS: N_("Headquarters decides"),
    Decider.NOBODY: N_("Nobody: closed"),
    Need.VISA_CHECK: N_("visa check"),
    Need.ATTESTATION: N_("attested visa"),
    Need.TRAINING: N_("training certificate"),
    VisaKind.SINGLE: N_("single visa"),
    VisaKind.GROUP: N_("group visa"),
    ProposalState.PROPOSED: N_("Waits for consent"),
    ProposalState.CONSENTED: N_("Consented to"),
    ProposalState.REJECTED: N_("Rejected"),
    ProposalState.WITHDRAWN: N_("Withdrawn"),
}
RULE_FIELD_WORDS: Mapping[str, str] = {
    "replaces": N_("Replaces version"),
    "channel": N_("Channel"),
    "visa": N_("Kind of visa"),
    "decided_by": N_("Who decides"),
    "minimum_age": N_("Least age"),
    "orientation_days": N_("Days of briefing (PDO)"),
    "need_visa_check": N_("Visa check needed"),
    "need_attestation": N_("Attested visa needed"),
    "need_training": N_("Training certificate needed"),
    "validity_days": N_("Longest validity (days)"),
    "fees_taka": N_("Fees (taka)"),
    "fees_version": N_("Fee table"),
    "salary_floor": N_("Least salary a month"),
    "salary_currency": N_("Currency"),
    "group_threshold": N_("A group above (clearances on one visa advice)"),
    "reference": N_("Law or order"),
    "circular_no": N_("Circular number"),
    "starts_on": N_("First day"),
    "ends_on": N_("Last day"),
    "valid_from": N_("Valid from"),
    "valid_until": N_("Valid until"),
    "places": N_("Places"),
    "letter_no": N_("Number of the ministry’s letter"),
    "licence_valid_until": N_("Licence valid until"),
}
"""Fields of the forms and files of rules, permits and agencies."""
FILTER_WORDS: Mapping[str, str] = {
    "all": N_("All"),
    "flagged": N_("To look at"),
    "in_force": N_("In force"),
    "proposed": N_("Proposed"),
    "used_up": N_("Used up"),
    "over": N_("Ended"),
}
ORDER_WORDS: Mapping[str, str] = {
    "flags": N_("What to look at first"),
    "number": N_("Number"),
    "agency": N_("Agency"),
    "balance": N_("Places left"),
    "end": N_("End"),
}
_SEX_WORDS: Mapping[Sex, str] = {Sex.MALE: N_("men"), Sex.FEMALE: N_("women"), Sex.OTHER: N_("other sex")}
FLAG_WORDS: Mapping[PermitFlag, str] = {
    PermitFlag.OVER_BUDGET: N_("More cards than places"),
    PermitFlag.MISCOUNTED: N_("The used places are not those counted"),
    PermitFlag.DEPARTED_UNISSUED: N_("More departed than were issued"),
    PermitFlag.AFTER_THE_END: N_("Issued after its end"),
    PermitFlag.FOR_ANOTHER: N_("Cards of another agency or destination"),
    PermitFlag.SPIKE: N_("Sudden spike"),
}


def rule_word(term: Channel | Decider | Need | VisaKind | ProposalState, t: Translator) -> str:
    """A part of a rule, or the state of a proposal, in words."""
    return t.gettext(RULE_WORDS[term])


def key_text(key: RuleKey, t: Translator) -> str:
    """For whom a rule is, in one line."""
    parts = [
        t.country(key.destination) if key.destination else t.gettext("every destination"),
        t.gettext(_SEX_WORDS[key.sex]) if key.sex else None,
        rule_word(key.visa, t) if key.visa else None,
        rule_word(key.channel, t) if key.channel else None,
    ]
    return ", ".join(part for part in parts if part)


def flag_text(flag: PermitFlag, t: Translator) -> str:
    """What is wrong with a permit."""
    return t.gettext(FLAG_WORDS[flag])


def sex_group_text(sex: Sex, t: Translator) -> str:
    """For which sex a rule is."""
    return t.gettext(_SEX_WORDS[sex])


def filter_text(code: str, t: Translator) -> str:
    """What a list is narrowed to."""
    return t.gettext(FILTER_WORDS[code])


def order_text(code: str, t: Translator) -> str:
    """By what a list is sorted."""
    return t.gettext(ORDER_WORDS[code])


SPOKEN: Mapping[str, Callable[..., str]] = {
    "filter_text": filter_text,
    "flag_text": flag_text,
    "key_text": key_text,
    "order_text": order_text,
    "rule_word": rule_word,
    "sex_group_text": sex_group_text,
}
"""What templates can say of it."""
