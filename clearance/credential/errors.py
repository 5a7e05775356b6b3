"""What can be wrong with bytes: one error per stage, each carrying the reason the gate gives for it.

It decides which reason a failed stage means. No error leaves `gate.verdict_for` or `held.hold`; who calls the other
functions of this folder directly (the issuer does) meets them.
"""

from clearance.credential.reasons import Reason


class CredentialError(ValueError):
    """The base of all errors of this folder. `reason` is the verdict that a card with this fault gets."""

    reason = Reason.UNREADABLE


class UnreadableText(CredentialError):
    """The text is not Base45 of a complete, small enough zlib stream."""


class ForeignText(CredentialError):
    """The text announces itself as another kind of certificate (EU HC1, SMART Health Card, ...)."""

    reason = Reason.NOT_OUR_CARD


class WebLink(CredentialError):
    """The text is a web address: a look-alike, since a card never carries one. It is never opened."""

    reason = Reason.WEB_LINK


class NotStrictCbor(CredentialError):
    """The bytes are not the deterministic CBOR subset, or exceed the limits set for them."""


class NotASign1(CredentialError):
    """The CBOR is not the COSE_Sign1 of our profile."""


class UnknownSigner(CredentialError):
    """No signer of the trust bundle has the key identifier of the message."""

    reason = Reason.UNKNOWN_SIGNER


class UntrustedSigner(CredentialError):
    """The signer is known, and may not sign this: purpose, state, certificate chain, key type or time."""

    reason = Reason.UNTRUSTED_SIGNER


class BadSignature(CredentialError):
    """Algorithm and key disagree, s is high, or the signature does not match."""

    reason = Reason.BAD_SIGNATURE


class MalformedClaims(CredentialError):
    """A claim is missing, of a wrong type or outside its limits. `field` names it as `ClearanceClaims` does."""

    reason = Reason.MALFORMED

    def __init__(self, field: str, fault: str) -> None:
        super().__init__(f"{field}: {fault}")
        self.field = field
        self.fault = fault


class NewerVersion(CredentialError):
    """The card is of a later profile, or holds a field that a reader of this profile must not ignore."""

    reason = Reason.NEWER_VERSION


class UnusableTrust(CredentialError):
    """The roots or the trust bundle are missing, malformed, unverifiable or rolled back."""

    reason = Reason.TRUST_UNUSABLE


class UnusableStatusList(CredentialError):
    """The token is not a genuine status list; it counts as absent."""

    reason = Reason.STATUS_UNKNOWN


class UnusableCheckpoint(CredentialError):
    """The token is not a genuine checkpoint of the office's record; no verdict rests on one."""


class UnusableFloor(CredentialError):
    """The remembered floor cannot be read. Whoever reads it must not go on as if there were none."""

    reason = Reason.TRUST_UNUSABLE
