"""A card's file as a whole: what its codes say, and what its seal is worth.

It decides what the two mean together. The verdict comes from the code alone, which paper, screens and copies carry as
well; the seal tells whether the file around it is as the office made it. A file whose seal is broken may show any text
beside a genuine code, and whoever looks at it must be told (docs/CARD-FORMAT.md section 9).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cryptography import x509

from clearance.credential.errors import CredentialError
from clearance.credential.qrtext import unpack
from verifier.scan.file import FileFault, attached_credential, is_pdf, texts_in
from verifier.seal import Seal, SealState, read_seal


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


def read_paper(data: bytes, *, roots: Sequence[x509.Certificate]) -> Paper:
    """Read the codes and the seal of a file. Never raises for a bad one."""
    reading = texts_in(data)
    if reading.fault is not None or not is_pdf(data):
        return Paper(texts=reading.texts, fault=reading.fault)
    seal = read_seal(data, roots=roots)
    same = _same_credential(data, reading.texts) if seal.state is SealState.INTACT and reading.texts else None
    return Paper(texts=reading.texts, seal=seal, same_credential=same)


def pinned_roots(file: Path) -> Sequence[x509.Certificate]:
    """The certificates of a root.pem; none where it cannot be used, so that no seal is taken for the office's."""
    try:
        return x509.load_pem_x509_certificates(file.read_bytes())
    except (OSError, ValueError):
        return ()


def _same_credential(data: bytes, texts: Sequence[str]) -> bool:
    """An intact seal vouches for the attachment: only then is it opened at all."""
    attached = attached_credential(data)
    return all(_token(text) == attached for text in texts)


def _token(text: str) -> bytes | None:
    try:
        return unpack(text)
    except CredentialError:
        return None
