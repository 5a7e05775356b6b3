"""What an S3-compatible store can do to us, and what of it is said."""

import hashlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from clearance.issuing.ports import Unavailable
from clearance.storage.object_documents import StoreMisnamed, open_store
from tests.fakes.object_store import BUCKET, KEY, REGION, SECRET, LocalStore, local_store
from tests.fakes.records_keys import SEAL

CARD = b"%PDF-1.7 a sealed card"
NAME = hashlib.sha256(CARD).hexdigest()


@pytest.fixture
def store() -> Iterator[LocalStore]:
    with local_store() as running:
        yield running


def test_a_document_is_one_object_below_the_prefix_named_by_its_hash(store: LocalStore) -> None:
    store.documents(prefix="bmet/2026").put(CARD)
    [(path, stored)] = store.objects().items()
    assert path == f"bmet/2026/{NAME[:2]}/{NAME[2:]}"
    assert CARD not in stored
    assert SEAL.open(NAME, stored) == CARD


def test_what_is_there_is_not_written_again(store: LocalStore) -> None:
    documents = store.documents()
    documents.put(CARD)
    [before] = store.client.list_objects_v2(Bucket=BUCKET)["Contents"]
    documents.put(CARD)
    [after] = store.client.list_objects_v2(Bucket=BUCKET)["Contents"]
    assert after["LastModified"] == before["LastModified"]


def test_a_changed_object_counts_as_not_there_and_is_mended_by_the_next_put(store: LocalStore) -> None:
    documents = store.documents()
    documents.put(CARD)
    [path] = store.objects()
    store.client.put_object(Bucket=BUCKET, Key=path, Body=CARD + b"%")
    with pytest.raises(KeyError):
        documents.get(NAME)
    assert documents.put(CARD) == NAME
    assert documents.get(NAME) == CARD


def test_a_missing_bucket_is_no_empty_store(store: LocalStore) -> None:
    documents = store.documents(bucket="nobodys")
    for act in (lambda: documents.put(CARD), lambda: documents.get(NAME)):
        with pytest.raises(Unavailable):
            act()


def test_a_store_that_does_not_answer_is_unavailable_and_no_secret_is_told() -> None:
    with local_store() as stopped:
        documents = stopped.documents()
    for act in (lambda: documents.put(CARD), lambda: documents.get(NAME)):
        with pytest.raises(Unavailable) as failed:
            act()
        told = f"{failed.value} {failed.value.__cause__}"
        assert not any(word in told for word in (KEY, SECRET, stopped.endpoint, NAME[:8]))
        assert failed.value.__suppress_context__


def test_a_store_that_accepts_and_never_answers_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clearance.storage.object_documents.ANSWER_WITHIN", "300ms")
    monkeypatch.setattr("clearance.storage.object_documents.RETRIES", 0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        documents = open_store(f"s3://{BUCKET}", endpoint=endpoint, region=REGION, credentials=None, seal=SEAL)
        with pytest.raises(Unavailable):
            documents.get(NAME)


def test_credentials_may_stand_in_a_file(store: LocalStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    file = tmp_path / "credentials"
    file.write_text(f"[default]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n")
    documents = open_store(f"s3://{BUCKET}/x", endpoint=store.endpoint, region=REGION, credentials=file, seal=SEAL)
    assert documents.get(documents.put(CARD)) == CARD


@pytest.mark.parametrize(
    "text", ["", "[default]\n", "[other]\naws_access_key_id = x\n", f"[default]\naws_secret_access_key = {SECRET}\n"]
)
def test_a_file_without_credentials_is_named_and_not_quoted(text: str, tmp_path: Path) -> None:
    file = tmp_path / "credentials"
    file.write_text(text)
    with pytest.raises(StoreMisnamed, match="aws_access_key_id") as refused:
        open_store("s3://cards", endpoint="", region=REGION, credentials=file, seal=SEAL)
    assert str(file) in str(refused.value)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["", "cards", "https://cards", "s3://", "s3:///x", f"s3://{KEY}:{SECRET}@cards", "s3://cards?x=y"]
)
def test_an_address_that_names_no_bucket_is_refused(url: str) -> None:
    with pytest.raises(StoreMisnamed) as refused:
        open_store(url, endpoint="", region=REGION, credentials=None, seal=SEAL)
    assert SECRET not in str(refused.value)
