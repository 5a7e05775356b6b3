"""An office whose photos and cards lie in an S3-compatible store: configured, issued, handed out, out of reach."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from clearance.bootstrap import ConfigurationRefused, open_documents
from clearance.config import Settings
from clearance.issuing import cards
from clearance.issuing.ports import Unavailable
from clearance.storage.documents import DocumentDirectory
from tests.fakes.object_store import BUCKET, LocalStore, local_store
from tests.fakes.office import OfficeAtWork, open_office
from tests.fakes.records_keys import SEAL, lay_keys


@pytest.fixture
def store() -> Iterator[LocalStore]:
    with local_store() as running:
        yield running


def settings(store: LocalStore, home: Path) -> Settings:
    return Settings(home=home, documents_url=f"s3://{BUCKET}/bmet", documents_endpoint=store.endpoint)


def office_over(store: LocalStore, home: Path) -> OfficeAtWork:
    office = open_office()
    lay_keys(home)
    documents = open_documents(settings(store, home))
    office.change_room(documents=documents)
    office.service = replace(office.service, documents=documents)
    return office


def test_without_a_setting_documents_lie_in_the_installations_folder(tmp_path: Path) -> None:
    lay_keys(tmp_path)
    documents = open_documents(Settings(home=tmp_path))
    assert isinstance(documents, DocumentDirectory)
    documents.put(b"portrait")
    assert len(list((tmp_path / "documents").rglob("*"))) == 2


def test_a_card_is_handed_out_byte_for_byte_as_the_store_holds_it(store: LocalStore, tmp_path: Path) -> None:
    office = office_over(store, tmp_path)
    clearance = office.issue()
    sealed = cards.pdf(office.service, clearance.clearance_no)
    stored = store.objects()[f"bmet/{clearance.pdf_sha256[:2]}/{clearance.pdf_sha256[2:]}"]
    assert sealed == SEAL.open(clearance.pdf_sha256, stored)
    assert not (tmp_path / "documents").exists()


def test_nothing_is_issued_while_the_store_is_out_of_reach(store: LocalStore, tmp_path: Path) -> None:
    office = office_over(store, tmp_path)
    reference = office.approve().reference
    store.client.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": key} for key in store.objects()]})
    store.client.delete_bucket(Bucket=BUCKET)
    with pytest.raises(Unavailable):
        office.enter()
    assert office.stored(reference).issued is None


@pytest.mark.parametrize("url", ["cards", "https://cards.example/x", "s3://"])
def test_an_address_that_is_none_is_refused_at_the_start(url: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationRefused, match="s3://bucket/prefix"):
        open_documents(Settings(home=tmp_path, documents_url=url))
