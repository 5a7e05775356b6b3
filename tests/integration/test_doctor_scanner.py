"""`clearance doctor` and the virus scanner: none named, none there, old signatures, lax settings."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clearance import clamd as scanners
from clearance.bootstrap import read_settings
from clearance.doctor.examine import examine
from clearance.doctor.scanner import check_scanner
from clearance.signing.findings import Finding, Gravity
from tests.stack import clamd

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def findings(home: Path, *lines: str) -> dict[str, Finding]:
    home.mkdir(exist_ok=True)
    (home / "clearance.toml").write_text("\n".join(lines) + "\n")
    return of(check_scanner(read_settings(home), at=NOW))


def of(found: Iterable[Finding]) -> dict[str, Finding]:
    return {finding.code: finding for finding in found}


@contextmanager
def version(monkeypatch: pytest.MonkeyPatch, made: datetime | None) -> Iterator[None]:
    """The scanner says that its signatures were made then."""
    said = scanners.ScannerVersion(engine="1.4.3", signatures=made)
    with monkeypatch.context() as patch:
        patch.setattr(scanners.Clamd, "version", lambda self: said)
        yield


def test_an_office_without_a_scanner_is_told_so_and_a_demo_is_not(tmp_path: Path) -> None:
    found = findings(tmp_path / "home")
    assert found["scanner.none"].gravity is Gravity.WARNING
    assert "clamav-daemon" in found["scanner.none"].cure
    assert "scanner.none" in of(examine(tmp_path / "home", backups=None, online=False))
    assert findings(tmp_path / "demo", 'environment = "demo"') == {}


def test_a_scanner_that_does_not_answer_is_a_fault(tmp_path: Path) -> None:
    found = findings(tmp_path / "home", "[files]", 'scanner = "unix:/nowhere/clamd.ctl"')
    assert {code: finding.gravity for code, finding in found.items()} == {"scanner.away": Gravity.FAULT}


def test_the_age_of_the_signatures_is_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clamd.require()
    with clamd.clamd() as daemon:
        named = ("[files]", f'scanner = "{daemon.address}"')
        assert set(findings(tmp_path, *named)) == {"scanner.old"}  # it has but one, of our own
        with version(monkeypatch, NOW - timedelta(days=1)):
            assert findings(tmp_path, *named) == {}
        with version(monkeypatch, NOW - timedelta(days=9)):
            assert "9 days old" in findings(tmp_path, *named)["scanner.old"].said


def test_a_scanner_that_calls_clean_what_it_did_not_look_through_is_named(tmp_path: Path) -> None:
    clamd.require()
    with clamd.clamd(tells_limits=False) as daemon:
        assert "scanner.lax" in findings(tmp_path, "[files]", f'scanner = "{daemon.address}"')


@pytest.mark.parametrize("scanner", ["/run/clamd.ctl", "unix:", "tcp://clamd", "tcp://a b:1", f"unix:/{'x' * 120}"])
def test_an_address_that_is_none_is_refused_at_the_start(tmp_path: Path, scanner: str) -> None:
    (tmp_path / "clearance.toml").write_text(f'[files]\nscanner = "{scanner}"\n')
    assert set(of(examine(tmp_path, backups=None, online=False))) == {"settings.refused"}
