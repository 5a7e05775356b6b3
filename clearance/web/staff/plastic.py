"""Cards on plastic: the print file of one card, and sheets of chosen cards for an office printer."""

from collections.abc import Callable

import structlog
from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from clearance.domain.decision import Refused
from clearance.domain.eligibility import Objection
from clearance.issuing.plastic import MOST_AT_ONCE, PlasticUnreadable, plastic, sheets
from clearance.issuing.ports import DoesNotFit
from clearance.issuing.service import Service
from clearance.web.staff.access import officer
from clearance.web.staff.cards import card_page, list_page
from clearance.web.staff.notices import Notice

log = structlog.get_logger()


def install(routes: Blueprint, service: Service) -> None:
    """Add the routes of cards on plastic. They are posted to: each printing goes on record."""

    @routes.post("/cards/<clearance_no>/plastic.pdf")
    def card_on_plastic(clearance_no: str) -> ResponseReturnValue:
        return _print_file(
            lambda: plastic(service, clearance_no, officer=officer()),
            name=f"{clearance_no}-plastic.pdf",
            back=url_for("staff.card", clearance_no=clearance_no),
            refused=lambda against: card_page(service, clearance_no, against=against),
        )

    @routes.post("/cards/sheets.pdf")
    def cards_on_sheets() -> ResponseReturnValue:
        numbers = list(dict.fromkeys(request.form.getlist("card")))
        back = url_for("staff.card_list")
        if not 1 <= len(numbers) <= MOST_AT_ONCE:
            flash(Notice.NOTHING_CHOSEN, "warning")
            return redirect(back, code=303)
        return _print_file(
            lambda: sheets(service, numbers, officer=officer()),
            name="cards.pdf" if len(numbers) > 1 else f"{numbers[0]}-sheet.pdf",
            back=back,
            refused=lambda against: list_page(service, against=against),
        )


def _print_file(
    make: Callable[[], bytes | Refused], *, name: str, back: str, refused: Callable[[tuple[Objection, ...]], str]
) -> ResponseReturnValue:
    try:
        outcome = make()
    except (PlasticUnreadable, DoesNotFit) as error:
        log.error("no plastic card", kind=type(error).__name__)
        flash(
            Notice.PLASTIC_UNREADABLE if isinstance(error, PlasticUnreadable) else Notice.PLASTIC_TOO_SMALL, "warning"
        )
        return redirect(back, code=303)
    if isinstance(outcome, Refused):
        return refused(outcome.objections), 422
    response = Response(outcome, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
