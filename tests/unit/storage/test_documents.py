"""Documents on disk: private, whole or absent, and mended when they were damaged."""

import os
import stat
from pathlib import Path

import pytest

from clearance.storage.documents import DocumentDirectory
from tests.fakes.records_keys import SEAL


@pytest.fixture
def documents(tmp_path: Path) -> DocumentDirectory:
    return DocumentDirectory(tmp_path / "documents", SEAL)


def path_of(tmp_path: Path, sha256: str) -> Path:
    return tmp_path / "documents" / sha256[:2] / sha256[2:]


def test_documents_are_for_their_owner_alone(documents: DocumentDirectory, tmp_path: Path) -> None:
    path = path_of(tmp_path, documents.put(b"portrait"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_damaged_document_is_as_if_absent_and_is_mended_by_storing_it_again(
    documents: DocumentDirectory, tmp_path: Path
) -> None:
    name = documents.put(b"portrait")
    path_of(tmp_path, name).write_bytes(b"portrai")
    with pytest.raises(KeyError):
        documents.get(name)
    assert documents.put(b"portrait") == name
    assert documents.get(name) == b"portrait"


def test_a_full_disk_leaves_neither_the_document_nor_a_piece_of_it(
    documents: DocumentDirectory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            documents.put(b"portrait")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert documents.get(documents.put(b"portrait")) == b"portrait"
