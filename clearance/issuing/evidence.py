"""Files that prove what an officer found, such as a print of a visa check: kept as they came, never opened or shown.

It decides what is taken at all: a document or a picture by its first bytes, whatever its name says, of a bounded size.
"""

MAX_EVIDENCE = 10 * 1024 * 1024
_BEGINNINGS = (b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
"""PDF, JPEG, PNG."""


def is_evidence(content: bytes) -> bool:
    """Whether bytes are of a kind and size that is kept as evidence."""
    return len(content) <= MAX_EVIDENCE and content.startswith(_BEGINNINGS)
