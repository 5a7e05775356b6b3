"""The signing component and what it needs: keys that seal, lists that are published."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from clearance.credential.checkpoint import Checkpoint
from clearance.credential.status import Status
from clearance.domain.audit import AuditHead
from clearance.domain.decision import Refused


@dataclass(frozen=True, kw_only=True)
class ComponentState:
    """Which card key signs now, and whether everything that the first card needs is loaded."""

    kid: bytes
    ready: bool


class SigningService(Protocol):
    """The signing component, as everybody else sees it (docs/adr/0060). It alone holds keys and believes no caller."""

    def issue(self, reference: str, *, officer_no: str, device: str) -> str | Refused:
        """The number of the clearance that was issued for a case; the same one however often the officer asks.

        `device` is written beside the officer, and believed as little.

        Raises NotOnRecord; Conflict where another officer was faster; NotSigned.
        """
        ...

    def reissue(self, clearance_no: str, *, officer_no: str) -> str | Refused:
        """The number of the clearance that took the place of a card on the list of re-issues; the same one each time.

        A refusal because of the case itself settles the entry. Raises NotOnRecord, Conflict, NotSigned.
        """
        ...

    def publish_status(self) -> None:
        """Publish which cards no longer hold, as the database has it now. Raises NotSigned."""
        ...

    def state(self) -> ComponentState:
        """Raises NotSigned where it does not answer."""
        ...


class StatusPublisher(Protocol):
    """Signs the status lists and the trust bundle that names them, and puts them where desks fetch them.

    Each file is replaced atomically, or not at all. `at` is epoch seconds.
    """

    def publish_lists(self, values_of: Callable[[str], Mapping[int, Status]], *, at: int) -> None:
        """Publish those of the bundle's lists that changed, are due or are not whole. `values_of` gives the indices of
        a list, named by its address, that are not VALID; it is asked while nobody else publishes.

        Two lists of one second must not share an iat: readers take that for a roll-back (docs/CARD-FORMAT.md, 7).
        """
        ...

    def name_lists(self, uris: Sequence[str], *, at: int) -> None:
        """Publish a bundle that names these lists, the one of new cards last, before any list that is new."""
        ...

    def republish_trust(self, at: int) -> None:
        """Sign the published trust bundle anew, with a new term."""
        ...

    def publish_checkpoint(self, head_after: Callable[[Checkpoint | None], AuditHead], *, at: int) -> None:
        """Sign and publish a checkpoint of the record. `head_after` is given the checkpoint published last and gives
        the record's head; it is asked while nobody else publishes, and may raise KeysUnusable."""
        ...


class SealingKey(Protocol):
    """The key that seals card PDFs (PAdES): ECDSA P-256 with SHA-256.

    `certificate_der` is the seal certificate, `chain_der` what leads from it to the root (the root included).
    """

    @property
    def certificate_der(self) -> bytes: ...

    @property
    def chain_der(self) -> tuple[bytes, ...]: ...

    def sign(self, message: bytes) -> bytes:
        """DER-encoded ECDSA signature over SHA-256 of `message`."""
        ...
