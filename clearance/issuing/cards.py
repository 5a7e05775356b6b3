"""Cards that were issued: finding them, showing one, handing out its PDF."""

from dataclasses import dataclass

from clearance.domain.application import Application
from clearance.domain.clearance import Clearance
from clearance.domain.staff import Officer
from clearance.domain.text import searchable
from clearance.issuing.cases import card_seen_by
from clearance.issuing.paging import Page, page_of
from clearance.issuing.ports import NotOnRecord
from clearance.issuing.service import Service

PER_PAGE = 50


@dataclass(frozen=True, kw_only=True)
class CardView:
    """A card and the case it was issued from; of a card that was replaced, the number of the one in its place."""

    clearance: Clearance
    application: Application
    successor: str | None


def find(service: Service, *, officer: Officer, text: str, page: int) -> Page[Clearance]:
    """Cards that an officer may see, newest first, that match a part of a clearance or passport number."""
    sought, scope = searchable(text), officer.scope
    with service.database.read() as work:
        return page_of(
            lambda limit, offset: work.clearances.find(text=sought, scope=scope, limit=limit, offset=offset),
            total=work.clearances.count(text=sought, scope=scope),
            page=page,
            per_page=PER_PAGE,
        )


def card(service: Service, clearance_no: str, *, officer: Officer) -> CardView | None:
    """One card, or None where this officer sees none of this number."""
    with service.database.read() as work:
        try:
            clearance, application = card_seen_by(work, clearance_no, officer=officer)
            heir = work.clearances.heir(clearance_no)
        except NotOnRecord:
            return None
    return CardView(clearance=clearance, application=application, successor=None if heir is None else heir.clearance_no)


def pdf(service: Service, clearance_no: str) -> bytes:
    """The sealed PDF, byte for byte as it was recorded, for whoever was let to it. Raises NotOnRecord."""
    with service.database.read() as work:
        clearance = work.clearances.get(clearance_no)
    if clearance is None:
        raise NotOnRecord(clearance_no)
    return sealed_pdf(service, clearance)


def sealed_pdf(service: Service, clearance: Clearance) -> bytes:
    """The sealed PDF of a clearance that was read before. Raises NotOnRecord."""
    try:
        return service.documents.get(clearance.pdf_sha256)
    except KeyError:
        raise NotOnRecord(f"PDF of {clearance.clearance_no}") from None
