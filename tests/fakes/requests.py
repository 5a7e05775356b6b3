"""Requests of workers and the register of agencies in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from clearance.domain.correction import CorrectionRequest, RequestState
from clearance.domain.permit import Agency
from clearance.domain.text import searchable
from clearance.issuing.ports import Conflict


@dataclass
class RequestRows:
    """The part of the stored state that workers write."""

    correction_requests: dict[str, CorrectionRequest] = field(default_factory=dict)


@dataclass
class FakeCorrectionRequests:
    rows: dict[str, CorrectionRequest]

    def add(self, request: CorrectionRequest) -> None:
        if request.reference in self.rows or self.of_form(request.form_id):
            raise Conflict(request.reference)
        self.rows[request.reference] = request

    def get(self, reference: str) -> CorrectionRequest | None:
        return self.rows.get(reference)

    def of_form(self, form_id: str) -> CorrectionRequest | None:
        return next((each for each in self.rows.values() if each.form_id == form_id), None)

    def save(self, request: CorrectionRequest, *, seen: RequestState) -> None:
        stored = self.rows.get(request.reference)
        if stored is None or stored.state is not seen:
            raise Conflict(request.reference)
        self.rows[request.reference] = request

    def find(
        self, *, states: Iterable[RequestState], office_code: str | None, limit: int, offset: int
    ) -> Sequence[CorrectionRequest]:
        return self._matching(frozenset(states), office_code)[offset : offset + limit]

    def count(self, *, states: Iterable[RequestState], office_code: str | None) -> int:
        return len(self._matching(frozenset(states), office_code))

    def _matching(self, states: frozenset[RequestState], office_code: str | None) -> list[CorrectionRequest]:
        found = (r for r in self.rows.values() if r.state in states and office_code in (None, r.office_code))
        return sorted(found, key=lambda request: (request.opened_at, request.reference))


@dataclass
class FakeAgencyRegister:
    rows: dict[str, Agency]

    def find(self, *, text: str, limit: int) -> Sequence[Agency]:
        found = [
            agency
            for number, agency in sorted(self.rows.items())
            if text == number or text in searchable(agency.name.en) or text in (agency.name.bn or "")
        ]
        return found[:limit]
