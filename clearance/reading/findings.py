"""What reading one file can give, as values. Nothing here decodes: whoever only words an answer loads no decoder."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

MAX_TEXTS = 32
"""Texts of one file that are handed on; a card has one."""


class FileFault(StrEnum):
    """Why a file could not be looked at."""

    TOO_LARGE = "too_large"
    NOT_AN_IMAGE = "not_an_image"
    TOO_MANY_PIXELS = "too_many_pixels"
    LOCKED = "locked"


@dataclass(frozen=True, kw_only=True)
class FileReading:
    """The distinct QR texts of one file in the order met; `fault` says why there was nothing to look at.

    No texts and no fault: a picture was seen, and no readable QR symbol is on it.
    """

    texts: tuple[str, ...] = ()
    fault: FileFault | None = None


class SealState(StrEnum):
    """What a file's seal is worth."""

    INTACT = "intact"
    BROKEN = "broken"
    FOREIGN = "foreign"
    """The file is as somebody sealed it, who is not an office under a pinned root."""
    NONE = "none"


class Flaw(StrEnum):
    """Why a seal is not intact."""

    UNREADABLE = "unreadable"
    SEVERAL = "several_signatures"
    NOT_WHOLE = "does_not_cover_the_whole_file"
    ALTERED = "altered_since"
    WRONG_FORM = "not_in_our_form"
    CHANGES_ALLOWED = "allows_changes"
    UNKNOWN_SIGNER = "not_under_our_root"
    WRONG_PURPOSE = "not_for_documents"
    OUT_OF_TIME = "certificate_not_valid_then"


@dataclass(frozen=True, kw_only=True)
class Seal:
    """`signer` is the certificate's common name, `signed_at` what the seal claims, `reason` None when it is intact."""

    state: SealState
    signer: str | None = None
    signed_at: datetime | None = None
    reason: Flaw | None = None

    def to_members(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "signer": self.signer,
            "signed_at": self.signed_at and self.signed_at.isoformat(),
            "reason": self.reason,
        }

    @classmethod
    def from_members(cls, members: Mapping[str, Any]) -> Self:
        signer, at, reason = members["signer"], members["signed_at"], members["reason"]
        return cls(
            state=SealState(members["state"]),
            signer=None if signer is None else str(signer),
            signed_at=None if at is None else datetime.fromisoformat(at),
            reason=None if reason is None else Flaw(reason),
        )


class Doubt(StrEnum):
    """Why the text of a file must not be believed, whatever its code says."""

    ALTERED = "altered"
    """The file is not what somebody sealed."""
    SEALED_BY_OTHERS = "sealed_by_others"
    """It is as it was sealed, but not by an office under a pinned root."""
    OTHER_CREDENTIAL = "other_credential"
    """The credential that is sealed in it is not the one of its code."""


@dataclass(frozen=True, kw_only=True)
class Paper:
    """What one file gave: the texts of its codes or why there are none, and for a PDF its seal."""

    texts: tuple[str, ...] = ()
    fault: FileFault | None = None
    seal: Seal | None = None
    same_credential: bool | None = None
    """Whether code and sealed attachment carry one credential; None where no intact seal vouches for an attachment."""

    @property
    def seal_state(self) -> SealState | None:
        """The state of a PDF's seal; None for a picture."""
        return self.seal.state if self.seal else None

    @property
    def doubt(self) -> Doubt | None:
        """What must be said of the file. A PDF without any seal is a print or a copy, and no reason to doubt."""
        match self.seal:
            case Seal(state=SealState.BROKEN):
                return Doubt.ALTERED
            case Seal(state=SealState.FOREIGN):
                return Doubt.SEALED_BY_OTHERS
            case _:
                return Doubt.OTHER_CREDENTIAL if self.same_credential is False else None

    def to_members(self) -> dict[str, Any]:
        """As JSON can carry it."""
        return {
            "texts": self.texts[:MAX_TEXTS],
            "fault": self.fault,
            "seal": self.seal and self.seal.to_members(),
            "same_credential": self.same_credential,
        }

    @classmethod
    def from_members(cls, members: Mapping[str, Any]) -> Self:
        """Raises ValueError, KeyError or TypeError for anything that `to_members` does not give."""
        texts, fault, seal, same = (members[name] for name in ("texts", "fault", "seal", "same_credential"))
        if not isinstance(same, bool | None) or not all(isinstance(text, str) for text in texts):
            raise ValueError("not what a reader says")
        return cls(
            texts=tuple(texts[:MAX_TEXTS]),
            fault=None if fault is None else FileFault(fault),
            seal=None if seal is None else Seal.from_members(seal),
            same_credential=same,
        )


class ReaderBusy(Exception):
    """As many files as may be read at once are being read."""
