"""Who reads the file that somebody sends in to have their card checked."""

from typing import Protocol

from clearance.reading.findings import Paper


class FileReader(Protocol):
    """Reads a stranger's PDF or picture where it can do no harm."""

    def __call__(self, data: bytes, *, root_pem: bytes) -> Paper:
        """What the file gives; one that cannot be read has a fault. Raises `clearance.reading.findings.ReaderBusy`."""
        ...
