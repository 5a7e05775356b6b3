"""Entry forms that are not cases yet, as half filled in as they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from clearance.domain.person import PhotoRemark


@dataclass(frozen=True, kw_only=True)
class EntryForm:
    """What one officer has typed so far. `reference` is the case that it became; then the texts are gone."""

    number: str
    officer_no: str
    saved_at: datetime
    texts: Mapping[str, str]
    photo_sha256: str = ""
    photo_remark: PhotoRemark | None = None
    reference: str | None = None


class EntryForms(Protocol):
    """The forms of all officers."""

    def get(self, number: str) -> EntryForm | None: ...

    def save(self, form: EntryForm) -> None:
        """Write a form, new or not."""
        ...

    def open_of(self, officer_no: str, *, limit: int) -> Sequence[EntryForm]:
        """Those of one officer that are no cases yet, the latest first."""
        ...
