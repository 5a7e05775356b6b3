"""How a card may be taken along: the sealed PDF, a small picture of its head for messages, its code alone.

Picture and code are made from the record whenever they are asked for; nothing is signed anew, and they are not kept.
"""

from enum import StrEnum

from clearance.credential.qrtext import pack
from clearance.issuing import cards
from clearance.issuing.ports import NotOnRecord
from clearance.issuing.service import Service


class Form(StrEnum):
    """The forms; the value names one in addresses and on pages."""

    PDF = "pdf"
    PICTURE = "picture"
    CODE = "code"
    CODE_SVG = "code-svg"


def take_along(service: Service, clearance_no: str, form: Form) -> bytes:
    """A recorded card in one form. Raises NotOnRecord."""
    with service.database.read() as work:
        clearance = work.clearances.get(clearance_no)
    if clearance is None:
        raise NotOnRecord(clearance_no)
    text = pack(clearance.token)
    match form:
        case Form.PDF:
            return cards.pdf(service, clearance_no)
        case Form.PICTURE:
            return service.printer.picture(cards.pdf(service, clearance_no), text=text)
        case Form.CODE:
            return service.printer.code_png(text)
        case Form.CODE_SVG:
            return service.printer.code_svg(text)
