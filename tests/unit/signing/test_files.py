"""Files are whole or absent, whatever call the program dies in."""

import os
from pathlib import Path

import pytest

from clearance.signing import files


class Died(BaseException):
    """The program ends here; no handler for ordinary errors sees it."""


CALLS = ["open", "fchmod", "fsync", "replace"]


@pytest.mark.parametrize("fault", [Died(), OSError(28, "No space left on device")], ids=["killed", "disk full"])
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("nth", [1, 2])
def test_a_fault_in_any_call_leaves_the_old_content_or_the_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException, call: str, nth: int
) -> None:
    path = tmp_path / "file"
    files.write_atomically(path, b"old")
    real, left = getattr(os, call), [nth]

    def failing(*arguments: object, **options: object) -> object:
        left[0] -= 1
        if left[0] == 0:
            raise fault
        return real(*arguments, **options)

    monkeypatch.setattr(os, call, failing)
    try:
        files.write_atomically(path, b"new and longer")
    except (Died, OSError):
        assert path.read_bytes() in (b"old", b"new and longer")
    else:
        assert path.read_bytes() == b"new and longer"
    monkeypatch.undo()
    files.write_atomically(path, b"next")
    assert path.read_bytes() == b"next"
    assert [left.name for left in tmp_path.iterdir()] == ["file"]


def test_content_is_durable_before_the_name_and_the_name_before_return(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    fsync, replace = os.fsync, os.replace

    def fsynced(descriptor: int) -> None:
        name = Path(f"/proc/self/fd/{descriptor}").readlink().name
        calls.append("sync directory" if name == tmp_path.name else "sync content")
        fsync(descriptor)

    def replaced(source: Path, target: Path) -> None:
        calls.append("rename")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", fsynced)
    monkeypatch.setattr(os, "replace", replaced)
    files.write_atomically(tmp_path / "file", b"content")
    assert calls == ["sync content", "rename", "sync directory"]


def test_a_private_file_is_never_open_to_others_even_for_a_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    real = os.open

    def opened(path: Path, flags: int, mode: int = 0o777) -> int:
        descriptor = real(path, flags, mode)
        seen.append(os.fstat(descriptor).st_mode & 0o077)
        return descriptor

    before = os.umask(0)
    try:
        monkeypatch.setattr(os, "open", opened)
        files.write_atomically(tmp_path / "key.pem", b"secret", mode=files.PRIVATE_FILE)
    finally:
        os.umask(before)
    assert seen[0] == 0
