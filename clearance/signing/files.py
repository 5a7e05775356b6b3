"""Files that are whole or absent: what a power cut leaves is the old content or the new, never a part."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clearance.signing.errors import DirectoryInUse

PRIVATE_DIRECTORY = 0o700
PRIVATE_FILE = 0o600
PUBLIC_DIRECTORY = 0o755
PUBLIC_FILE = 0o644


def write_atomically(path: Path, content: bytes, *, mode: int = PUBLIC_FILE) -> None:
    """Replace `path`: write beside it, sync, rename, sync the directory. The mode holds whatever the umask is."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    temporary.unlink(missing_ok=True)
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Make the names in a directory durable."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_directory(directory: Path, *, mode: int) -> None:
    """Create one directory with exactly this mode."""
    directory.mkdir(mode=mode)
    directory.chmod(mode)


@contextmanager
def appearing_whole(directory: Path) -> Iterator[Path]:
    """A directory to fill beside the wanted one; it takes its name when the block ends, and vanishes when it fails.

    Raises DirectoryInUse where the name is taken (an empty directory may be replaced) or cannot be made.
    """
    if directory.is_symlink() or (directory.exists() and (not directory.is_dir() or any(directory.iterdir()))):
        raise DirectoryInUse(f"{directory} is there already and not empty; nothing in it was touched. Choose another.")
    partial = None
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{directory.name}.", suffix=".partial", dir=directory.parent))
        yield partial
        partial.chmod(PUBLIC_DIRECTORY)
        sync_directory(partial)
        partial.rename(directory)
        sync_directory(directory.parent)
    except OSError as error:
        raise DirectoryInUse(f"{directory} cannot be made: {error.strerror}. Nothing was kept.") from error
    finally:
        if partial is not None:
            shutil.rmtree(partial, ignore_errors=True)
