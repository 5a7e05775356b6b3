"""A clerk's folder with a file and photos, and `clearance batch` to run on it."""

import csv
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from click.testing import CliRunner, Result

from clearance.cli import clearance as main
from clearance.domain.clearance import Clearance
from clearance.domain.lifecycle import ApplicationState
from clearance.issuing import cards
from clearance.issuing.ports.cases import Sought
from clearance.issuing.rows import COLUMNS, EXAMPLE
from clearance.issuing.service import Service
from tests.fakes.codes import codes_for
from tests.fakes.installation import Installation, installation, snapshot
from tests.fakes.office import APPROVER, CHECKER, CLERK, ISSUER, PASSWORD, STAFF, TODAY
from tests.fakes.outside import FakePasswords, FakePrinter

ACCOUNTS = {"entered-by": CLERK, "checked-by": CHECKER, "approved-by": APPROVER, "issued-by": ISSUER}
PASSWORDS = {f"CLEARANCE_PASSWORD_{name}": PASSWORD for name in ("E_1", "C_1", "A_1", "I_1", "X_1")}
EVERY_CASE = Sought(states=frozenset(ApplicationState), on=TODAY)


def row(index: int, **cells: str) -> dict[str, str]:
    """The cells of one worker in good order."""
    own = {
        "passport_no": f"A{index:08d}",
        "registration_no": f"BIDN2026{index:07d}",
        "visa_no": f"60{index:08d}",
        "receipt_no": f"CH-26-{index:06d}",
        "pay_order_no": f"PO-26-{index:06d}",
        "photo": "photos/face.jpg",
    }
    return {**EXAMPLE, **own, **cells}


@dataclass
class Desk:
    """A clerk's folder with a CSV file and photos, and the command to run on it."""

    folder: Path
    service: Service
    installed: Installation

    @property
    def file(self) -> Path:
        return self.folder / "applications.csv"

    def write(self, *rows: Mapping[str, str], encoding: str = "utf-8", **dialect: str) -> None:
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS, **dialect)
        writer.writeheader()
        writer.writerows(rows)
        self.file.write_bytes(text.getvalue().encode(encoding))

    def run(self, *arguments: str, env: Mapping[str, str | None] | None = None, **accounts: str) -> Result:
        @contextmanager
        def opener(_home: Path) -> Iterator[Service]:
            yield self.service

        names = {option: accounts.get(option.replace("-", "_"), who.username) for option, who in ACCOUNTS.items()}
        options = [text for option, name in names.items() for text in (f"--{option}", name)]
        command = ["batch", "issue", str(self.file), "--home", str(self.folder), *options, *arguments]
        codes = codes_for(self.service, *STAFF)
        environment = {"LC_ALL": "C.UTF-8", **PASSWORDS, **codes, **(env or {})}
        return CliRunner(env=environment).invoke(main, command, obj=opener)

    def results(self) -> list[dict[str, str]]:
        text = (self.folder / "applications.result.csv").read_text(encoding="utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))

    def cards(self) -> list[Clearance]:
        return list(cards.find(self.service, officer=ISSUER, text="", page=1).items)

    def cases(self) -> int:
        with self.service.database.read() as work:
            return work.applications.count(EVERY_CASE)


@contextmanager
def open_desk(tmp_path: Path) -> Iterator[Desk]:
    home, folder = tmp_path / "home", tmp_path / "folder"
    home.mkdir()
    (folder / "photos").mkdir(parents=True)
    (folder / "photos" / "face.jpg").write_bytes(snapshot())
    with installation(home, printer=FakePrinter(lacking="ৎ")) as installed:
        yield Desk(folder, replace(installed.service, passwords=FakePasswords()), installed)
