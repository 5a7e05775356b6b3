"""What the doctor finds in a directory of keys, each made wrong in one way."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from clearance.credential.cose import Algorithm
from clearance.signing import keystore
from clearance.signing.authority import DEMO, Role, Subject
from clearance.signing.ceremony import Occasion
from clearance.signing.doctor import examine
from clearance.signing.findings import Finding, Gravity
from clearance.signing.private_keys import Secrets
from tests.unit.signing.cards import AT, DAY
from tests.unit.signing.ceremonies import Ceremony, Desks

PASSPHRASE = b"correct horse battery staple"
BMET = Subject(organisation="Bureau of Manpower, Employment and Training", country="BD")
W, F = Gravity.WARNING, Gravity.FAULT
UNFIT = {("certificate.unfit", F), ("key.unusable", F)}
UNREADABLE = {("key.unencrypted", F), ("key.unusable", F)}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("doctor") / "keys"
    keystore.init(directory, algorithm=Algorithm.ES256, subject=BMET, at=AT, passphrase=PASSPHRASE)
    (directory / "private" / "root.pem").unlink()
    return directory


@pytest.fixture
def keys(made: Path, tmp_path: Path) -> Path:
    """A production directory, healthy on the day it was made."""
    return Path(shutil.copytree(made, tmp_path / "keys"))


def found(
    directory: Path,
    *,
    days: float = 0,
    demo: bool = False,
    issuer: str | None = None,
    passphrase: bytes | None = PASSPHRASE,
) -> list[Finding]:
    on = Occasion(at=AT + int(days * DAY), operator="", machine="")
    secrets = Secrets.known(passphrase=passphrase)
    return examine(directory, demo=demo, issuer=issuer, on=on, secrets=secrets)


def codes(*arguments: object, **options: object) -> set[tuple[str, Gravity]]:
    return {(each.code, each.gravity) for each in found(*arguments, **options)}  # type: ignore[arg-type]


def test_a_healthy_directory_has_no_findings(keys: Path) -> None:
    assert found(keys, issuer="bmet.gov.bd") == []


def test_nothing_is_changed_by_looking(keys: Path) -> None:
    before = {path: (path.read_bytes(), path.stat().st_mode) for path in keys.rglob("*") if path.is_file()}
    found(keys, days=4000)
    assert {path: (path.read_bytes(), path.stat().st_mode) for path in keys.rglob("*") if path.is_file()} == before


def swap(private: Path, name: str, by: str) -> None:
    shutil.copy(private / by, private / name)


@pytest.mark.parametrize(
    ("harm", "expected"),
    [
        (lambda keys: (keys / "private" / "card.pem").chmod(0o640), {("key.open", F)}),
        (lambda keys: (keys / "private").chmod(0o755), {("private.open", F)}),
        (lambda keys: (keys / "private" / ".card.pem.12.new").touch(), {("private.leftover", W)}),
        (
            lambda keys: swap(keys / "private", "card.crt", "status.crt"),
            {("certificate.unfit", F), ("key.unusable", F)},
        ),
        (lambda keys: swap(keys / "private", "card.pem", "status.pem"), {("key.unusable", F)}),
        (lambda keys: (keys / "private" / "seal.pem").unlink(), {("key.unusable", F)}),
        (lambda keys: (keys / "private" / "seal.pem").write_bytes(b"garbage"), UNREADABLE),
        (lambda keys: (keys / "private" / "seal.crt").unlink(), {("signer.missing", F), ("signer.requested", W)}),
        (lambda keys: (keys / "private" / "root.crt").unlink(), {("keys.unreadable", F)}),
        (lambda keys: (keys / "private" / "signers.json").write_text("?"), {("keys.unreadable", F), ("key.open", F)}),
        (lambda keys: swap(keys, "private/root.pem", "private/card.pem"), {("root.online", W)}),
        (lambda keys: (keys / "public" / "root.pem").write_bytes(b"other"), {("root.differs", F)}),
        (lambda keys: (keys / "public" / "trust.cose").write_bytes(b"garbage"), {("bundle.unusable", F)}),
        (lambda keys: (keys / "public" / "status" / "26a.cwt").unlink(), {("status.none", F)}),
        (lambda keys: shutil.rmtree(keys / "public"), {("bundle.none", W)}),
    ],
)
def test_each_harm_is_found(keys: Path, harm: Callable[[Path], object], expected: set[tuple[str, Gravity]]) -> None:
    harm(keys)
    assert codes(keys) - {("bundle.unnamed", F)} == expected
    for finding in found(keys):
        assert finding.said.endswith((".", ")"))
        assert finding.cure


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0.03, set()),
        (0.1, {("status.overdue", W)}),
        (8, {("status.expired", F)}),
        (24, {("status.expired", F), ("bundle.due", W)}),
        (31, {("status.expired", F), ("bundle.overdue", F)}),
    ],
)
def test_what_nobody_renews_is_found_in_time(keys: Path, days: float, expected: set[tuple[str, Gravity]]) -> None:
    assert codes(keys, days=days) == expected


SIGNERS_END = 5 * 365


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (SIGNERS_END - 801, set()),
        (SIGNERS_END - 799, {("certificate.short", W)}),
        (SIGNERS_END - 179, {("certificate.ending", W)}),
        (SIGNERS_END - 29, {("certificate.ending", F)}),
        (SIGNERS_END, {("certificate.expired", F)}),
        (-1, {("certificate.early", F), ("bundle.early", F)}),
        (17 * 365 + 1, {("certificate.expired", F), ("root.ending", W)}),
        (20 * 365, {("certificate.expired", F), ("root.expired", F)}),
    ],
)
def test_certificates_are_watched_to_their_end(keys: Path, days: int, expected: set[tuple[str, Gravity]]) -> None:
    published = {"status.expired", "bundle.overdue"}
    assert {(code, gravity) for code, gravity in codes(keys, days=days) if code not in published} == expected


def test_demo_keys_are_a_fault_but_in_a_demo(tmp_path: Path) -> None:
    keystore.init(tmp_path / "keys", algorithm=Algorithm.ES256, subject=DEMO, at=AT)
    assert codes(tmp_path / "keys") == {("keys.demo", F)}
    assert found(tmp_path / "keys", demo=True) == []


def test_a_plain_key_is_a_fault_in_production(keys: Path) -> None:
    from clearance.signing.software import private_key_pem, read_private_key

    path = keys / "private" / "card.pem"
    path.write_bytes(private_key_pem(read_private_key(path, passphrase=PASSPHRASE), passphrase=None))
    assert codes(keys) == {("key.unencrypted", F)}


@pytest.mark.parametrize("passphrase", [None, b"wrong horse battery staple"])
def test_keys_that_stay_closed_are_said_to_be_unseen(keys: Path, passphrase: bytes | None) -> None:
    assert [(each.code, each.gravity) for each in found(keys, passphrase=passphrase)] == [("key.locked", W)] * 4


def test_a_bundle_of_another_issuer_is_found(keys: Path) -> None:
    assert codes(keys, issuer="elsewhere") == {("bundle.issuer", F)}


def test_a_bundle_of_another_root_is_found(keys: Path, tmp_path: Path) -> None:
    keystore.init(tmp_path / "other", algorithm=Algorithm.ES256, subject=DEMO, at=AT)
    shutil.copy(tmp_path / "other" / "public" / "trust.cose", keys / "public" / "trust.cose")
    assert codes(keys) == {("bundle.unusable", F)}


def test_the_published_root_is_compared_byte_for_byte(keys: Path, tmp_path: Path) -> None:
    keystore.init(tmp_path / "other", algorithm=Algorithm.ES256, subject=DEMO, at=AT)
    other = keystore.load(tmp_path / "other").root_certificate
    (keys / "public" / "root.pem").write_bytes(other.public_bytes(Encoding.PEM))
    assert codes(keys) == {("root.differs", F)}


def test_signers_on_their_way_in_and_out_are_named(tmp_path: Path) -> None:
    ceremony = Ceremony(home=tmp_path)
    ceremony.create_root()
    for role in Role:
        ceremony.add(role)
    ceremony.publish()
    later = ceremony.later(minutes=1)
    later.request(Role.CARD)
    assert codes(ceremony.keys, demo=True) == {("signer.requested", W)}
    later.certify("card-2")
    later.install("card-2")
    later.publish()
    later.rotate("card-2", Desks(enrolled=0))
    [finding] = found(ceremony.keys, demo=True)
    assert (finding.code, finding.where) == ("signer.replaced", "card")
    assert finding.cure == f"clearance keys retire --dir {ceremony.keys} card"
    later.distrust("card-2")
    assert ("signer.distrusted", F) in codes(ceremony.keys, demo=True)


def test_a_signing_key_that_the_bundle_does_not_name_or_calls_retired_is_found(tmp_path: Path) -> None:
    ceremony = Ceremony(home=tmp_path)
    ceremony.create_root()
    for role in Role:
        ceremony.add(role)
    ceremony.publish()
    bundle = (ceremony.keys / "public" / "trust.cose").read_bytes()
    ceremony.add(Role.CARD)
    later = ceremony.later(minutes=1)
    later.publish()
    later.rotate("card-2", Desks(enrolled=0))
    (ceremony.keys / "public" / "trust.cose").write_bytes(bundle)  # a backup was put back
    assert ("bundle.unnamed", F) in codes(ceremony.keys, demo=True)


def test_faults_come_first(keys: Path) -> None:
    (keys / "private" / "card.pem").chmod(0o644)
    gravities = [finding.gravity for finding in found(keys, days=24)]
    assert gravities == sorted(gravities, reverse=True)
    assert len(set(gravities)) == 2


def test_an_empty_directory_is_explained(tmp_path: Path) -> None:
    [finding] = found(tmp_path)
    assert finding.gravity is Gravity.FAULT
    assert "root.crt" in finding.said
    assert "clearance keys init" in finding.cure
