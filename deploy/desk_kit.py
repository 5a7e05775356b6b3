"""Make the kit that installs a desk on a computer without network: `make desk-bundle HOME_OF_OFFICE=/srv/clearance`.

Decides what lies in the ZIP file: wheels of the locked versions for Linux and Windows with their hashes, our own wheel,
the pinned root, the trust data as on a USB stick, and the scripts that install and start (docs/adr/0113). What is done
with them at the desk is the business of those scripts in `deploy/desk/`.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import tomllib
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from verifier.stick import NotAStick, write_stick

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements" / "desk.lock"
SCRIPTS = ROOT / "deploy" / "desk"
BUILT_FROM = ("clearance", "verifier", "templates", "pyproject.toml", "README.md", "LICENSE")
MANYLINUX = [f"manylinux_2_{minor}_x86_64" for minor in (28, 27, 26, 24, 17, 12, 5)] + ["manylinux2014_x86_64"]
PLATFORMS = {"linux": MANYLINUX, "windows": ["win_amd64"]}
PYTHONS = ("3.11", "3.12", "3.13")
EVERYWHERE = tuple(f"{platform}-{python}" for platform in PLATFORMS for python in PYTHONS)


class NoKit(Exception):
    """The kit cannot be made; the text says what to do."""


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="desk-kit-") as scratch:
        try:
            kit = make_kit(Path(scratch), options)
        except (NoKit, NotAStick, OSError) as error:
            sys.stderr.write(f"No kit was made: {error}\n")
            return 1
    sys.stdout.write(f"{kit}  {kit.stat().st_size / 1e6:.0f} MB  SHA-256 {sha256(kit.read_bytes()).hexdigest()}\n")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make desk-bundle", description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--home", type=Path, help="installation of the office; its keys/public is taken")
    source.add_argument("--trust", type=Path, help="folder of trust.cose and status/, as a desk or a signer holds it")
    parser.add_argument("--root", type=Path, help="root certificate to pin [root.pem beside trust.cose]")
    parser.add_argument("--issuer", help="address of the office, such as https://clearance.bmet.gov.bd")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="folder for the kit [dist]")
    parser.add_argument("--for", dest="targets", action="append", choices=EVERYWHERE, help="[all of them]")
    options = parser.parse_args()
    if options.issuer and urlsplit(options.issuer).scheme not in {"http", "https"}:
        parser.error("--issuer must look like https://host")
    return options


def make_kit(scratch: Path, options: argparse.Namespace) -> Path:
    """The finished ZIP file. Raises NoKit, NotAStick, OSError."""
    trust = options.trust or options.home / "keys" / "public"
    root = options.root or trust / "root.pem"
    if not root.is_file():
        raise NoKit(f"{root} is missing; name the root certificate with --root")
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    name = f"desk-kit-{version}"
    kit = scratch / name
    shutil.copytree(SCRIPTS, kit)
    download(kit / "wheels", options.targets or EVERYWHERE)
    own = build(scratch / "source", kit / "wheels")
    pinned = f"clearance=={version} --hash=sha256:{sha256(own.read_bytes()).hexdigest()}\n"
    (kit / "requirements.txt").write_text(LOCK.read_text("utf-8") + pinned, "utf-8")
    (kit / "version.txt").write_text(f"{version}\n", "ascii")
    (kit / "desk.json").write_text(json.dumps({"issuer_url": options.issuer} if options.issuer else {}), "ascii")
    shutil.copyfile(root, kit / "root.pem")
    write_stick(kit / "trust.zip", trust, checkpoint=None)
    options.out.mkdir(parents=True, exist_ok=True)
    return packed(kit, options.out / f"{name}.zip")


def download(wheels: Path, targets: list[str] | tuple[str, ...]) -> None:
    """The locked wheels of each target; pip refuses what has another hash. Raises NoKit."""
    pip = [sys._base_executable, "-m", "pip", "download", "-qq", "--disable-pip-version-check"]  # type: ignore[attr-defined]
    pip += ["--no-deps", "--only-binary=:all:", "--require-hashes", "-r", str(LOCK), "-d", str(wheels)]
    for target in targets:
        platform, _, python = target.partition("-")
        tags = [word for tag in PLATFORMS[platform] for word in ("--platform", tag)]
        if subprocess.call([*pip, *tags, "--python-version", python, "--implementation", "cp"]):  # noqa: S603
            raise NoKit(f"the wheels for {target} did not come; is the package registry in reach?")


def build(source: Path, wheels: Path) -> Path:
    """Our own wheel, from a copy, so that nothing of an earlier build gets in. Raises NoKit."""
    source.mkdir()
    for name in BUILT_FROM:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(ROOT / name, source / name)
    make = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"
    done = subprocess.run([sys.executable, "-c", make, str(wheels)], cwd=source, capture_output=True, check=False)  # noqa: S603
    built = list(wheels.glob("clearance-*.whl"))
    if done.returncode or len(built) != 1:
        raise NoKit(f"our own wheel cannot be built:\n{done.stderr.decode(errors='replace')[-2000:]}")
    return built[0]


def packed(kit: Path, path: Path) -> Path:
    """One ZIP file; the scripts in it may be run, and wheels are not compressed a second time."""
    with ZipFile(path, "w") as archive:
        for file in sorted(each for each in kit.rglob("*") if each.is_file()):
            entry = ZipInfo.from_file(file, str(file.relative_to(kit.parent)))
            entry.external_attr = (0o100755 if file.suffix == ".sh" else 0o100644) << 16
            entry.compress_type = ZIP_STORED if file.suffix in {".whl", ".zip"} else ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes())
    return path


if __name__ == "__main__":
    sys.exit(main())
