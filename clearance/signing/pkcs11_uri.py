"""Where a key lives in hardware: a PKCS#11 URI (RFC 7512), as it stands in a small file beside the certificate.

It decides which of these addresses we understand. A URI never holds the PIN: files are copied, printed and backed up.
"""

import re
import secrets
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import quote, unquote, unquote_to_bytes

from clearance.signing.errors import KeyRefused

EXAMPLE = "pkcs11:token=clearance?module-path=/usr/lib/softhsm/libsofthsm2.so"
_PATH_ATTRIBUTES = frozenset({"token", "object", "id", "type"})


@dataclass(frozen=True, kw_only=True)
class TokenAddress:
    """A token, or a key in it where `object_label` or `object_id` is given. `module_path` is the vendor's library."""

    module_path: str
    token: str
    object_label: str | None = None
    object_id: bytes | None = None

    @classmethod
    def parse(cls, uri: str) -> Self:
        """Raises KeyRefused for a text that is no such URI, holds a PIN, or says what we do not understand."""
        scheme, _, rest = uri.strip().partition(":")
        path, _, query = rest.partition("?")
        if scheme != "pkcs11":
            raise KeyRefused(f"{_shown(uri)} is no PKCS#11 URI; one looks like {EXAMPLE}")
        named, asked = _attributes(path, ";"), _attributes(query, "&")
        if "pin-value" in asked or "pin-source" in asked:
            raise KeyRefused(
                "A PKCS#11 URI must not hold the PIN: give it by --pin-file, $CLEARANCE_HSM_PIN or typing."
            )
        if unknown := sorted(named.keys() - _PATH_ATTRIBUTES | asked.keys() - {"module-path"}):
            raise KeyRefused(f"The PKCS#11 URI says {unknown[0]!r}, which is not understood here. Example: {EXAMPLE}")
        if "token" not in named or "module-path" not in asked:
            raise KeyRefused(f"The PKCS#11 URI must name token and module-path, such as {EXAMPLE}")
        return cls(
            module_path=unquote(asked["module-path"]),
            token=unquote(named["token"]),
            object_label=unquote(named["object"]) if "object" in named else None,
            object_id=unquote_to_bytes(named["id"]) if "id" in named else None,
        )

    def __str__(self) -> str:
        named = [f"token={quote(self.token, safe='')}"]
        if self.object_label is not None:
            named.append(f"object={quote(self.object_label, safe='')}")
        if self.object_id is not None:
            named.append("id=" + "".join(f"%{byte:02X}" for byte in self.object_id))
        if self.names_a_key:
            named.append("type=private")
        return f"pkcs11:{';'.join(named)}?module-path={quote(self.module_path, safe='/')}"

    def of_key(self, label: str) -> Self:
        """The address of a new key in this token, unlike any other's; unchanged where a key is named already."""
        return self if self.names_a_key else replace(self, object_label=label, object_id=secrets.token_bytes(8))

    @property
    def names_a_key(self) -> bool:
        return self.object_label is not None or self.object_id is not None

    @property
    def key_name(self) -> str:
        """The key in words, to begin a sentence with."""
        return f"The key {self.object_label or (self.object_id or b'').hex()!r} in the token {self.token!r}"


def _attributes(text: str, separator: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in text.split(separator) if part]
    return {name: value for name, _, value in pairs}


def _shown(uri: str) -> str:
    return repr(re.sub(r"pin-value=[^&]*", "pin-value=...", uri)[:80])
