"""What workers ask of the office, and the public register of agencies that they may look into."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from clearance.domain.correction import CorrectionRequest, RequestState
from clearance.domain.permit import Agency


class CorrectionRequests(Protocol):
    """Requests of workers."""

    def add(self, request: CorrectionRequest) -> None:
        """Raises Conflict when the reference is used or the form was sent before."""
        ...

    def get(self, reference: str) -> CorrectionRequest | None: ...

    def of_form(self, form_id: str) -> CorrectionRequest | None:
        """The request that came from a form."""
        ...

    def save(self, request: CorrectionRequest, *, seen: RequestState) -> None:
        """Write a settled request. Raises Conflict unless it is stored in the state `seen`."""
        ...

    def find(
        self, *, states: Iterable[RequestState], office_code: str | None, limit: int, offset: int
    ) -> Sequence[CorrectionRequest]:
        """Oldest first; of one office, or of all."""
        ...

    def count(self, *, states: Iterable[RequestState], office_code: str | None) -> int: ...


class AgencyRegister(Protocol):
    """Agencies as the public may look them up."""

    def find(self, *, text: str, limit: int) -> Sequence[Agency]:
        """In order of their licence numbers; `text`, in searchable form, is part of a name, or the licence number."""
        ...
