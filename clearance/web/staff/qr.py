"""A QR code inside a page: as a picture in the address itself, which our content security policy lets images have."""

from base64 import b64encode

from clearance.issuing.service import Service


def code_picture(service: Service, text: str) -> str:
    """A `data:` address of the code of a text."""
    return "data:image/svg+xml;base64," + b64encode(service.printer.address_svg(text)).decode("ascii")
