"""Whose signature a message bears, and whether that signer was trusted with it.

It decides steps 2 and 3 of the check (docs/CARD-FORMAT.md section 8) for cards and for status lists alike. Whether the
moment of signing lay in the signer's time is a question of its own (`HeldSigner.may_have_signed_at`), because only the
verified payload tells that moment.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from clearance.credential.chain import CountryRoot, DocumentSigner, document_signer
from clearance.credential.cose import Sign1, kid_of, verify_sign1
from clearance.credential.errors import BadSignature, UnknownSigner, UntrustedSigner
from clearance.credential.trust import PURPOSE_EKU, Purpose, SignerState, TrustedSigner


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldSigner:
    """A listed signer whose certificate chains to a pinned root for its purpose."""

    listed: TrustedSigner
    certificate: DocumentSigner

    def may_have_signed_at(self, at: int) -> bool:
        """Tell whether the chain was in force at `at` and the signer not yet retired."""
        retired_at = self.listed.retired_at if self.listed.state is SignerState.RETIRED else None
        return self.certificate.valid_at(at) and (retired_at is None or at <= retired_at)


SignersByKid: TypeAlias = Mapping[bytes, Sequence[HeldSigner]]
"""Every listed key identifier; with an empty sequence where no certificate of it may be used."""


def check_signers(listed: Iterable[TrustedSigner], *, roots: Sequence[CountryRoot]) -> SignersByKid:
    """Check every listed certificate once, so that a scan costs one signature check and no chain."""
    by_kid: dict[bytes, list[HeldSigner]] = {}
    for signer in listed:
        usable = by_kid.setdefault(kid_of(signer.certificate_der), [])
        try:
            certificate = document_signer(signer.certificate_der, purpose_eku=PURPOSE_EKU[signer.purpose], roots=roots)
        except UntrustedSigner:
            continue
        if signer.state is not SignerState.DISTRUSTED:
            usable.append(HeldSigner(listed=signer, certificate=certificate))
    return by_kid


def signer_of(message: Sign1, *, purpose: Purpose, signers: SignersByKid) -> HeldSigner:
    """Find the signer whose signature the message bears, trying every trusted one with its key identifier.

    Raises UnknownSigner, UntrustedSigner or BadSignature, in the order of steps 2 and 3.
    """
    if message.kid not in signers:
        raise UnknownSigner(f"no signer {message.kid.hex()}")
    refused: BadSignature | None = None
    for signer in signers[message.kid]:
        if signer.listed.purpose is not purpose:
            continue
        try:
            verify_sign1(message, key=signer.certificate.key)
        except BadSignature as fault:
            refused = fault
        else:
            return signer
    raise refused or UntrustedSigner(f"signer {message.kid.hex()} is not trusted with this")
