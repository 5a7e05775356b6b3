"""A folder of documents that two users of one group share."""

import stat
from pathlib import Path

import pytest

from clearance.storage.documents import DocumentDirectory
from tests.fakes.records_keys import SEAL


def modes(root: Path) -> set[int]:
    return {stat.S_IMODE(path.stat().st_mode) for path in root.rglob("*")}


@pytest.mark.parametrize(("mode", "folder", "file"), [(0o700, 0o700, 0o600), (0o2770, 0o2770, 0o640)])
def test_what_is_stored_is_for_those_whom_the_folder_is_for(tmp_path: Path, mode: int, folder: int, file: int) -> None:
    root = tmp_path / "documents"
    root.mkdir()
    root.chmod(mode)
    documents = DocumentDirectory(root, SEAL)
    documents.put(b"a photo")
    assert modes(root) == {folder, file}


def test_a_folder_that_is_made_is_for_its_owner_alone(tmp_path: Path) -> None:
    DocumentDirectory(tmp_path / "documents", SEAL).put(b"a photo")
    assert modes(tmp_path) == {0o700, 0o600}
