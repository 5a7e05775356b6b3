"""The words for what is entered: its fields, what is wrong with them, and what is remarked on a photo."""

from collections.abc import Callable, Mapping

from clearance.domain.person import PhotoRemark
from clearance.domain.readability import Grade
from clearance.issuing.fields import Fault, FaultKind
from clearance.issuing.ports import PhotoGround
from clearance.web.wording_rules import RULE_FIELD_WORDS
from clearance.web.wording_uploads import UPLOAD_FAULT_WORDS
from clearance_templates.i18n import N_, Translator

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
_WHOLE_SENTENCES = frozenset({FaultKind.EXTRA_CELLS, *PHOTO_FAULTS.values(), *UPLOAD_FAULT_WORDS})
"""Faults whose sentence names its subject itself."""


def fault_text(fault: Fault, t: Translator) -> str:
    """What is wrong with a field, the field named first."""
    shown = {name: _fault_detail(name, value, t) for name, value in fault.details.items()}
    sentence = t.gettext(FAULT_WORDS[fault.kind]) % shown
    return sentence if fault.kind in _WHOLE_SENTENCES else f"{field_text(fault.field, t)} {sentence}"


def photo_remark_text(remark: PhotoRemark, t: Translator) -> str:
    """What somebody should look at on a portrait."""
    return t.gettext(PHOTO_REMARK_WORDS[remark])


def grade_text(grade: Grade, t: Translator) -> str:
    """What the grade of a card means."""
    return t.gettext(GRADE_WORDS[grade])


def field_text(name: str, t: Translator) -> str:
    """What a field is called; the name of the column where it is none of ours."""
    return t.gettext(FIELD_WORDS[name]) if name in FIELD_WORDS else name


def _fault_detail(name: str, value: str | int, t: Translator) -> str:
    match name, value:
        case "than" | "other", str():
            return field_text(value, t)
        case _, int():
            return t.digits(str(value))  # ungrouped: it may be a year
        case _, str():
            return value


SPOKEN: Mapping[str, Callable[..., str]] = {
    "fault_text": fault_text,
    "field_text": field_text,
    "grade_text": grade_text,
    "photo_remark_text": photo_remark_text,
}
"""What pages say by these names."""
