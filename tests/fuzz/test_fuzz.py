"""A short run of each fuzz target over its saved corpus; `make fuzz` makes the long ones."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytest.importorskip("atheris", reason="atheris is not installed (it has no wheel for this system or Python)")

CORPUS = ROOT / "tests" / "fuzz" / "corpus"
TARGETS = ["text", "trust", "status"]


@pytest.mark.parametrize("target", TARGETS)
def test_two_thousand_runs_and_the_saved_corpus_find_nothing(target: str, tmp_path: Path) -> None:
    options = ["-runs=2000", "-seed=1", "-verbosity=0", f"-artifact_prefix={tmp_path}/"]
    run = _run(["-m", f"tests.fuzz.{target}"], *options, str(tmp_path))
    assert run.returncode == 0, run.stdout[-4000:]


def test_the_saved_corpus_is_small_and_holds_nothing_twice() -> None:
    files = [path for path in CORPUS.rglob("*") if path.is_file()]
    assert {path.parent.name for path in files} == set(TARGETS)
    assert len(files) < 500
    assert sum(path.stat().st_size for path in files) < 1 << 20
    assert len({path.read_bytes() for path in files}) == len(files)


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_can_fail(target: str, tmp_path: Path) -> None:
    """A reader that takes any signature is found out within moments."""
    careless = (
        f"import clearance.credential.signers as signers, tests.fuzz.{target} as target, tests.fuzz.engine as engine;"
        "import clearance.credential.trust as trust;"
        "signers.verify_sign1 = trust.verify_sign1 = lambda message, *, key: None;"
        f"engine.fuzz('{target}', target.judge, target.mutate, max_len=6000, peak_mib=64)"
    )
    run = _run(["-c", careless], "-runs=20000", "-seed=1", f"-artifact_prefix={tmp_path}/", str(tmp_path))
    assert run.returncode != 0
    assert "accepted, and not signed" in run.stdout


def _run(program: list[str], *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *program, *options]
    return subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=240
    )
