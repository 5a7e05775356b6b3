"""What the use cases need from the world, as protocols. Adapters in `storage`, `signing` and `card` implement them."""

from typing import Protocol


class SealingKey(Protocol):
    """The key that seals card PDFs (PAdES): ECDSA P-256 with SHA-256.

    `certificate_der` is the seal certificate, `chain_der` what leads from it to the root (the root included).
    """

    certificate_der: bytes
    chain_der: tuple[bytes, ...]

    def sign(self, message: bytes) -> bytes:
        """DER-encoded ECDSA signature over SHA-256 of `message`."""
        ...
