"""Reading our own work before anybody else does, with the very code of the desk."""

from clearance.credential.gate import verdict_for
from clearance.credential.reasons import Reason
from clearance.domain.readability import COARSE, FINE, Grade, Treatment, grade
from clearance.issuing.ports import NotSigned, Trouble
from clearance.issuing.signing_room import SigningRoom


def check_text(room: SigningRoom, qr_text: str) -> None:
    """Pass only what a desk with today's files would pass now. Raises NotSigned."""
    verdict = verdict_for(qr_text, held=room.held(), at=int(room.now().timestamp()))
    if verdict.reason is not Reason.VALID:
        raise NotSigned(Trouble.NOT_ACCEPTED, about=verdict.reason.value)


def check_pages(room: SigningRoom, pdf: bytes, *, qr_text: str) -> Grade:
    """Read the QR of every page, judge what was read, and grade how well it reads.

    Raises NotSigned.
    """
    for dpi in (COARSE, FINE):
        for page, text in enumerate(room.printer.read_back(pdf, dpi=dpi) or ("",), start=1):
            if text != qr_text:
                raise NotSigned(Trouble.UNREADABLE, about=f"{page} ({dpi} dpi)")
    check_text(room, qr_text)  # as it was read: each page gave exactly this

    def reads(dpi: int, treatment: Treatment) -> bool:
        return all(text == qr_text for text in room.printer.read_back(pdf, dpi=dpi, treatment=treatment))

    return grade(reads)
