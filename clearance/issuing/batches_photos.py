"""Photos that come with a batch: ZIP archives, each kept whole, and a picture in them found by the name in its row.

It decides which archives are taken and which picture a row means. What makes a good portrait is decided elsewhere.
"""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from clearance.issuing.ports import Scanned

MAX_ARCHIVE = 100 * 1024 * 1024
MAX_PICTURES = 10_000
MAX_PICTURE = 10 * 1024 * 1024
ENDINGS = (".jpg", ".jpeg", ".png")
_DAMAGED = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, EOFError, OSError)
"""What `zipfile` raises for an archive that is broken, encrypted or packed in an unknown way."""


class PhotosFault(StrEnum):
    """Why an archive of photos is not taken."""

    TOO_LARGE = "too_large"
    NOT_AN_ARCHIVE = "not_an_archive"
    TOO_MANY = "too_many"


class PhotosRefused(ValueError):
    """An archive of photos is not taken."""

    def __init__(self, fault: PhotosFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def require_archive(content: bytes) -> None:
    """Raises PhotosRefused for what cannot be an archive of photos. Nothing is unpacked."""
    if len(content) > MAX_ARCHIVE:
        raise PhotosRefused(PhotosFault.TOO_LARGE)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except _DAMAGED:
        raise PhotosRefused(PhotosFault.NOT_AN_ARCHIVE) from None
    if len(names) > MAX_PICTURES:
        raise PhotosRefused(PhotosFault.TOO_MANY)


@dataclass(frozen=True, kw_only=True)
class Album:
    """The pictures of several archives by their file names; of two with one name, the one of the later archive."""

    places: Mapping[str, tuple[zipfile.ZipFile, zipfile.ZipInfo]]

    def find(self, names: Iterable[str]) -> Scanned | None:
        """The first of these pictures that there is, cut off one byte beyond what may be uploaded."""
        for name in names:
            place = self.places.get(_plain(name))
            if place is not None:
                return _unpacked(*place)
        return None


def album(archives: Iterable[bytes]) -> Album:
    """The album of archives that `require_archive` took."""
    places: dict[str, tuple[zipfile.ZipFile, zipfile.ZipInfo]] = {}
    for content in archives:
        archive = zipfile.ZipFile(io.BytesIO(content))
        places |= {_plain(part.filename): (archive, part) for part in archive.infolist() if not part.is_dir()}
    return Album(places=places)


class Albums:
    """Opens albums and remembers the last one: archives are large and serve every chunk of a batch."""

    def __init__(self, get: Callable[[str], bytes]) -> None:
        """`get` gives a document by its SHA-256, which is why nothing remembered can be stale."""
        self._get = get
        self._last: tuple[tuple[str, ...], Album] = ((), Album(places={}))

    def of(self, archives: tuple[str, ...]) -> Album:
        """The album of archives, by their SHA-256."""
        opened, known = self._last
        if opened != archives:
            known = album(self._get(sha256) for sha256 in archives)
            self._last = (archives, known)
        return known


def names_of(cell: str, passport_no: str) -> tuple[str, ...]:
    """What the picture of a row may be called: as its cell says, else as its passport is numbered."""
    if cell.strip():
        return (cell,)
    return tuple(f"{passport_no}{ending}" for ending in ENDINGS) if passport_no else ()


def _plain(name: str) -> str:
    """A file name without folders and case: archives of other systems are full of both."""
    return name.strip().replace("\\", "/").rpartition("/")[2].casefold()


def _unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Scanned | None:
    """A picture of an archive that was looked through as a whole."""
    try:
        with archive.open(part) as file:
            return Scanned(file.read(MAX_PICTURE + 1))
    except _DAMAGED:
        return None
