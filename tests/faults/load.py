"""A mixed load on an office of real programs, by people who ask again until they are answered.

An agency's program submits, officers check, approve, issue and take back, a clerk sends whole files in and all steps of
them are ordered, an officer at the airport scans. Whoever gets no answer looks where things stand and goes on from
there; whatever was answered is noted in `told`, and must be true for ever after.
"""

import base64
import csv
import io
import time
import zipfile
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from math import inf
from threading import Event

import httpx

from clearance.domain.batch import BatchStep, RowStanding
from clearance.domain.lifecycle import ApplicationState, Move
from clearance.issuing.batches_runs import BatchView, batch_view
from clearance.issuing.rows import COLUMNS
from clearance.issuing.service import Service
from tests.faults.invariants import Told
from tests.faults.office import APPROVER, CHECKER, CLERK, ISSUER, Laid, face, row
from tests.faults.pages import Files, OfficerAtPages, Unanswered

NEXT = {
    ApplicationState.SUBMITTED: (Move.CHECK, CHECKER),
    ApplicationState.CHECKED: (Move.APPROVE, APPROVER),
    ApplicationState.APPROVED: (Move.ISSUE, ISSUER),
}
"""How a case goes on, and by whom."""
STEPS = (
    (BatchStep.SUBMIT, CLERK, ApplicationState.SUBMITTED),
    (BatchStep.CHECK, CHECKER, ApplicationState.CHECKED),
    (BatchStep.APPROVE, APPROVER, ApplicationState.APPROVED),
    (BatchStep.ISSUE, ISSUER, ApplicationState.ISSUED),
)
"""The steps of a batch, who orders each, and where it leads."""
AGAIN_AFTER_S = 0.1
KEY_AGAIN_AFTER_S = 3.0
BACKLOG = 4
"""Cases submitted ahead of those who check."""
REVOKED_EVERY = 3
ROWS_OF_A_BATCH = 4
BATCH_PATIENCE_S = 300.0
ORDERS_AT_REST = 3
"""How often a step is ordered when nobody dies any more. Before, a row that five programs died of is given up, and the
next order may meet the same."""
OWN = {"X-Desk": "page-1"}


class Abandoned(Exception):
    """The test has failed elsewhere."""


@dataclass(kw_only=True)
class Load:
    """Everybody who asks. `stop` ends what they begin anew; what was begun is brought to its end."""

    laid: Laid
    service: Service
    """The office's own, to look where things stand."""
    web: str
    desk: str
    told: Told = field(default_factory=Told)
    stop: Event = field(default_factory=Event)
    abandoned: Event = field(default_factory=Event)
    """Nothing will be answered any more."""
    rest_s: float = 0.15
    """Between two scans, and between two cases."""
    batches: int = 0
    """Batches brought to their end."""
    orders_again: int = 0
    """Orders beyond the first of a step, for rows that were given up."""
    _indexes: Iterator[int] = field(default_factory=lambda: count(1))
    _brought_on: Iterator[int] = field(default_factory=count)
    _submitted: deque[str] = field(default_factory=deque)
    _all_submitted: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        self._photo = base64.b64encode(face()).decode()
        self._officers = {
            name: OfficerAtPages(self.web, name, password) for name, password in self.laid.passwords.items()
        }

    @contextmanager
    def running(self) -> Iterator[None]:
        """Everybody at work until the block ends; then all that was begun is finished, and faults of theirs raised."""
        work = (self.submit_cases, self.bring_cases_on, self.bring_cases_on, self.send_batches, self.scan_cards)
        with ThreadPoolExecutor(len(work)) as pool:
            futures: list[Future[None]] = [pool.submit(each) for each in work]
            try:
                yield
            except BaseException:
                self.abandoned.set()
                raise
            finally:
                self.stop.set()
            try:
                for future in futures:
                    future.result(2 * BATCH_PATIENCE_S)
            finally:
                self.abandoned.set()
                for officer in self._officers.values():
                    officer.close()

    def submit_cases(self) -> None:
        """What was not answered is asked again a little later under the same key, others meanwhile.

        A request that died with the web is in hand for a minute; whoever still waits for it at the end goes away.
        """
        token, unanswered = {"Authorization": f"Bearer {self.laid.client}"}, deque[tuple[float, int]]()
        with httpx.Client(base_url=self.web, timeout=10, headers=token) as erp:
            while not self.stop.is_set():
                due = bool(unanswered) and unanswered[0][0] <= time.monotonic()
                if not due and len(self._submitted) + len(unanswered) >= BACKLOG:
                    self._breathe()
                    continue
                index = unanswered.popleft()[1] if due else next(self._indexes)
                reference = self._submit(erp, index)
                if reference is None:
                    unanswered.append((time.monotonic() + KEY_AGAIN_AFTER_S, index))
                    continue
                self.told.moves.add((reference, Move.SUBMIT))
                self._submitted.append(reference)
        self._all_submitted.set()

    def _submit(self, erp: httpx.Client, index: int) -> str | None:
        """The case's reference; the same request again is answered with the same."""
        body = row(index, photo=self._photo)
        try:
            answer = erp.post("/api/v1/applications", json=body, headers={"Idempotency-Key": f"case-{index}"})
        except httpx.HTTPError:
            return None
        return str(answer.json()["reference"]) if answer.status_code == 201 else None

    def bring_cases_on(self) -> None:
        while not (self.stop.is_set() and self._all_submitted.is_set()) or self._submitted:
            try:
                reference = self._submitted.popleft()
            except IndexError:
                self._breathe()
                continue
            self._bring_on(reference)

    def _bring_on(self, reference: str) -> None:
        """From where the case stands to its card, whoever dies on the way."""
        while (step := NEXT.get(self._state(reference))) is not None:
            move, officer = step
            with self.service.database.read() as work:
                case = work.applications.get(reference)
            assert case is not None
            form = {"version": str(case.version), "photo_accepted": "yes"}
            try:
                leads_to = self._officers[officer].post(f"/staff/cases/{reference}/{move.value}", form)
            except Unanswered:
                self._breathe()
                continue
            self.told.moves.add((reference, move))
            if move is Move.ISSUE:
                self.told.cards.add((reference, leads_to.rpartition("/")[2]))
        if next(self._brought_on) % REVOKED_EVERY == 0:
            self._revoke(reference)

    def _revoke(self, reference: str) -> None:
        with self.service.database.read() as work:
            card = work.clearances.for_application(reference)
        assert card is not None
        form = {"reason": "visa_cancelled", "remark": "Employer withdrew", "confirmed": "yes"}
        self._asked(ISSUER, f"/staff/cards/{card.clearance_no}/revoke", form)
        self.told.revoked.add(card.clearance_no)

    def _state(self, reference: str) -> ApplicationState:
        with self.service.database.read() as work:
            case = work.applications.get(reference)
        assert case is not None, f"{reference} was acknowledged and is not there"
        return case.state

    def send_batches(self) -> None:
        while not self.stop.is_set():
            indexes = [next(self._indexes) for _ in range(ROWS_OF_A_BATCH)]
            files = [("sheet", ("list.csv", _sheet(indexes))), ("photos", ("photos.zip", _photos(indexes)))]
            number = self._asked(CLERK, "/staff/batches", {}, files).rpartition("/")[2]
            self._read(number)
            for step, officer, leads_to in STEPS:
                self._take(number, step, officer, leads_to)
            self.batches += 1

    def _read(self, number: str) -> None:
        """Until nothing stands against any row."""
        self._finished(number)
        for _ in self._orders():
            if self._view(number).standings == {RowStanding.ACCEPTED: ROWS_OF_A_BATCH}:
                return
            self.orders_again += 1
            self._asked(CLERK, f"/staff/batches/{number}/read-again", {})
            self._finished(number)
        raise AssertionError(f"rows are left unread: {self._view(number)}")

    def _take(self, number: str, step: BatchStep, officer: str, leads_to: ApplicationState) -> None:
        """Until every case is where the step leads to. What its runs say of rows is not asked: a case may have moved
        before the program died that was to say so."""
        for again in self._orders():
            self.orders_again += again > 0
            self._asked(officer, f"/staff/batches/{number}/order", {"step": step, "all": "yes"})
            self._finished(number)
            if self._view(number).states == {leads_to: ROWS_OF_A_BATCH}:
                return
        raise AssertionError(f"{step} leaves rows behind: {self._view(number)}")

    def _orders(self) -> Iterator[int]:
        """The numbers of so many orders as it may take."""
        at_rest = 0
        for number in count():
            at_rest += self.stop.is_set()
            if at_rest > ORDERS_AT_REST:
                return
            yield number
            self._breathe()

    def _asked(self, officer: str, path: str, form: Mapping[str, str], files: Files | None = None) -> str:
        return self._until_answered(lambda: self._officers[officer].post(path, form, files=files))

    def _until_answered(self, ask: Callable[[], str | None]) -> str:
        while True:
            try:
                if answer := ask():
                    return answer
            except Unanswered:
                pass
            self._breathe()

    def _breathe(self) -> None:
        """A moment before asking again. Raises Abandoned."""
        if self.abandoned.wait(AGAIN_AFTER_S):
            raise Abandoned

    def _finished(self, number: str) -> None:
        """Wait until every run that was ordered is done: as long as it takes while programs die, then not for ever."""
        ends = inf
        while not all(run.tally.run.finished_at for run in self._view(number).runs):
            if self.stop.is_set():
                ends = min(ends, time.monotonic() + BATCH_PATIENCE_S)
            assert time.monotonic() < ends, self._view(number)
            self._breathe()

    def _view(self, number: str) -> BatchView:
        with self.service.database.read() as work:
            clerk = work.staff.by_username(CLERK)
        assert clerk is not None
        return batch_view(self.service, number, officer=clerk)

    def scan_cards(self) -> None:
        """Each text is another one, so that every answer can be found in the journal again."""
        with httpx.Client(base_url=self.desk, timeout=10, headers=OWN) as page:
            for number in count():
                if self.stop.is_set():
                    return
                text = f"https://bmet.example/clearance?id={number}"
                try:
                    answer = page.post("/scan", json={"candidates": [text], "source": "camera"})
                except httpx.HTTPError:
                    self._breathe()
                    continue
                if answer.status_code == 200:
                    assert answer.json()["reason"] == "web_link", answer.text
                    self.told.scans.add(text)
                self.stop.wait(self.rest_s)


def _sheet(indexes: list[int]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for index in indexes:
        cells: Mapping[str, str] = row(index)
        writer.writerow([cells[column] for column in COLUMNS])
    return out.getvalue().encode()


def _photos(indexes: list[int]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for index in indexes:
            archive.writestr(f"photos/A{index:08d}.JPG", face())
    return out.getvalue()
