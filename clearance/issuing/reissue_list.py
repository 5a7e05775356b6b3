"""Which cards could not be issued anew, and what stands against each of them today."""

from collections.abc import Iterator
from dataclasses import dataclass

from clearance.domain.decision import against_reissue
from clearance.domain.eligibility import Objection
from clearance.issuing.cases import read_case
from clearance.issuing.ports import UnitOfWork
from clearance.issuing.service import Service

AT_MOST = 50


@dataclass(frozen=True, kw_only=True)
class RefusedReissue:
    """A card whose case was refused a new one; `against` is what the rules of today say."""

    clearance_no: str
    against: tuple[Objection, ...]


def refused_reissues(service: Service, *, at_most: int = AT_MOST) -> tuple[RefusedReissue, ...]:
    """In order of the cards' numbers."""
    with service.database.read() as work:
        return tuple(_refused(service, work, at_most))


def _refused(service: Service, work: UnitOfWork, at_most: int) -> Iterator[RefusedReissue]:
    for entry in work.reissues.refused(limit=at_most):
        card = work.clearances.get(entry.clearance_no)
        if card is not None:
            case = read_case(work, card.application_reference)
            against = against_reissue(case, card, on=service.today())
            yield RefusedReissue(clearance_no=card.clearance_no, against=against)
