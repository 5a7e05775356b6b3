"""What `pip install` gives must be what the tests ran on."""

import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import pytest

PACKAGES = {"clearance": "clearance", "verifier": "verifier", "templates": "clearance_templates"}
NOT_INSTALLED = {"README.md"}


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of all files in a wheel built from what git tracks."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in tracked(root):
        copy = source / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((root / name).read_bytes())
    build = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, str(out)], cwd=source, check=True, capture_output=True)
    (built,) = out.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


def tracked(root: Path) -> list[str]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True, text=True).stdout
    return [name for name in listing.split("\0") if name and (root / name).is_file()]


def test_the_wheel_holds_every_file_of_the_packages(root: Path, wheel: set[str]) -> None:
    expected = set()
    for name in map(PurePosixPath, tracked(root)):
        if name.parts[0] in PACKAGES and name.name not in NOT_INSTALLED:
            expected.add(str(PurePosixPath(PACKAGES[name.parts[0]], *name.parts[1:])))
    assert expected - wheel == set()


def test_the_wheel_holds_nothing_else(wheel: set[str]) -> None:
    tops = {name.split("/")[0] for name in wheel}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES.values())


def test_locks_and_configuration_name_no_registry(root: Path) -> None:
    for name in tracked(root):
        if name.startswith("requirements/") or name.endswith(("package-lock.json", "pyproject.toml", "setup.cfg")):
            text = (root / name).read_text(encoding="utf-8")
            assert "--index-url" not in text, name
            assert '"resolved"' not in text, name
            assert "files.pythonhosted" not in text, name
