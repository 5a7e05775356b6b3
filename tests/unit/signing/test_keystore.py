"""Key directories: made whole or not at all, opened only as they were made."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from clearance.credential.claims import encode_claims
from clearance.credential.cose import Algorithm, sign1
from clearance.credential.gate import verdict_for
from clearance.credential.qrtext import pack
from clearance.credential.reasons import Reason
from clearance.credential.trust import Purpose
from clearance.signing import files, keystore
from clearance.signing.authority import DEMO, Role, Subject
from clearance.signing.errors import DirectoryInUse, KeyRefused, PassphraseWrong, PublicationRefused
from clearance.signing.keystore import KeyStore
from clearance.signing.publication import published
from tests.unit.signing.cards import AT, DAY, Card

BMET = Subject(organisation="Bureau of Manpower, Employment and Training", country="BD")
PASSPHRASE = b"correct horse battery staple"


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=["umask 000", "umask 022", "umask 077"])
def any_umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def modes(directory: Path) -> dict[str, int]:
    paths = [directory, *directory.rglob("*")]
    return {str(path.relative_to(directory)): stat.S_IMODE(path.stat().st_mode) for path in paths}


def tree(directory: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in directory.rglob("*") if path.is_file()}


def test_the_layout_has_private_keys_for_the_owner_and_a_public_bundle_for_all(tmp_path: Path, any_umask: None) -> None:
    keystore.init(tmp_path / "keys", algorithm=Algorithm.ES256, subject=DEMO, at=AT)
    names = ["root", *Role]
    assert modes(tmp_path / "keys") == {
        ".": 0o755,
        "private": 0o700,
        **{f"private/{name}.pem": 0o600 for name in names},
        **{f"private/{name}.crt": 0o644 for name in names},
        "public": 0o755,
        "public/root.pem": 0o644,
        "public/trust.cose": 0o644,
        "public/status": 0o755,
        "public/status/26a.cwt": 0o644,
    }
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]


def test_the_public_directory_is_a_ready_bundle(keys: KeyStore) -> None:
    held = published(keys.public, root=keys.root_certificate)
    text = pack(sign1(encode_claims(Card().claims(keys)), signer=keys.card))
    verdict = verdict_for(text, held=held, at=AT + 60)
    assert verdict.reason is Reason.VALID
    assert held.faults == ()
    assert (keys.issuer, keys.status_uris) == ("bmet.gov.bd", ("https://s.bmet.gov.bd/26a",))
    assert held.lists[keys.status_uri].newest.bits == 2
    assert len(held.lists[keys.status_uri].newest.entries) == 2**20 * 2 // 8


def test_the_bundle_names_card_and_status_signer_and_never_the_seal(keys: KeyStore) -> None:
    bundle = published(keys.public, root=keys.root_certificate).bundle
    assert bundle is not None
    assert {signer.purpose: signer.certificate_der for signer in bundle.signers} == {
        Purpose.CARD: keys.card.certificate_der,
        Purpose.STATUS: keys.status.certificate_der,
    }
    assert bundle.trust_certificate_der == keys.trust.certificate_der


@pytest.mark.parametrize("issued_at", [AT - 799 * DAY, AT, AT + 2 * 365 * DAY], ids=["past", "now", "in two years"])
def test_a_demo_signer_may_sign_cards_of_full_length_long_before_and_after(keys: KeyStore, issued_at: int) -> None:
    held = published(keys.public, root=keys.root_certificate)
    card = Card(issued_at=issued_at, days=799)
    text = pack(sign1(encode_claims(card.claims(keys)), signer=keys.card))
    assert verdict_for(text, held=held, at=max(AT, issued_at)).reason is not Reason.UNTRUSTED_SIGNER


def test_real_keys_are_encrypted_and_start_at_the_ceremony(tmp_path: Path) -> None:
    directory = tmp_path / "keys"
    keystore.init(directory, algorithm=Algorithm.ES256, subject=BMET, at=AT, passphrase=PASSPHRASE)
    pems = list((directory / "private").glob("*.pem"))
    assert len(pems) == 5
    assert all(b"BEGIN ENCRYPTED PRIVATE KEY" in pem.read_bytes() for pem in pems)
    keys = keystore.load(directory, passphrase=PASSPHRASE)
    assert not keys.is_demo
    assert AT - DAY < keys.root_certificate.not_valid_before_utc.timestamp() <= AT
    with pytest.raises(PassphraseWrong, match="no passphrase"):
        keystore.load(directory)


def test_the_root_key_is_not_needed_after_the_ceremony(keys_directory: Path) -> None:
    (keys_directory / "private" / "root.pem").unlink()
    assert keystore.load(keys_directory).is_demo


@pytest.mark.parametrize("passphrase", [None, b"too short"])
def test_real_keys_without_a_good_passphrase_are_not_made(tmp_path: Path, passphrase: bytes | None) -> None:
    with pytest.raises(PassphraseWrong):
        keystore.init(tmp_path / "keys", algorithm=Algorithm.ES256, subject=BMET, at=AT, passphrase=passphrase)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("status_uri", ["https://s.bmet.gov.bd/", "https://s.bmet.gov.bd/a.b", "https://x/" + "a" * 60])
def test_a_status_uri_that_cards_cannot_carry_is_refused(tmp_path: Path, status_uri: str) -> None:
    with pytest.raises(ValueError, match="status URI"):
        keystore.init(tmp_path / "keys", algorithm=Algorithm.ES256, subject=DEMO, at=AT, status_uri=status_uri)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_directory_is_taken_and_parents_are_made(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for directory in (tmp_path / "empty", tmp_path / "new" / "deep" / "keys"):
        keystore.init(directory, algorithm=Algorithm.ES256, subject=DEMO, at=AT)
        assert keystore.load(directory).is_demo


def test_nothing_is_overwritten(keys_directory: Path) -> None:
    before = tree(keys_directory)
    for used in (keys_directory, keys_directory / "private", keys_directory / "private" / "card.pem"):
        with pytest.raises(DirectoryInUse, match="nothing in it was touched"):
            keystore.init(used, algorithm=Algorithm.ES256, subject=DEMO, at=AT)
    assert tree(keys_directory) == before


def test_a_ceremony_that_fails_at_any_file_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = files.write_atomically
    for files_before_failure in range(13):
        left = [files_before_failure]

        def write(path: Path, content: bytes, *, mode: int = 0o644, left: list[int] = left) -> None:
            if left[0] == 0:
                raise OSError(28, "No space left on device")
            left[0] -= 1
            written(path, content, mode=mode)

        monkeypatch.setattr(files, "write_atomically", write)
        with pytest.raises(DirectoryInUse, match="No space left on device"):
            keystore.init(tmp_path / "keys", algorithm=Algorithm.ES256, subject=DEMO, at=AT)
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("role", list(Role))
def test_a_key_with_the_certificate_of_another_is_refused(keys_directory: Path, role: Role) -> None:
    private = keys_directory / "private"
    other = Role.STATUS if role is not Role.STATUS else Role.CARD
    shutil.copy(private / f"{other}.crt", private / f"{role}.crt")
    with pytest.raises(KeyRefused, match="another private key"):
        keystore.load(keys_directory)


def test_a_status_signer_in_place_of_the_card_signer_is_refused(keys_directory: Path) -> None:
    for suffix in ("pem", "crt"):
        shutil.copy(keys_directory / "private" / f"status.{suffix}", keys_directory / "private" / f"card.{suffix}")
    with pytest.raises(KeyRefused, match="no card signer"):
        keystore.load(keys_directory)


def test_signers_of_another_root_are_refused(keys_directory: Path, tmp_path: Path) -> None:
    keystore.init(tmp_path / "others", algorithm=Algorithm.ES256, subject=DEMO, at=AT)
    shutil.copy(tmp_path / "others" / "private" / "root.crt", keys_directory / "private" / "root.crt")
    with pytest.raises(KeyRefused, match="no card signer"):
        keystore.load(keys_directory)


@pytest.mark.parametrize("name", ["root.crt", "card.crt", "seal.crt", "status.pem", "seal.pem"])
def test_a_missing_or_damaged_file_is_named(keys_directory: Path, name: str) -> None:
    path = keys_directory / "private" / name
    for damage in (lambda: path.write_bytes(b"garbage"), path.unlink):
        damage()
        with pytest.raises(KeyRefused, match=name.replace(".", r"\.")):
            keystore.load(keys_directory)


def test_a_directory_that_holds_no_keys_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyRefused, match="No such file"):
        keystore.load(tmp_path / "nowhere")


@pytest.mark.parametrize("content", [None, b"", b"garbage"])
def test_a_lost_trust_bundle_stops_the_start_and_says_where_to_find_it(
    keys_directory: Path, content: bytes | None
) -> None:
    bundle = keys_directory / "public" / "trust.cose"
    bundle.unlink()
    if content is not None:
        bundle.write_bytes(content)
    with pytest.raises(PublicationRefused, match="every desk"):
        keystore.load(keys_directory)
