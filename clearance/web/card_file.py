"""A card as a file in an answer: its name and kind. Names hold the card's number and nothing about the person."""

from collections.abc import Mapping

from flask import Response

from clearance.domain.clearance import Clearance
from clearance.issuing.service import Service
from clearance.issuing.wallet import Form, take_along

KINDS: Mapping[Form, tuple[str, str]] = {
    Form.PDF: ("clearance-card-{}.pdf", "application/pdf"),
    Form.PICTURE: ("clearance-card-{}.png", "image/png"),
    Form.CODE: ("clearance-code-{}.png", "image/png"),
    Form.CODE_SVG: ("clearance-code-{}.svg", "image/svg+xml"),
}


def form_named(name: str | None) -> Form | None:
    """The form of a name that came from outside; None for none of ours."""
    return next((form for form in Form if form.value == name), None)


def card_file(service: Service, clearance: Clearance, form: Form) -> Response:
    """The file, to be kept. Raises NotOnRecord."""
    name, kind = KINDS[form]
    response = Response(take_along(service, clearance, form), mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name.format(clearance.clearance_no)}"'
    return response
