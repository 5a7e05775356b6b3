#!/usr/bin/env python3
"""One door for every task: `python3 dev.py run | test | check | bench | vectors | mutation | fuzz | pictures | lock |
desk-bundle | sbom | audit`.

Needs Python 3.11 with pip and nothing else. It decides how the environment is made and what a task starts; what a task
does is the business of the program it starts.
"""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENV = ROOT / ".venv"
BIN = ENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
LOCKS = ROOT / "requirements"
INTEROP = ROOT / "tests" / "interop"
DESK_IN_BROWSER = ROOT / "tests" / "e2e" / "desk"

# What tests use and PyPI cannot give. The first column is a program whose presence makes the packages unnecessary.
SYSTEM_PACKAGES = {
    "chromium": ["chromium"],
    "fc-match": ["fontconfig"],
    "pdfsig": ["poppler-utils"],
    "mutool": ["mupdf-tools"],
    "qpdf": ["qpdf"],
    "certutil": ["libnss3-tools"],
    "openssl": ["openssl"],
    "softhsm2-util": ["softhsm2"],
    "hb-view": ["libharfbuzz-bin"],
    "pg_ctlcluster": ["postgresql"],
    "node": ["nodejs"],
    "npm": ["npm"],
    "Xvfb": ["xvfb"],
    "xdotool": ["xdotool"],
    "strace": ["strace"],
    "setxkbmap": ["x11-xkb-utils"],
    "nginx": ["nginx-light"],
    "systemd-analyze": ["systemd"],
    "redis-server": ["redis-server"],
    "promtool": ["prometheus"],
    "gcc": ["gcc", "libc6-dev"],
    "ip": ["iproute2"],
    "iptables": ["iptables"],
    "clamd": ["clamav-daemon"],
}
BENGALI_FONT = Path("/usr/share/fonts/truetype/noto/NotoSansBengali-Regular.ttf")


def main(arguments: Sequence[str]) -> int:
    """Run one task; the exit status is that of the program it started."""
    if sys.version_info < (3, 11):
        return fail(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}.")
    task, *rest = arguments or ["help"]
    if task not in TASKS:
        print(f"Usage: python3 dev.py {' | '.join(TASKS)}", file=sys.stderr)
        return 64
    try:
        return TASKS[task](rest)
    except subprocess.CalledProcessError as error:
        return fail(f"This step failed (exit status {error.returncode}): {' '.join(map(str, error.cmd))}")
    except KeyboardInterrupt:
        return 130


def fail(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


def install(lock: str) -> None:
    """Make .venv match one hashed lock; when nothing changed since the last call, do nothing.

    uv installs four to five times faster than pip and is pinned by hash itself; where it cannot be had, pip does it.
    The environment is made without a pip of its own, because this Python's pip can fill it and that saves seconds.
    """
    wanted = LOCKS / f"{lock}.lock"
    stamp = ENV / "installed"
    if PYTHON.exists() and stamp.exists() and digest_of(lock) in stamp.read_text().splitlines():
        return
    print("Preparing .venv (the first time takes about half a minute) ...", flush=True)
    if not PYTHON.exists():
        venv.create(ENV, with_pip=False, clear=True)
    pip = [sys.executable, "-m", "pip", "--python", str(PYTHON), "install", "-q", "--disable-pip-version-check"]
    uv = [str(BIN / "uv"), "pip", "install", "-q", "--python", str(PYTHON)]
    quick = subprocess.call([*pip, "--require-hashes", "-r", str(LOCKS / "installer.lock")]) == 0
    # Bytecode now, as pip does: else the first start of each program, or every start of some users, would make it.
    from_lock = [*uv, "--compile-bytecode", "--require-hashes", "-r", str(wanted)]
    installer = uv if quick and subprocess.call(from_lock) == 0 else pip
    if installer is pip:
        subprocess.check_call([*pip, "--require-hashes", "-r", str(wanted)])
    subprocess.check_call([*installer, "--no-deps", "--no-build-isolation", "-e", str(ROOT)])
    link_for_type_checker()
    # The larger lock contains the smaller one, so that `make run` after `make test` has nothing to do.
    covered = ["run", "dev"] if lock == "dev" else ["run"]
    stamp.write_text("\n".join(map(digest_of, covered)))


def digest_of(lock: str) -> str:
    """What an environment made from this lock and these settings is stamped with."""
    inputs = (LOCKS / f"{lock}.lock").read_bytes() + (ROOT / "pyproject.toml").read_bytes()
    return f"{lock} {hashlib.sha256(inputs).hexdigest()}"


def link_for_type_checker() -> None:
    """mypy cannot follow the renamed package of an editable install; a link under its true name lets it."""
    link = ENV / "typing" / "clearance_templates"
    link.parent.mkdir(exist_ok=True)
    if not link.exists() and os.name != "nt":
        link.symlink_to(ROOT / "templates", target_is_directory=True)


def install_system_packages() -> None:
    """apt-get what the tests need and this machine lacks, where root or a password-free sudo can."""
    missing = [name for program, names in SYSTEM_PACKAGES.items() if not shutil.which(program) for name in names]
    missing += [] if BENGALI_FONT.exists() else ["fonts-noto-core"]
    if not missing:
        return
    sudo = [] if hasattr(os, "geteuid") and os.geteuid() == 0 else ["sudo", "-n"]
    can = shutil.which("apt-get") and (not sudo or subprocess.call([*sudo, "true"], stderr=subprocess.DEVNULL) == 0)
    if not can:
        print(f"Neither root nor sudo is at hand to install: {' '.join(missing)}. Tests that need them are skipped.")
        return
    print(f"Installing system packages: {' '.join(missing)} ...", flush=True)
    apt = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "DPkg::Lock::Timeout=300"]
    quiet = {"stdout": subprocess.DEVNULL}
    subprocess.check_call([*apt, "update"], **quiet)
    subprocess.check_call([*apt, "install", "-y", "--no-install-recommends", *missing], **quiet)


def install_node_packages() -> None:
    """The npm packages that serve as second opinions, as pinned in tests/interop/package-lock.json."""
    lock = INTEROP / "package-lock.json"
    stamp = INTEROP / "node_modules" / ".installed"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if not shutil.which("npm") or (stamp.exists() and stamp.read_text() == digest):
        return
    subprocess.check_call(["npm", "ci", "--ignore-scripts", "--loglevel=error", "--no-audit", "--no-fund"], cwd=INTEROP)
    stamp.write_text(digest)


def python(*arguments: str, **environment: str) -> int:
    """Run the environment's Python with the project as working directory.

    Ctrl-C reaches the program as well, which ends as it likes and in its own time; we only wait for it.
    """
    with subprocess.Popen([str(PYTHON), *arguments], cwd=ROOT, env={**os.environ, **environment}) as program:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            return program.wait()
        finally:
            signal.signal(signal.SIGINT, before)


def run(rest: list[str]) -> int:
    install("run")
    return python("-m", "clearance", "demo", *rest)


def check(_: list[str]) -> int:
    install("dev")
    steps = (
        ["-m", "ruff", "check"],
        ["-m", "ruff", "format", "--check"],
        ["-m", "mypy", "-p", "clearance", "-p", "verifier", "-p", "clearance_templates"],
        ["-c", "from importlinter.cli import lint_imports_command as lint; lint()"],
    )
    return max(python(*step) for step in steps)


def test(rest: list[str]) -> int:
    install("dev")
    install_system_packages()
    install_node_packages()
    if rest:
        return python("-m", "pytest", *rest)
    # A file stays on one worker: its tests share what they start (an installed desk, a server, a demo). Tests in a
    # browser keep an event loop running, beside which no other test could start its own. The desk's run alone: they
    # type as fast as scanners do, which a busy machine does not.
    on_two = ("-m", "pytest", "-q", "-n", "2", "--dist", "loadfile")
    return (
        check([])
        or python(*on_two, "-m", "not browser")
        or python(*on_two, "-m", "browser", f"--ignore={DESK_IN_BROWSER}")
        or python("-m", "pytest", "-q", str(DESK_IN_BROWSER))
    )


def bench(rest: list[str]) -> int:
    install("dev")
    install_system_packages()
    return python("-m", "pytest", "tests/bench", "-m", "bench", "-q", "-s", "-p", "no:xdist", *rest)


def vectors(_: list[str]) -> int:
    install("dev")
    return python("-m", "tests.vectors.build")


def mutation(rest: list[str]) -> int:
    install("dev")
    return python("-m", "tests.mutation.run", *rest)


def fuzz(rest: list[str]) -> int:
    """As many executions as said (a million unless said), half of them of texts; what is new is kept in var/fuzz."""
    install("dev")
    executions = int(rest[0]) if rest else 1_000_000
    for target, share in (("text", 2), ("trust", 4), ("status", 4)):
        grown = ROOT / "var" / "fuzz" / target
        grown.mkdir(parents=True, exist_ok=True)
        options = (f"-runs={executions // share}", "-verbosity=0", "-print_final_stats=1", f"-artifact_prefix={grown}-")
        if status := python("-m", f"tests.fuzz.{target}", *options, str(grown)):
            return fail(f"{target}: something escaped; the input lies beside {grown} (see docs/TESTING.md).") or status
    return 0


def pictures(_: list[str]) -> int:
    install("dev")
    install_system_packages()
    return python("-m", "tests.e2e.pictures")


def lock(_: list[str]) -> int:
    """Pin the newest versions. The locks hold names, versions and hashes, never where they came from."""
    install("dev")
    compile_ = [str(BIN / "uv"), "pip", "compile", "-q", "--upgrade", "--universal", "--python-version", "3.11"]
    compile_ += ["--generate-hashes", "--no-emit-index-url", "--no-annotate", "--no-header", "pyproject.toml"]
    targets: dict[str, list[str]] = {
        "run": ["issuer", "desk"],
        "dev": ["issuer", "desk", "hsm", "postgres", "redis", "s3", "dev"],
    }
    for name, extras in targets.items():
        chosen = [word for extra in extras for word in ("--extra", extra)]
        lock_file = str(LOCKS / f"{name}.lock")
        subprocess.check_call([*compile_, *chosen, "--group", "build", "-o", lock_file], cwd=ROOT)
    of_dev = [word for extra in ("issuer", "hsm", "postgres", "redis", "s3") for word in ("--extra", extra)]
    of_dev += ["--group", "build", "-c", str(LOCKS / "dev.lock"), "-o", str(LOCKS / "server.lock")]  # for the image
    subprocess.check_call([*compile_, *of_dev], cwd=ROOT)
    of_run = ["--extra", "desk", "-c", str(LOCKS / "run.lock"), "-o", str(LOCKS / "desk.lock")]  # for the kit alone
    subprocess.check_call([*compile_, *of_run], cwd=ROOT)
    return 0


def desk_bundle(rest: list[str]) -> int:
    install("dev")
    return python("-m", "deploy.desk_kit", *rest)


def sbom(_: list[str]) -> int:
    install("dev")
    return python("-m", "deploy.sbom", "dist/sbom.json")


def audit(_: list[str]) -> int:
    """0: asked, nothing known; 1: a weakness is known; 2: no advisory service answered."""
    install("dev")
    return python("-m", "deploy.audit")


def usage(_: list[str]) -> int:
    print(__doc__)
    return 0


TASKS: dict[str, Callable[[list[str]], int]] = {
    "help": usage, "run": run, "test": test, "check": check, "bench": bench,
    "vectors": vectors, "mutation": mutation, "fuzz": fuzz, "pictures": pictures, "lock": lock,
    "desk-bundle": desk_bundle, "sbom": sbom, "audit": audit,
}  # fmt: skip

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
