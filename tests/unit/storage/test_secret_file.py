"""Secrets in files: made once, whole, and one for all."""

import secrets
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from clearance.storage.secret_file import secret_at


def made() -> bytes:
    return secrets.token_bytes(32)


def test_a_secret_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    first = secret_at(path, made)
    assert len(first) == 32
    assert secret_at(path, made) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_of_many_who_make_it_at_once_all_get_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(lambda _: secret_at(tmp_path / "secret", made), range(64)))
    assert len(found) == 1


def test_an_empty_file_is_no_secret(tmp_path: Path) -> None:
    (tmp_path / "secret").touch()
    assert len(secret_at(tmp_path / "secret", made)) == 32


def test_what_could_not_be_written_is_not_there(tmp_path: Path) -> None:
    def full() -> bytes:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        secret_at(tmp_path / "secret", full)
    assert list(tmp_path.iterdir()) == []
