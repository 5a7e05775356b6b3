"""Whether a web program has all that it needs just now: one question for each neighbour, answered yes or no.

It decides what is asked and what counts as enough. Whoever asks over HTTP is told the names of what fails and nothing
else (`clearance.web.health`).
"""

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from clearance.bootstrap import open_queue
from clearance.config import Settings
from clearance.issuing.ports import Documents, NotSigned, Unavailable
from clearance.issuing.service import Service
from clearance.issuing.vital_signs import Sign
from clearance.storage.database import SqlDatabase

FREE_ENOUGH = 0.05
"""Of a disk. Below it a database may stop at any moment."""
NOBODYS_DOCUMENT = "0" * 64
"""A name that no document has: a store that says so is there."""


def probes_of(settings: Settings, service: Service) -> Mapping[str, Callable[[], bool]]:
    """The questions of one installation, by the names that are told."""
    queue = open_queue(settings)
    return {
        "database": lambda: _answers(service),
        "schema": lambda: _is_current(service),
        "signing": lambda: _signs(service),
        "queue": queue.answers,
        "documents": lambda: has_room_for_documents(settings, service.documents),
        "disk": lambda: all(free_part(place) >= FREE_ENOUGH for place in places(settings)),
    }


def disk_sign(settings: Settings) -> Sign:
    """How much of the fullest disk is free, as a metric."""
    free = min(free_part(place) for place in places(settings))
    return Sign(name="clearance_disk_free_ratio", about="Free part of the fullest disk.", values={"": free})


def places(settings: Settings) -> tuple[Path, ...]:
    """Folders of this installation that somebody writes into."""
    return (settings.home, *(() if settings.documents_url else (settings.documents,)))


def free_part(place: Path) -> float:
    """The free part of the disk under a folder, or of the nearest folder above it that exists."""
    while not place.exists():
        place = place.parent
    usage = shutil.disk_usage(place)
    return usage.free / usage.total


def has_room_for_documents(settings: Settings, documents: Documents) -> bool:
    """Whether the store answers, and takes something new."""
    try:
        documents.get(NOBODYS_DOCUMENT)
    except KeyError:
        return bool(settings.documents_url) or not settings.documents.exists() or _writable(settings.documents)
    except (Unavailable, OSError):
        return False
    return True


def _writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK)


def _answers(service: Service) -> bool:
    try:
        with service.database.read() as work:
            work.audit.head()
    except Unavailable:
        return False
    return True


def _is_current(service: Service) -> bool:
    assert isinstance(service.database, SqlDatabase), "bootstrap opens no other"
    try:
        return service.database.condition(now=service.now()).current
    except Unavailable:
        return False


def _signs(service: Service) -> bool:
    try:
        service.signing.state()
    except NotSigned:
        return False
    return True
