"""Documents sealed, each for its own name: what a store holds opens as that document or not at all.

The name stays the SHA-256 of the plain bytes, as rows and seals say it. Whoever reads the store learns which names are
there and how long documents are; whether a photo that one has is among them could be told from the rows as well.
"""

import hashlib

from clearance.issuing.ports import Unreadable
from clearance.storage.sealing import MARK, KeyLacking, RecordKeys

_PLACE = "documents"


class DocumentSeal:
    """Between a document and the bytes that a store holds for it."""

    def __init__(self, keys: RecordKeys) -> None:
        self._keys = keys

    def seal(self, sha256: str, content: bytes) -> bytes:
        """Raises KeyLacking."""
        return self._keys.seal(content, place=_PLACE, bound=sha256.encode())

    def open(self, sha256: str, stored: bytes) -> bytes | None:
        """The document; None where the bytes are not, or no longer, those of this name. Raises KeyLacking.

        What has no mark is from before there were keys: the name proves it just as well.
        """
        content = stored
        if stored.startswith(MARK):
            try:
                content = self._keys.open(stored, place=_PLACE, bound=sha256.encode())
            except KeyLacking:
                raise
            except Unreadable:
                return None
        return content if hashlib.sha256(content).hexdigest() == sha256 else None

    def is_newest(self, stored: bytes) -> bool:
        """Whether it was sealed under the newest key."""
        return self._keys.is_newest(stored)
