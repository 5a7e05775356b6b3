"""The words for batches: what is wrong with a file, what stands against a row, how far a run has come."""

from collections.abc import Mapping

from clearance.credential.mrz import MrzFault
from clearance.domain.batch import BatchStep, RowStanding
from clearance.domain.eligibility import Objection
from clearance.issuing.batches_photos import PhotosFault
from clearance.issuing.fields import Fault
from clearance.issuing.ports import Note, NotSigned, RowNote, RowTrouble, Trouble
from clearance.issuing.rows import CARD_CLASSES, COLUMNS, OPTIONAL, SEXES, VISA_TYPES
from clearance.issuing.sheet import OWN_NAMES, REASONS, ROW, SheetFaultKind, SheetRefused, heading
from clearance.web.wording import ground_text, trouble_text
from clearance.web.wording_entry import FIELD_WORDS, fault_text, field_text
from clearance_templates.i18n import LANGUAGES, N_, Translator, translator

SHEET_WORDS: Mapping[SheetFaultKind, str] = {
    SheetFaultKind.TOO_LARGE: N_("The file is larger than %(megabytes)s MB. Split it."),
    SheetFaultKind.TOO_MANY_ROWS: N_("The file has more than %(rows)s rows. Split it."),
    SheetFaultKind.NOT_TEXT: N_("Line %(about)s is not text. Save the spreadsheet as “CSV UTF-8” and try again."),
    SheetFaultKind.NOT_CSV: N_("The file is not a CSV file: see line %(about)s, a quote may not be closed."),
    SheetFaultKind.NOT_A_WORKBOOK: N_("The file cannot be read as a workbook. Save it anew as .xlsx, or as CSV."),
    SheetFaultKind.UNPACKS_TOO_LARGE: N_(
        "The workbook is far larger inside than a list of workers is. Copy the rows into the template and try again."
    ),
    SheetFaultKind.EMPTY: N_("The file has no rows."),
    SheetFaultKind.MISSING_COLUMNS: N_("These columns are missing: %(about)s. The template shows all."),
    SheetFaultKind.UNKNOWN_COLUMNS: N_("These columns are not known: %(about)s. The template shows all."),
    SheetFaultKind.REPEATED_COLUMNS: N_("These columns stand in the file twice: %(about)s."),
    SheetFaultKind.WHICH_ROW: N_(
        "Line %(about)s does not say which row it corrects. Use the file of rows to fix and keep its first column."
    ),
}
PHOTOS_WORDS: Mapping[PhotosFault, str] = {
    PhotosFault.TOO_LARGE: N_("A ZIP file of photos is larger than 100 MB. Split it into several."),
    PhotosFault.NOT_AN_ARCHIVE: N_("A file of photos is not a ZIP file, or it is damaged or locked with a password."),
    PhotosFault.TOO_MANY: N_("A ZIP file holds more than 10,000 files. Split it into several."),
}
NOT_LINES = N_(
    "These are not the two lines at the foot of a passport's data page. Each has 44 characters with “<” in it."
)
MRZ_WORDS: Mapping[MrzFault, str] = {
    MrzFault.INCOMPLETE: N_("Only one of the two lines came. Scan or type both."),
    MrzFault.MISREAD: N_("A character is wrong: the check digits do not hold. Scan again, or compare each letter."),
    MrzFault.NOT_A_PASSPORT: N_("These lines are from a visa or an identity card. Use the passport's data page."),
}
STANDING_WORDS: Mapping[RowStanding, str] = {
    RowStanding.UNREAD: N_("Not read yet"),
    RowStanding.ACCEPTED: N_("Accepted"),
    RowStanding.TO_FIX: N_("To fix"),
    RowStanding.DUPLICATE: N_("Duplicate"),
    RowStanding.OVER_BUDGET: N_("Over the permit"),
    RowStanding.SUBMITTED: N_("Submitted"),
}
STEP_WORDS: Mapping[BatchStep, str] = {
    BatchStep.READ: N_("Dry run"),
    BatchStep.SUBMIT: N_("Submitting"),
    BatchStep.CHECK: N_("Checking"),
    BatchStep.APPROVE: N_("Approving"),
    BatchStep.ISSUE: N_("Issuing cards"),
}
TROUBLE_WORDS: Mapping[RowTrouble, str] = {
    RowTrouble.SAME_AS_ROW: N_("%(field)s: the same as in row %(row)s. One worker stands in one row."),
    RowTrouble.ALREADY_A_CASE: N_("This worker was entered before, as case %(reference)s."),
    RowTrouble.OVERTAKEN: N_("Somebody else moved this case meanwhile. Look at it as it is now."),
    RowTrouble.STUCK: N_("This row could not be worked on, through no fault of yours. Tell your administrator."),
}
REPORT_WORDS: Mapping[str, str] = {
    ROW: N_("Row"),
    REASONS[0]: N_("What to fix, in Bengali"),
    REASONS[1]: N_("What to fix, in English"),
}
PHOTO = "photo"
DAY_HINT = N_("A date such as 2026-11-22 or 22/11/2026. Bengali digits are fine.")
HINTS: Mapping[str, str] = {
    PHOTO: N_("The name of the picture in the ZIP file of photos. Left empty, it is the passport number."),
    "passport_no": N_("One letter and 8 digits, or two letters and 7 digits."),
    "destination": N_("Three letters, such as SAU, OMN or MYS."),
    "licence_no": N_("RL and a number. Empty for a worker who applies alone."),
    "occupation_code": N_("Four digits (ISCO-08)."),
    "amount_taka": N_("Whole taka."),
}
_CHOICES = {"sex": SEXES, "visa_type": VISA_TYPES, "card_class": CARD_CLASSES}


def sheet_text(refused: SheetRefused, t: Translator, *, megabytes: int, rows: int) -> str:
    """Why a file is not read, and what to do."""
    facts = {"megabytes": t.number(megabytes), "rows": t.number(rows), "about": refused.about}
    return t.gettext(SHEET_WORDS[refused.kind]) % facts


def mrz_text(fault: MrzFault | None, t: Translator) -> str:
    """Why a passport's lines fill in nothing; None for what are no such lines at all."""
    return t.gettext(MRZ_WORDS[fault] if fault else NOT_LINES)


def photos_text(fault: PhotosFault, t: Translator) -> str:
    """Why an archive of photos is not taken."""
    return t.gettext(PHOTOS_WORDS[fault])


def standing_text(standing: RowStanding, t: Translator) -> str:
    """What the dry run said of a row."""
    return t.gettext(STANDING_WORDS[standing])


def step_text(step: BatchStep, t: Translator) -> str:
    """What a run does."""
    return t.gettext(STEP_WORDS[step])


def note_text(note: Note, t: Translator) -> str:
    """What stands against a row, and what would settle it."""
    match note:
        case Fault():
            return fault_text(note, t)
        case Objection():
            return ground_text(note, t)
        case RowNote(trouble=RowTrouble.NOT_MADE):
            return trouble_text(NotSigned(Trouble(str(note.details["trouble"]))), t)
        case RowNote():
            return t.gettext(TROUBLE_WORDS[note.trouble]) % {
                name: _row_detail(name, value, t) for name, value in note.details.items()
            }


def column_text(name: str, t: Translator) -> str:
    """The heading of a column."""
    return t.gettext(REPORT_WORDS[name]) if name in REPORT_WORDS else field_text(name, t)


def column_hint(name: str, t: Translator) -> str:
    """How a column is filled in."""
    may_be_empty = name in OPTIONAL or name == PHOTO
    parts = [t.gettext(N_("May be empty.") if may_be_empty else N_("Must be filled in."))]
    if name in _CHOICES:
        parts.append(t.gettext(N_("One of: %(words)s")) % {"words": _words(name)})
    elif name in HINTS:
        parts.append(t.gettext(HINTS[name]))
    elif name.endswith(("_on", "_date", "_until")) or name.startswith("orientation_day"):
        parts.append(t.gettext(DAY_HINT))
    return " ".join(parts)


def header_names() -> Mapping[str, str]:
    """What may stand in the header of a file, as `sheet.heading` writes it, and the column that it means: our own
    names, and the headings of both languages."""
    spoken = {
        heading(column_text(name, translator(language))): name
        for language in LANGUAGES
        for name in (*COLUMNS, *REPORT_WORDS)
        if name in FIELD_WORDS or name in REPORT_WORDS
    }
    return {**spoken, **OWN_NAMES}


def _words(name: str) -> str:
    """The first word of each choice: the others are there to be forgiving."""
    first: dict[object, str] = {}
    for word, meaning in _CHOICES[name].items():
        first.setdefault(meaning, word)
    return ", ".join(first.values())


def _row_detail(name: str, value: str | int, t: Translator) -> str:
    if name == "field":
        return field_text(str(value), t)
    return t.number(value) if isinstance(value, int) else value
