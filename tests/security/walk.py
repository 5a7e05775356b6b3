"""Every address of the issuer, with something behind it: an office with cards, cases, an entry form and trust files."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from clearance.domain.application import ApplicationDraft
from clearance.domain.clearance import Clearance
from clearance.domain.person import Worker
from clearance.web.app import create_app
from tests.fakes.office import EVERYTHING, draft
from tests.integration.staff_pages import SITE, Desk, Workplace, open_workplace
from tests.unit.desk.bureau import NOW, Bureau

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE")


@dataclass(frozen=True, kw_only=True)
class Issuer:
    """A workplace, and what each variable part of an address stands for."""

    workplace: Workplace
    folder: Path
    card: Clearance
    values: Mapping[str, str | int]
    numbers: Mapping[str, str | int]

    @property
    def app(self) -> Flask:
        return self.workplace.app

    def path(self, rule: Rule) -> str:
        """An address of this rule that leads somewhere, where there is something."""
        number = next((value for start, value in self.numbers.items() if rule.rule.startswith(start)), 1)
        every = {**self.values, "number": number}
        built = rule.build({name: every[name] for name in rule.arguments})
        assert built is not None, rule.rule
        return str(built[1])

    def rules(self) -> Iterator[tuple[Rule, str]]:
        """Every rule with an address of it."""
        for rule in self.app.url_map.iter_rules():
            yield rule, self.path(rule)

    def signed_in(self) -> Desk:
        """The browser of an officer who may do everything."""
        return self.workplace.desk_of(EVERYTHING)

    def ask(self, method: str, path: str, desk: Desk | None = None, **more: object) -> TestResponse:
        """Any request, by an officer's browser or by a stranger's."""
        client = desk.client if desk else self.app.test_client(use_cookies=False)
        place = {"REMOTE_ADDR": "192.0.2.7", "HTTP_USER_AGENT": Desk.agent}
        return client.open(path, method=method, base_url=SITE, environ_base=place, buffered=True, **more)  # type: ignore[arg-type]


@contextmanager
def open_issuer(folder: Path, **worker: str) -> Iterator[Issuer]:
    """An issuer whose workers are called as said."""
    bureau = Bureau(folder / "keys")
    bureau.publish({}, at=NOW - 30)
    with open_workplace(folder) as workplace:
        options = replace(workplace.options, trust_directory=bureau.public)
        workplace.app = create_app(workplace.office.service, options)
        office = workplace.office
        card = office.issue(called(1, **worker))
        case = office.enter(called(2, **worker))
        form = Desk.get(desk := workplace.desk_of(EVERYTHING), "/staff/entry/new").location.rpartition("/")[2]
        desk.get("/staff/entry")
        values = {
            "reference": case.reference,
            "clearance_no": card.clearance_no,
            "licence_no": "RL-1234",
            "webhook_id": "WH-1",
            "delivery_id": "1",
            "form": "pdf",
            "ticket": "x",
            "spoken": "en",
            "name": "fees",
            "factor": "app",
            "run_no": 1,
            "kind": "csv",
            "step": "check",
            "change_no": 1,
            "month": "2026-11",
            "dimension": "destination",
            "act": "withdraw",
            "filename": "work.js",
        }
        numbers = {"/staff/entry/": form, "/staff/people/": "E-1", "/staff/permits/": "EA-SAU-1234"}
        yield Issuer(workplace=workplace, folder=folder, card=card, values=values, numbers=numbers)


def called(index: int, **worker: str) -> ApplicationDraft:
    """A case in good order of a worker called as said."""
    sound = draft(index)
    changed: Worker = replace(sound.worker, **worker) if worker else sound.worker  # type: ignore[arg-type]
    return replace(sound, worker=changed)
