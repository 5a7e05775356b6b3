"""What is wrong with whom files of others are looked through by: no one, nobody there, old signatures, lax settings."""

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta

from clearance.bootstrap import open_scanner
from clearance.config import SETTINGS_FILE, Settings
from clearance.issuing.ports import Judgement, ScannerAway
from clearance.signing.findings import Finding, fault, warning

OLD = timedelta(days=3)
"""New signatures come every day."""
TOO_DEEP = 64
"""More archives in one another than any scanner opens; clamd opens 17 unless told otherwise."""


def check_scanner(settings: Settings, *, at: datetime) -> Iterator[Finding]:
    """Ask it, and hand it what it cannot look through whole."""
    where, scanner = settings.files.scanner, open_scanner(settings)
    if scanner is None:
        if not settings.demo:
            said = "Files that officers and agencies send are kept without anybody looking for viruses in them."
            cure = 'apt-get install clamav-daemon, then [files] scanner = "unix:/run/clamav/clamd.ctl"'
            yield warning("scanner.none", str(settings.home / SETTINGS_FILE), said, cure)
        return
    try:
        made = scanner.version().signatures
        judged = scanner.scan(_too_deep()).judgement
    except ScannerAway:
        cure = "systemctl status clamav-daemon; its socket must let this user in"
        yield fault("scanner.away", where, "The virus scanner does not answer: no file is taken.", cure)
        return
    if made is None or at - made > OLD:
        age = "of no known age" if made is None else f"{(at - made).days} days old"
        cure = "systemctl status clamav-freshclam, and its log"
        yield warning("scanner.old", where, f"The newest signatures of the virus scanner are {age}.", cure)
    if judged is Judgement.CLEAN:
        said = "The virus scanner calls clean what it did not look through."
        yield warning("scanner.lax", where, said, "AlertExceedsMax yes in clamd.conf (docs/OPERATIONS.md)")


def _too_deep() -> bytes:
    """An archive in an archive, and so on; a few kilobytes."""
    content = b"nothing"
    for _ in range(TOO_DEEP):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("inner.zip", content)
        content = out.getvalue()
    return content
