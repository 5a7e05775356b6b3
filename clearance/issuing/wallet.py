"""How a card may be taken along: the sealed PDF, a small picture of its head for messages, its code alone.

Picture and code are made from the record whenever they are asked for; nothing is signed anew, and they are not kept.
"""

from enum import StrEnum

from clearance.credential.qrtext import pack
from clearance.domain.clearance import Clearance
from clearance.issuing import cards
from clearance.issuing.service import Service


class Form(StrEnum):
    """The forms; the value names one in addresses and on pages."""

    PDF = "pdf"
    PICTURE = "picture"
    CODE = "code"
    CODE_SVG = "code-svg"


def take_along(service: Service, clearance: Clearance, form: Form) -> bytes:
    """A recorded card in one form. Raises NotOnRecord."""
    text = pack(clearance.token)
    match form:
        case Form.PDF:
            return cards.sealed_pdf(service, clearance)
        case Form.PICTURE:
            return service.printer.picture(cards.sealed_pdf(service, clearance), text=text)
        case Form.CODE:
            return service.printer.code_png(text)
        case Form.CODE_SVG:
            return service.printer.code_svg(text)
