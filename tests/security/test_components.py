"""What the product is made of: a bill of materials that names every part, licences we may use, versions without known
weaknesses."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.model.component import ComponentScope
from packaging.version import Version

from deploy.audit import Outcome, report_of
from deploy.sbom import LOCKS, as_json, bill, licence_of, read_lock, scopes

ALL_LOCKS = sorted(path.name for path in LOCKS.glob("*.lock"))


@pytest.fixture(scope="module")
def sbom() -> dict[str, Any]:
    """The bill as it is written; making it checks it against the schema of CycloneDX."""
    made: dict[str, Any] = json.loads(as_json(bill()))
    return made


def test_the_bill_names_every_locked_package_with_its_digests(sbom: dict[str, Any]) -> None:
    assert (sbom["bomFormat"], sbom["specVersion"]) == ("CycloneDX", "1.6")
    parts = {(part["name"], part["version"]): part for part in sbom["components"]}
    for lock in ("dev", "run", "desk"):
        for locked in read_lock(LOCKS / f"{lock}.lock"):
            part = parts[locked.name, locked.version]
            (files,) = part["externalReferences"]
            assert {digest["content"] for digest in files["hashes"]} >= set(locked.digests) > set(), locked.name


def test_the_bill_tells_what_runs_from_what_tests_need(sbom: dict[str, Any]) -> None:
    scope = {part["name"]: part["scope"] for part in sbom["components"]}
    assert scope["cryptography"] == scope["flask"] == "required"
    assert scope["python-pkcs11"] == scope["psycopg"] == scope["obstore"] == scope["redis"] == "optional"
    assert scope["pytest"] == scope["pymupdf"] == "excluded"


def test_every_part_has_a_licence_that_we_may_use() -> None:
    rules = tomllib.loads((LOCKS / "licences.toml").read_text("utf-8"))
    accepted, of_tests = set(rules["accepted"]), rules["tests-only"]
    for name, scope in scopes().items():
        if scope is ComponentScope.EXCLUDED and name in of_tests:
            continue
        assert may_be_used(licence_of(name), accepted), f"{name}: {licence_of(name)}"


def test_what_only_tests_may_use_is_no_part_of_the_product(root: Path) -> None:
    rules = tomllib.loads((LOCKS / "licences.toml").read_text("utf-8"))
    assert {scopes()[name] for name in rules["tests-only"]} == {ComponentScope.EXCLUDED}
    modules = [path for name in ("clearance", "verifier", "templates") for path in (root / name).rglob("*.py")]
    imported = re.compile(r"^\s*(?:import|from)\s+(?:fitz|pymupdf|pymupdf4llm)\b", re.M)
    assert [path.name for path in modules if imported.search(path.read_text("utf-8"))] == []


@pytest.mark.parametrize("lock", ALL_LOCKS)
def test_no_lock_holds_a_version_with_a_weakness_we_know_of(lock: str) -> None:
    floors = tomllib.loads((LOCKS / "floors.toml").read_text("utf-8"))["floor"]
    low = [
        f"{locked.name} {locked.version} is below {floors[locked.name]}"
        for locked in read_lock(LOCKS / lock)
        if locked.name in floors and Version(locked.version) < Version(floors[locked.name][0])
    ]
    assert low == []


def test_every_floor_says_why_and_is_of_a_package_that_is_locked() -> None:
    floors = tomllib.loads((LOCKS / "floors.toml").read_text("utf-8"))["floor"]
    locked = {each.name for lock in ALL_LOCKS for each in read_lock(LOCKS / lock)}
    assert sorted(set(floors) - locked) == []
    assert [name for name, (_, why) in floors.items() if not re.search(r"CVE-\d{4}-\d+|GHSA-", why)] == []


@pytest.mark.parametrize("lock", ALL_LOCKS)
def test_every_locked_file_is_known_by_its_digest(lock: str) -> None:
    packages = read_lock(LOCKS / lock)
    assert packages
    assert [locked.name for locked in packages if not locked.digests] == []


KNOWN = {"name": "flask", "version": "3.1.3", "vulns": []}
WEAK = {"name": "flask", "version": "1.0", "vulns": [{"id": "CVE-2023-30861", "fix_versions": ["2.3.2"]}]}
UNHEARD = {"name": "flask", "version": "3.1.3", "skip_reason": "Dependency not found on PyPI"}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (json.dumps({"dependencies": [KNOWN]}), Outcome.CLEAN),
        (json.dumps({"dependencies": [KNOWN, WEAK]}), Outcome.WEAK),
        (json.dumps({"dependencies": [UNHEARD]}), Outcome.SILENCE),
        ("Traceback: no route to host", Outcome.SILENCE),
    ],
)
def test_silence_of_the_advisory_service_is_no_all_clear(answer: str, outcome: Outcome) -> None:
    assert report_of(answer).outcome is outcome


def may_be_used(expression: str, accepted: set[str]) -> bool:
    """Whether an SPDX expression leaves us a licence that we accept: all of an AND, one of an OR."""
    return all(
        any(choice.strip("() ") in accepted for choice in part.split(" OR ")) for part in expression.split(" AND ")
    )
