"""The kit for desks without network: made here, unpacked in an empty folder, installed and started with no registry."""

import json
import os
import signal
import subprocess
import sys
import zipfile
from hashlib import sha256
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.unit.desk.bureau import NOW, Bureau

HERE = f"linux-{sys.version_info.major}.{sys.version_info.minor}"
NO_NETWORK = {
    "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
    "http_proxy": "http://127.0.0.1:9",
    "https_proxy": "http://127.0.0.1:9",
    "PIP_NO_CACHE_DIR": "1",
    "PIP_CONFIG_FILE": os.devnull,
}

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kit for Linux is tried on Linux")


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Bureau:
    bureau = Bureau(tmp_path_factory.mktemp("bureau") / "keys")
    bureau.publish({}, at=NOW - 30)
    return bureau


@pytest.fixture(scope="module")
def kit(bureau: Bureau, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked kit, for this machine alone: the other five platforms differ in their wheels only."""
    folder = tmp_path_factory.mktemp("kit")
    command = [sys.executable, "-m", "deploy.desk_kit", "--trust", str(bureau.public), "--out", str(folder)]
    command += ["--for", HERE, "--issuer", "https://clearance.example"]
    made = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if "did not come" in made.stderr:
        pytest.skip("no package registry in reach")
    assert made.returncode == 0, made.stderr
    (archive,) = folder.glob("desk-kit-*.zip")
    assert sha256(archive.read_bytes()).hexdigest() in made.stdout
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(archive), str(folder)], check=True)
    with zipfile.ZipFile(archive) as packed:
        script = packed.getinfo(f"{archive.stem}/start-desk.sh")
        assert script.external_attr >> 16 & 0o111, "may be run"
    return folder / archive.stem


@pytest.fixture(scope="module")
def installed(kit: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a computer on which the kit was started once; no registry answers there."""
    place = tmp_path_factory.mktemp("computer")
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_", "VERIFIER_"))}
    python = str(getattr(sys, "_base_executable", sys.executable))
    return {**own, **NO_NETWORK, "DESK_FOLDER": str(place), "PYTHON": python, "PYTHONUNBUFFERED": "1"}


def started(kit: Path, environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["sh", str(kit / "start-desk.sh"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_it_installs_without_network_and_checks_a_card(kit: Path, installed: dict[str, str], bureau: Bureau) -> None:
    home = Path(installed["DESK_FOLDER"]) / "home"
    said = started(kit, installed, "check", "--bundle", str(home / "trust"), bureau.card())
    assert "MD KARIM" in said.stdout, said.stderr
    assert (home / "trust" / "root.pem").read_bytes() == (bureau.public / "root.pem").read_bytes()
    assert (home / "trust" / "status" / "26a.cwt").is_file()
    assert json.loads((home / "desk.json").read_text()) == {"issuer_url": "https://clearance.example"}


def test_the_installed_desk_opens_and_gives_a_verdict(kit: Path, installed: dict[str, str], bureau: Bureau) -> None:
    command = ["sh", str(kit / "start-desk.sh"), "run", "--port", "0", "--desk", "ZYL-1"]
    with subprocess.Popen(command, env=installed, stdout=subprocess.PIPE, text=True) as desk:
        assert desk.stdout
        line = next(said for said in desk.stdout if "http://" in said)
        body = json.dumps({"candidates": [bureau.card()], "source": "keyboard"}).encode()
        headers = {"X-Desk": "test", "Content-Type": "application/json"}
        with urlopen(Request(line.split()[-1] + "scan", body, headers), timeout=30) as answer:
            assert json.load(answer)["genuine"] is True
        desk.send_signal(signal.SIGTERM)
        assert desk.wait(20) == 0


def test_another_kit_does_not_change_whom_the_desk_believes(
    kit: Path, installed: dict[str, str], tmp_path: Path
) -> None:
    pinned = Path(installed["DESK_FOLDER"]) / "home" / "trust" / "root.pem"
    before, own = pinned.read_bytes(), (kit / "root.pem").read_bytes()
    other = Bureau(tmp_path / "other").public / "root.pem"
    (kit / "root.pem").write_bytes(other.read_bytes())
    said = started(kit, installed, "--version")
    (kit / "root.pem").write_bytes(own)
    assert "pinned to another root" in said.stderr
    assert pinned.read_bytes() == before


def test_a_wheel_that_was_changed_is_not_installed(kit: Path, installed: dict[str, str]) -> None:
    """By the line of the start script; a second environment would take ten seconds and prove no more."""
    assert "--no-index" in (script := (kit / "start-desk.sh").read_text())
    assert "--require-hashes" in script
    (wheel,) = (kit / "wheels").glob("waitress-*.whl")
    own = wheel.read_bytes()
    (python,) = Path(installed["DESK_FOLDER"]).glob("program-*/bin/python")
    install = [str(python), "-m", "pip", "install", "--dry-run", "--force-reinstall", "--no-index", "--require-hashes"]
    install += ["--find-links", str(kit / "wheels"), "-r", str(kit / "requirements.txt")]

    def tried() -> subprocess.CompletedProcess[str]:
        return subprocess.run(install, env=installed, capture_output=True, text=True, check=False)

    with zipfile.ZipFile(wheel, "a") as changed:
        changed.writestr("waitress/more.py", "")
    refused = tried()
    wheel.write_bytes(own)
    assert refused.returncode != 0
    assert "HASHES" in refused.stderr.upper()
    assert tried().returncode == 0
