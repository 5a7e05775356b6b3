"""What every document store promises."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from clearance.issuing.ports import Documents
from clearance.storage.documents import DocumentDirectory
from tests.fakes.object_store import LocalStore, local_store
from tests.fakes.outside import FakeDocuments
from tests.fakes.records_keys import SEAL


@pytest.fixture(scope="module")
def object_store() -> Iterator[LocalStore]:
    with local_store() as store:
        yield store


@pytest.fixture(params=["fake", "directory", "s3"])
def documents(request: pytest.FixtureRequest, tmp_path: Path) -> Documents:
    match request.param:
        case "fake":
            return FakeDocuments()
        case "directory":
            return DocumentDirectory(tmp_path / "documents", SEAL)
    store: LocalStore = request.getfixturevalue("object_store")
    return store.documents(prefix=tmp_path.name)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", bytes(range(256)) * 4096])
def test_a_document_comes_back_byte_for_byte_by_its_hash(documents: Documents, content: bytes) -> None:
    name = documents.put(content)
    assert name == hashlib.sha256(content).hexdigest()
    assert documents.get(name) == content


def test_the_same_content_is_one_document(documents: Documents) -> None:
    assert documents.put(b"portrait") == documents.put(b"portrait")


@pytest.mark.parametrize("name", ["0" * 64, "", "..", "../../etc/passwd", "A" * 64, "0" * 63 + "\n", "é" * 64])
def test_what_is_not_there_is_a_key_error(documents: Documents, name: str) -> None:
    documents.put(b"something")
    with pytest.raises(KeyError):
        documents.get(name)
