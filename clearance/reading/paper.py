"""A card's file as a whole: what its codes say, and what its seal is worth.

It decides what the two mean together. The verdict comes from the code alone, which paper, screens and copies carry as
well; the seal tells whether the file around it is as the office made it. A file whose seal is broken may show any text
beside a genuine code, and whoever looks at it must be told (docs/CARD-FORMAT.md section 9).
"""

from collections.abc import Sequence
from pathlib import Path

from cryptography import x509

from clearance.credential.errors import CredentialError
from clearance.credential.qrtext import unpack
from clearance.reading.file import attached_credential, is_pdf, texts_in
from clearance.reading.findings import Paper, SealState
from clearance.reading.seal import read_seal


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
        return roots_in(file.read_bytes())
    except OSError:
        return ()


def roots_in(pem: bytes) -> Sequence[x509.Certificate]:
    """The certificates of a root.pem's content; none where it is none."""
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError:
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
