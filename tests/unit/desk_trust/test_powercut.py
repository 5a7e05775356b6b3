"""Whatever moment the power fails at, the desk starts with a good state and forgets nothing it once answered by."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from clearance.credential.held import HeldTrust
from clearance.credential.reasons import Reason
from clearance.credential.status import Status
from tests.unit.desk_trust.conftest import AT, Issuer, reason_of
from tests.unit.desk_trust.powercut import Recording
from tests.vectors.desk import IDX, URI
from verifier import truststore
from verifier.truststore import TrustStore

LATER, LATEST, LAST = AT + 3600, AT + 7200, AT + 9000
ONCE_REVOKED = 99

Recorder = Callable[[Callable[[], object]], Recording]


@pytest.fixture
def recorded(desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    def record(act: Callable[[], object]) -> Recording:
        before = Path(shutil.copytree(desk, tmp_path / "before"))
        recording = Recording(base=desk, before=before)
        assert recording.of(act, monkeypatch)
        return recording

    return record


@pytest.fixture
def store(issuer: Issuer, desk: Path) -> TrustStore:
    """A desk that has seen a card revoked, and then a list of an issuer that has forgotten it."""
    store = TrustStore(desk / "trust", desk / "state")
    assert store.offer_trust(issuer.current_trust())
    assert store.offer_status("26a", issuer.status({ONCE_REVOKED: Status.INVALID}, at=AT + 1))
    assert store.offer_status("26a", issuer.status({}, at=AT + 2))
    return store


def store_of(home: Path) -> TrustStore:
    return TrustStore(home / "trust", home / "state")


def sequence_of(held: HeldTrust) -> int:
    """The bundle that is used, which is the one remembered."""
    assert held.bundle is not None, held.faults
    assert held.floor.trust is not None
    assert held.floor.trust.number == held.bundle.sequence
    return held.bundle.sequence


def test_a_new_bundle_survives_every_power_cut(
    issuer: Issuer, store: TrustStore, tmp_path: Path, recorded: Recorder
) -> None:
    first, second = issuer.current_trust(), issuer.trust(at=LATER)
    recording = recorded(lambda: store.offer_trust(second))
    sequences = set()
    for home, acknowledged in recording.states(tmp_path / "after"):
        survivor = store_of(home)
        held = survivor.load()
        assert reason_of(issuer.card(), held, LATER) is Reason.VALID
        assert held.floor.was_invalid(URI, ONCE_REVOKED)
        assert sequence_of(held) == 2 or not acknowledged
        sequences.add(sequence_of(held))
        assert survivor.offer_trust(second)
        assert not survivor.offer_trust(first)
    assert sequences == {1, 2}


def test_a_new_list_survives_every_power_cut(
    issuer: Issuer, store: TrustStore, tmp_path: Path, recorded: Recorder
) -> None:
    revoking, clearing = issuer.status({IDX: Status.INVALID}, at=LATER), issuer.status({}, at=LATEST)
    recording = recorded(lambda: store.offer_status("26a", revoking))
    reasons = set()
    for home, acknowledged in recording.states(tmp_path / "after"):
        survivor = store_of(home)
        held = survivor.load()
        reason = reason_of(issuer.card(), held, LATER)
        assert reason is Reason.REVOKED or not acknowledged
        assert held.floor.was_invalid(URI, ONCE_REVOKED)
        assert held.floor.lists[URI].number >= AT + 2
        reasons.add(reason)
        assert survivor.offer_status("26a", clearing)
        after = reason_of(issuer.card(), survivor.load(), LATEST)
        assert after is reason, "what the desk once said stands: revoked stays revoked"
    assert reasons == {Reason.VALID, Reason.REVOKED}


def test_the_very_first_start_survives_every_power_cut(
    issuer: Issuer, desk: Path, tmp_path: Path, recorded: Recorder
) -> None:
    """Even the directory of the memory is new, and so is the one above it."""
    recording = recorded(lambda: TrustStore(desk / "trust", desk / "var" / "state").load().bundle)
    old = issuer.current_trust()
    states = 0
    for home, acknowledged in recording.states(tmp_path / "after"):
        assert (home / "var" / "state" / "floor.json").exists() or not acknowledged
        survivor = TrustStore(home / "trust", home / "var" / "state")
        assert reason_of(issuer.card(), survivor.load(), LATER) is Reason.VALID
        assert survivor.offer_trust(old)
        states += 1
    assert states >= 12


def test_the_first_pull_survives_every_power_cut(
    issuer: Issuer, desk: Path, tmp_path: Path, recorded: Recorder
) -> None:
    """A desk that came with nothing but the root."""
    shutil.rmtree(desk / "trust" / "status")
    (desk / "trust" / "trust.cose").unlink()
    store = store_of(desk)
    assert store.load().bundle is None
    trust, status = issuer.current_trust(), issuer.current_status()
    recording = recorded(lambda: store.offer_trust(trust) and store.offer_status("26a", status))
    reasons = set()
    for home, acknowledged in recording.states(tmp_path / "after"):
        survivor = store_of(home)
        reason = reason_of(issuer.card(), survivor.load(), LATER)
        assert reason is Reason.VALID or not acknowledged
        reasons.add(reason)
        assert survivor.offer_trust(trust)
        assert survivor.offer_status("26a", status)
        assert reason_of(issuer.card(), survivor.load(), LATER) is Reason.VALID
    assert reasons == {Reason.TRUST_UNUSABLE, Reason.STATUS_UNKNOWN, Reason.VALID}


@pytest.mark.parametrize("name", ["trust/trust.cose", "trust/status/26a.cwt", "state/floor.json"])
def test_a_power_cut_during_mending_changes_nothing(
    issuer: Issuer, desk: Path, store: TrustStore, tmp_path: Path, recorded: Recorder, name: str
) -> None:
    (desk / name).write_bytes(b"damaged")
    recording = recorded(lambda: store_of(desk).load().bundle)
    for home, _ in recording.states(tmp_path / "after"):
        held = store_of(home).load()
        assert reason_of(issuer.card(), held, LATER) is Reason.VALID
        assert held.floor.was_invalid(URI, ONCE_REVOKED)


def careless_about_content(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(".careless")
    temporary.write_bytes(content)
    temporary.replace(path)


def careless_about_names(path: Path) -> None:
    """Directories are not synced."""


@pytest.mark.parametrize(
    ("name", "carelessness"),
    [("write_atomically", careless_about_content), ("_sync_directory", careless_about_names)],
    ids=["content", "names"],
)
def test_the_model_notices_a_store_that_does_not_sync(
    issuer: Issuer,
    desk: Path,
    tmp_path: Path,
    recorded: Recorder,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    carelessness: Callable[..., None],
) -> None:
    monkeypatch.setattr(truststore, name, carelessness)
    shutil.rmtree(desk / "trust" / "status")
    (desk / "trust" / "trust.cose").unlink()
    store = store_of(desk)
    recording = recorded(lambda: store.offer_trust(issuer.current_trust()))
    usable = {
        store_of(home).load().bundle is not None
        for home, acknowledged in recording.states(tmp_path / "after")
        if acknowledged
    }
    assert False in usable
