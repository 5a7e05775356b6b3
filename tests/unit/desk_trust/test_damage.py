"""One file damaged, cut short or gone: the desk goes on with the last good state, and remembers no less than before."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from clearance.credential.reasons import Reason
from clearance.credential.status import Status
from tests.unit.desk_trust.conftest import AT, Issuer, reason_of
from tests.vectors.desk import IDX, URI
from verifier.truststore import TrustStore

LATER, LATEST = AT + 3600, AT + 7200
ONCE_REVOKED = 99

KEPT_TWICE = [
    "trust/trust.cose",
    "trust/trust.bak",
    "trust/status/26a.cwt",
    "trust/status/26a.bak",
    "state/floor.json",
    "state/floor.bak",
]


def missing(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    path.write_bytes(b"")


def halved(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def zeroed(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def one_bit(path: Path) -> None:
    """In a memory this turns one digit into another, which a parser alone would not notice."""
    content = path.read_bytes()
    at = content.find(b'"trust": [') + len(b'"trust": [') if path.name.startswith("floor") else len(content) // 2
    path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])


def a_block_of_another_file(path: Path) -> None:
    path.write_bytes(b"\xff\x00journal" * 400)


def a_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES = [missing, empty, halved, zeroed, one_bit, a_block_of_another_file, a_directory]
each_damage = pytest.mark.parametrize("damage", DAMAGES)


@pytest.fixture
def store(issuer: Issuer, desk: Path) -> TrustStore:
    """A desk at its second bundle, which saw two cards revoked, one of them by a list that has since forgotten it."""
    store = TrustStore(desk / "trust", desk / "state")
    assert store.offer_trust(issuer.trust(at=LATER))
    assert store.offer_status("26a", issuer.status({ONCE_REVOKED: Status.INVALID}, at=AT + 1))
    assert store.offer_status("26a", issuer.status({IDX: Status.INVALID}, at=LATER))
    return store


@pytest.mark.parametrize("name", KEPT_TWICE)
@each_damage
def test_any_file_that_is_kept_twice_may_be_damaged(
    issuer: Issuer, desk: Path, store: TrustStore, name: str, damage: Callable[[Path], None]
) -> None:
    before = store.load()
    damage(desk / name)
    survivor = TrustStore(desk / "trust", desk / "state")
    held = survivor.load()
    if name.endswith(".bak") or not (desk / name).is_dir():
        assert held.bundle == before.bundle
        assert held.lists == before.lists
    assert held.floor in (before.floor, type(before.floor)()), held.faults
    assert reason_of(issuer.card(), held, LATER) in (Reason.REVOKED, Reason.TRUST_UNUSABLE)
    assert not survivor.offer_trust(Issuer().current_trust()), "an older bundle"
    if (desk / name).is_dir():
        shutil.rmtree(desk / name)
    assert survivor.offer_trust(issuer.trust(at=LATEST))
    assert survivor.offer_status("26a", issuer.status({}, at=LATEST))
    after = survivor.load()
    assert reason_of(issuer.card(), after, LATEST) is Reason.REVOKED
    assert after.floor.was_invalid(URI, ONCE_REVOKED)


@pytest.mark.parametrize("name", ["trust/trust.cose", "trust/status/26a.cwt", "state/floor.json"])
def test_what_is_mended_is_written_back(issuer: Issuer, desk: Path, store: TrustStore, name: str) -> None:
    whole = (desk / name).read_bytes()
    (desk / name).write_bytes(b"damaged")
    store.load()
    assert (desk / name).read_bytes() == whole


def test_a_running_desk_notices_damage_and_mends_it(issuer: Issuer, desk: Path, store: TrustStore) -> None:
    before = store.load()
    (desk / "trust" / "trust.cose").unlink()
    (desk / "trust" / "status" / "26a.cwt").write_bytes(b"")
    after = store.load()
    assert (after.bundle, after.lists, after.floor) == (before.bundle, before.lists, before.floor)


@pytest.mark.parametrize("name", ["trust/trust.cose", "trust/status/26a.cwt"])
@each_damage
def test_with_file_and_copy_damaged_the_memory_still_holds(
    issuer: Issuer, desk: Path, store: TrustStore, name: str, damage: Callable[[Path], None]
) -> None:
    before = store.load()
    for path in (desk / name, (desk / name).with_suffix(".bak")):
        damage(path)
    held = TrustStore(desk / "trust", desk / "state").load()
    assert held.floor == before.floor
    assert reason_of(issuer.card(), held, LATER) in (Reason.TRUST_UNUSABLE, Reason.REVOKED)


@each_damage
def test_without_its_root_a_desk_trusts_nothing_and_forgets_nothing(
    issuer: Issuer, desk: Path, store: TrustStore, damage: Callable[[Path], None]
) -> None:
    """The root has no copy: whoever takes it away means it."""
    before, root = store.load(), desk / "trust" / "root.pem"
    whole = root.read_bytes()
    damage(root)
    held = TrustStore(desk / "trust", desk / "state").load()
    assert reason_of(issuer.card(), held, LATER) is Reason.TRUST_UNUSABLE
    assert held.floor == before.floor
    if root.is_dir():
        root.rmdir()
    root.write_bytes(whole)
    assert store.load() == before


def test_an_older_bundle_or_list_laid_on_the_disk_is_not_mended_away(
    issuer: Issuer, desk: Path, store: TrustStore
) -> None:
    """Both are genuine; whoever laid them there should hear of it."""
    first = Issuer()
    (desk / "trust" / "status" / "26a.cwt").write_bytes(first.status({}, at=LATER - 1))
    assert store.load().lists[URI].rolled_back
    (desk / "trust" / "trust.cose").write_bytes(first.current_trust())
    assert store.load().bundle is None


def test_a_store_without_memory_writes_nothing_even_to_mend(issuer: Issuer, desk: Path, store: TrustStore) -> None:
    (desk / "trust" / "trust.cose").unlink()
    assert TrustStore(desk / "trust").load().bundle is None
    assert not (desk / "trust" / "trust.cose").exists()


def test_a_disk_that_cannot_be_written_is_not_mended_and_trusts_nothing_wrong(
    issuer: Issuer, desk: Path, store: TrustStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(path: Path, content: bytes) -> None:
        raise OSError(30, "Read-only file system")

    before = store.load()
    (desk / "trust" / "trust.cose").write_bytes(b"damaged")
    monkeypatch.setattr("verifier.truststore.write_atomically", read_only)
    held = TrustStore(desk / "trust", desk / "state").load()
    assert (held.bundle, held.floor) == (None, before.floor)
