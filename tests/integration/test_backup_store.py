"""Documents in an S3-compatible store: backed up from one, brought back into another, or into one that outlived."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from clearance.storage.documents import DocumentDirectory
from tests.fakes.installation import installation
from tests.fakes.object_store import BUCKET, LocalStore, local_store
from tests.fakes.office import ISSUER
from tests.fakes.outside import FakePrinter
from tests.fakes.records_keys import SEAL
from tests.integration.backups import done, issue, run


@pytest.fixture
def store() -> Iterator[LocalStore]:
    with local_store() as running:
        yield running


def test_documents_come_out_of_one_store_and_back_into_another(
    store: LocalStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, new = tmp_path / "home", tmp_path / "new"
    for folder, prefix in ((home, "old"), (new, "new")):
        folder.mkdir()
        (folder / "clearance.toml").write_text(
            f'documents_url = "s3://{BUCKET}/{prefix}"\ndocuments_endpoint = "{store.endpoint}"\n'
        )
    public = done("backup", "key", "--out", tmp_path / "key.txt").stdout.strip()
    with installation(home, printer=FakePrinter()) as office:
        monkeypatch.setattr("clearance.bootstrap.now", office.clock.now)
        card = issue(office, 1)
        documents = store.documents(prefix="old")
        folder = DocumentDirectory(home / "documents", SEAL)  # where the office of the tests keeps them
        for name in folder.names():
            documents.put(folder.get(name))
        done("backup", tmp_path / "target", "--home", home, "--recipient", public)
    back = run(
        *("restore", tmp_path / "target", "--home", new, "--identity", tmp_path / "key.txt"),
        *("--officer", ISSUER.number),
    )
    assert back.exit_code == 1, back.output  # the cards of a test's printer are no cards that anybody reads
    restored = store.documents(prefix="new")
    assert list(restored.names()) == list(documents.names())
    assert restored.get(card.pdf_sha256) == documents.get(card.pdf_sha256)
    restored.put(b"%PDF of the lost days")
    orphans = done("restore", "orphans", "--home", new, status=1)
    assert "a PDF that is no genuine card" in orphans.output
    assert card.pdf_sha256 not in orphans.output
