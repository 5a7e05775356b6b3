"""Which edition of the card's template drew a page, as one short id.

It decides what belongs to an edition: this package's own code and layout data, its fonts, and the versions of whatever
else takes part in drawing. The same card drawn under the same id gives the same bytes, so the id written into the file
and the record says what is needed to draw it again. The opposite does not hold: a changed comment is a new id.
"""

import hashlib
import zlib
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable

DRAWING = ("babel", "fonttools", "qrcode", "reportlab", "uharfbuzz")
"""Libraries whose release may show in the bytes of a card."""


@cache
def template_id() -> str:
    """Sixteen hexadecimal digits of SHA-256 over the edition."""
    package = files("clearance.card")
    digest = hashlib.sha256()
    for name, content in sorted(_parts(package) + _parts(package / "fonts")):
        digest.update(f"{name} {hashlib.sha256(content).hexdigest()}\n".encode())
    for library in DRAWING:
        digest.update(f"{library} {version(library)}\n".encode())
    digest.update(f"zlib {zlib.ZLIB_RUNTIME_VERSION}\n".encode())
    return digest.hexdigest()[:16]


def _parts(folder: Traversable) -> list[tuple[str, bytes]]:
    return [(entry.name, entry.read_bytes()) for entry in folder.iterdir() if entry.name.endswith((".py", ".ttf"))]
