"""Files that are whole or absent: what a power cut leaves is the old content or the new, never a part."""

import os
from pathlib import Path

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
