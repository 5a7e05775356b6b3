"""One row of a batch file, from its texts and photo to an outcome with words for whoever corrects the file."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from clearance.card.photo import MAX_UPLOAD
from clearance.cli.office import this_host
from clearance.credential.identifiers import normalise_passport_no
from clearance.domain.application import ApplicationDraft
from clearance.domain.clearance import Clearance
from clearance.domain.decision import Refused
from clearance.domain.eligibility import Objection
from clearance.domain.signing import OF_THE_KEY
from clearance.domain.staff import Officer
from clearance.issuing.batch import AlreadyIssued, Officers, issue_row
from clearance.issuing.fields import Fault, FaultKind
from clearance.issuing.ports import Conflict, NotSigned, PhotoRefused, Portrait, Trouble
from clearance.issuing.rows import parse_row
from clearance.issuing.scanning import UploadRefused, look_through
from clearance.issuing.service import Service
from clearance.issuing.sheet import SheetRow
from clearance.web.wording import ground_text, trouble_text
from clearance.web.wording_entry import fault_text, photo_remark_text
from clearance_templates.i18n import Translator


class SigningHalted(Exception):
    """No card at all can be signed now, whoever asks; `objections` say why."""

    def __init__(self, objections: tuple[Objection, ...]) -> None:
        super().__init__(",".join(objection.ground for objection in objections))
        self.objections = objections


class Outcome(StrEnum):
    """What became of a row."""

    ISSUED = "issued"
    ALREADY_ISSUED = "already_issued"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class RowResult:
    """The outcome of one row; `reasons` are sentences: why it was refused, or what to look at on an issued card."""

    number: int
    passport_no: str
    outcome: Outcome
    clearance_no: str = ""
    reasons: tuple[str, ...] = ()


def process(service: Service, row: SheetRow, *, folder: Path, officers: Officers, t: Translator) -> RowResult:
    """Read, enter, check, approve and issue one row. Photos lie in or below `folder`.

    Raises what stops the whole batch: SigningHalted, NotSigned, Unavailable, NotOnRecord, OSError; and
    UploadRefused where photos cannot be looked through now.
    """
    draft = parse_row(
        row.texts,
        office_code=officers.entry.office_code,
        photo_sha256="",
        missing_characters=service.printer.missing_characters,
    )
    portrait = _portrait(service, folder, row.texts.get("photo", ""), officers.entry)
    if isinstance(draft, ApplicationDraft) and isinstance(portrait, Portrait) and not row.too_wide:
        return _result(row, *_issued(service, draft, portrait, officers, t))
    faults = [Fault(field="", kind=FaultKind.EXTRA_CELLS)] if row.too_wide else []
    faults += draft if isinstance(draft, tuple) else ()
    faults += [portrait] if isinstance(portrait, Fault) else []
    return _result(row, Outcome.REFUSED, "", tuple(fault_text(fault, t) for fault in faults))


def _issued(
    service: Service, draft: ApplicationDraft, portrait: Portrait, officers: Officers, t: Translator
) -> tuple[Outcome, str, tuple[str, ...]]:
    try:
        result = issue_row(service, draft, portrait=portrait, officers=officers, device=this_host())
    except Conflict:
        sentence = t.gettext("Somebody else changed this case at the same moment. Run the file again.")
        return Outcome.REFUSED, "", (sentence,)
    except NotSigned as failed:
        if failed.trouble is not Trouble.UNREADABLE:
            raise
        return Outcome.REFUSED, "", (trouble_text(failed, t),)
    match result:
        case Clearance():
            return Outcome.ISSUED, result.clearance_no, _remarks(portrait, t)
        case AlreadyIssued():
            return Outcome.ALREADY_ISSUED, result.clearance.clearance_no, ()
        case Refused() if any(objection.ground in OF_THE_KEY for objection in result.objections):
            raise SigningHalted(result.objections)
        case Refused():
            return Outcome.REFUSED, "", tuple(ground_text(objection, t) for objection in result.objections)


def _remarks(portrait: Portrait, t: Translator) -> tuple[str, ...]:
    return (photo_remark_text(portrait.remark, t),) if portrait.remark else ()


def _result(row: SheetRow, outcome: Outcome, clearance_no: str, reasons: tuple[str, ...]) -> RowResult:
    passport_no = normalise_passport_no(row.texts.get("passport_no", "")[:64])
    return RowResult(
        number=row.number, passport_no=passport_no, outcome=outcome, clearance_no=clearance_no, reasons=reasons
    )


def _portrait(service: Service, folder: Path, name: str, officer: Officer) -> Portrait | Fault:
    """The portrait made from the photo that a row names; a file outside the folder is as if it were not there."""
    if not name.strip():
        return Fault(field="photo", kind=FaultKind.REQUIRED)
    not_found = Fault(field="photo", kind=FaultKind.PHOTO_NOT_FOUND, details={"text": name.strip()})
    try:
        path = (folder / name.strip().replace("\\", "/")).resolve()
        if not path.is_relative_to(folder.resolve()) or not path.is_file():
            return not_found
        with path.open("rb") as file:
            upload = file.read(MAX_UPLOAD + 1)  # one byte too many is enough to be refused
        return service.prepare_photo(
            look_through(service, upload, name=path.name, field="photo", officer=officer, device=this_host())
        )
    except UploadRefused as refused:
        if refused.fault.kind is FaultKind.NOT_SCANNED:
            raise
        return refused.fault
    except PhotoRefused as refused:
        return Fault(field="photo", kind=FaultKind(f"photo_{refused.ground}"))
    except (OSError, ValueError):  # ValueError: a name that no file system takes
        return not_found
