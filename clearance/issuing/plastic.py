"""The manual smart card that goes on in parallel: cards on plastic, drawn from the record, never signed anew.

It decides which cards may be printed and by whom, and that nothing leaves that does not read back. A plastic card
carries the credential of the card that was issued: both are taken back together.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from clearance.domain.audit import AuditAct, AuditEntry
from clearance.domain.clearance import Clearance
from clearance.domain.decision import Refused, may_print
from clearance.domain.eligibility import Case
from clearance.domain.printed_card import PrintedCard
from clearance.domain.staff import Officer
from clearance.issuing.cases import card_seen_by, case_of, read_officer
from clearance.issuing.ports import UnitOfWork
from clearance.issuing.printing import recorded_card
from clearance.issuing.service import Service

MOST_AT_ONCE = 50
"""Cards of one order: five sheets, and what one page of the list shows."""


class PlasticUnreadable(Exception):
    """A QR of the drawn cards does not give back the recorded text. Nothing was handed out."""


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """One card of an order, as the database has it."""

    clearance: Clearance
    case: Case


def plastic(service: Service, clearance_no: str, *, officer: Officer) -> bytes | Refused:
    """Front and back of one card as a print file, put on record; or why not.

    Raises NotOnRecord, DoesNotFit, PlasticUnreadable.
    """
    return _print(service, [clearance_no], officer=officer, draw=service.printer.render_plastic)


def sheets(service: Service, clearance_nos: Iterable[str], *, officer: Officer) -> bytes | Refused:
    """Up to `MOST_AT_ONCE` cards on sheets for an office printer, each put on record; or why none was printed.

    Raises as `plastic` does, and ValueError for an order of none or of too many.
    """
    numbers = list(dict.fromkeys(clearance_nos))
    if not 1 <= len(numbers) <= MOST_AT_ONCE:
        raise ValueError(f"an order is of 1 to {MOST_AT_ONCE} cards, not {len(numbers)}")
    return _print(service, numbers, officer=officer, draw=service.printer.render_sheets)


def _print(
    service: Service, numbers: Sequence[str], *, officer: Officer, draw: Callable[[Sequence[PrintedCard]], bytes]
) -> bytes | Refused:
    with service.database.read() as work:
        wanted = [_wanted(work, number, officer) for number in numbers]
    against = _objections(service, [each.clearance for each in wanted], officer)
    if against:
        return against
    cards = [recorded_card(service, each.case, each.clearance) for each in wanted]
    pdf = draw(cards)
    _proof_read(service, pdf, cards)
    return _put_on_record(service, pdf, wanted, officer=officer)


def _wanted(work: UnitOfWork, clearance_no: str, officer: Officer) -> _Wanted:
    clearance, application = card_seen_by(work, clearance_no, officer=officer)
    return _Wanted(clearance=clearance, case=case_of(work, application))


def _objections(service: Service, clearances: Iterable[Clearance], officer: Officer) -> Refused | None:
    """Each objection once, in the order of the cards."""
    found = [each for card in clearances for each in may_print(card, officer=officer, on=service.today())]
    unique = [objection for place, objection in enumerate(found) if objection not in found[:place]]
    return Refused(objections=tuple(unique)) if unique else None


def _proof_read(service: Service, pdf: bytes, cards: Sequence[PrintedCard]) -> None:
    """Every code is there once and says what was recorded."""
    read = Counter(text for page in service.printer.codes(pdf) for text in page)
    if read != Counter(card.qr_text for card in cards):
        raise PlasticUnreadable([card.clearance_no for card in cards if not read[card.qr_text]])


def _put_on_record(service: Service, pdf: bytes, wanted: Sequence[_Wanted], *, officer: Officer) -> bytes | Refused:
    """An entry for each card; or none, where one was taken back or the officer blocked while it was drawn."""
    with service.database.write() as work:
        printer = read_officer(work, officer.number)
        now = [_wanted(work, each.clearance.clearance_no, printer).clearance for each in wanted]
        against = _objections(service, now, printer)
        if against:
            return against
        for clearance in now:
            work.audit.append(
                AuditEntry(
                    at=service.now(),
                    officer_no=officer.number,
                    act=AuditAct.CARD_PRINTED,
                    subject=clearance.application_reference,
                    facts={"clearance": clearance.clearance_no, "together": len(now)},
                )
            )
        work.commit()
    return pdf
