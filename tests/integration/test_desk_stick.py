"""A desk without a line, brought up to date by USB stick."""

import io
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from clearance.credential.reasons import Reason
from clearance.credential.status import Status
from tests.unit.desk.bureau import NOW, Bureau
from tests.unit.desk.test_check import scan
from verifier.desk import judge
from verifier.stick import NotAStick, read_stick, write_stick
from verifier.truststore import TrustStore

REVOKED_IDX = 7


@pytest.fixture
def bureau(tmp_path: Path) -> Bureau:
    bureau = Bureau(tmp_path / "keys")
    bureau.publish({}, at=NOW - 30)
    return bureau


def desk(bureau: Bureau, home: Path) -> TrustStore:
    shutil.copytree(bureau.public, home / "trust")
    return TrustStore(home / "trust", home / "state")


def taken(path: Path, store: TrustStore) -> tuple[tuple[str, ...], tuple[str, ...]]:
    with path.open("rb") as file:
        answer = read_stick(file, store, witness=lambda _token: True)
    return answer.held, answer.refused


def reason(store: TrustStore, bureau: Bureau) -> Reason:
    return judge(scan(bureau.card(idx=REVOKED_IDX)), held=store.load(), at=NOW, passport_no=None)[1].reason


def test_a_cancelled_card_is_refused_after_the_stick_came(bureau: Bureau, tmp_path: Path) -> None:
    far = desk(bureau, tmp_path / "far")
    assert reason(far, bureau) is Reason.VALID
    bureau.publish({REVOKED_IDX: Status.INVALID}, at=NOW - 10)
    names = write_stick(tmp_path / "stick.zip", bureau.public, checkpoint=None)
    held, refused = taken(tmp_path / "stick.zip", far)
    assert (set(held), refused) == (set(names), ())
    assert reason(far, bureau) is Reason.REVOKED


def test_an_older_stick_takes_nothing_back(bureau: Bureau, tmp_path: Path) -> None:
    write_stick(tmp_path / "old.zip", bureau.public, checkpoint=None)
    bureau.publish({REVOKED_IDX: Status.INVALID}, at=NOW - 10)
    far = desk(bureau, tmp_path / "far")
    assert reason(far, bureau) is Reason.REVOKED
    _, refused = taken(tmp_path / "old.zip", far)
    assert refused != ()
    assert reason(far, bureau) is Reason.REVOKED


def test_a_stick_of_another_office_is_refused_whole(bureau: Bureau, tmp_path: Path) -> None:
    other = Bureau(tmp_path / "other-keys")
    other.publish({REVOKED_IDX: Status.INVALID}, at=NOW - 10)
    write_stick(tmp_path / "foreign.zip", other.public, checkpoint=None)
    far = desk(bureau, tmp_path / "far")
    held, _ = taken(tmp_path / "foreign.zip", far)
    assert held == ()
    assert reason(far, bureau) is Reason.VALID


def test_what_is_no_stick_is_said_so_and_what_is_too_large_is_not_unpacked(bureau: Bureau, tmp_path: Path) -> None:
    far = desk(bureau, tmp_path / "far")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("trust.cose", b"\0" * (1 << 28))
        archive.writestr("../../etc/passwd", b"x")
    for content in (b"", b"PK\x03\x04 nonsense", bomb.getvalue()):
        with pytest.raises(NotAStick):
            read_stick(io.BytesIO(content), far, witness=lambda _token: True)
    assert reason(far, bureau) is Reason.VALID


def test_the_commands_carry_it_from_desk_to_desk(bureau: Bureau, tmp_path: Path) -> None:
    desk(bureau, tmp_path / "far")
    bureau.publish({REVOKED_IDX: Status.INVALID}, at=NOW - 10)
    desk(bureau, tmp_path / "near")
    stick = str(tmp_path / "stick.zip")

    def bundle(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "verifier", "bundle", *words]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert bundle("export", "--home", str(tmp_path / "near"), stick).returncode == 0
    assert bundle("export", "--home", str(tmp_path / "near"), stick).returncode == 1  # nothing is written over
    came = bundle("import", "--home", str(tmp_path / "far"), stick)
    assert (came.returncode, "REFUSED" in came.stdout) == (0, False)
    assert reason(TrustStore(tmp_path / "far" / "trust", tmp_path / "far" / "state"), bureau) is Reason.REVOKED
    assert bundle("import", "--home", str(tmp_path / "far"), __file__).returncode == 64
