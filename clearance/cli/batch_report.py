"""What a batch run leaves behind: a result file beside the input, and lines or a table on the terminal."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TextIO

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from clearance.cli.batch_row import Outcome, RowResult
from clearance.cli.office import shown
from clearance.issuing.sheet import harmless
from clearance_templates.i18n import N_, Translator

RESULT_COLUMNS = ("row", "passport_no", "outcome", "clearance_no", "reason")
LONGEST_TABLE = 200
"""Rows; in a longer run only those with something to say are shown, and all stand in the result file."""

OUTCOME_WORDS = {
    Outcome.ISSUED: N_("Card issued"),
    Outcome.ALREADY_ISSUED: N_("Card issued before"),
    Outcome.REFUSED: N_("Refused"),
}
_STYLES = {Outcome.ISSUED: "green", Outcome.ALREADY_ISSUED: "dim", Outcome.REFUSED: "bold red"}


class ResultFile:
    """The outcomes as CSV, written row by row, so that it is there even after a run that was cut short."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._writer = csv.writer(file)
        self._writer.writerow(RESULT_COLUMNS)

    def write(self, result: RowResult) -> None:
        """Add a row. A text that a spreadsheet would take for a formula is made harmless."""
        cells = (result.passport_no, result.outcome, result.clearance_no, " ".join(result.reasons))
        self._writer.writerow([result.number, *map(harmless, cells)])
        self._file.flush()


def result_path(batch: Path) -> Path:
    """Where the outcomes of a batch file are written."""
    return batch.with_suffix(".result.csv")


@contextmanager
def result_file(batch: Path) -> Iterator[ResultFile]:
    """The result file of a batch file, begun anew. Raises OSError."""
    with result_path(batch).open("w", encoding="utf-8-sig", newline="") as file:
        yield ResultFile(file)


class Report(Protocol):
    """What somebody sees while a batch runs and after it."""

    def add(self, result: RowResult) -> None: ...

    def close(self) -> None: ...


class Lines:
    """One line a row, for logs and pipes."""

    def __init__(self, t: Translator) -> None:
        self._t = t

    def add(self, result: RowResult) -> None:
        cells = (str(result.number), shown(result.passport_no), self._t.gettext(OUTCOME_WORDS[result.outcome]))
        click.echo(" | ".join((*cells, shown(_explained(result)))))

    def close(self) -> None:
        """Nothing is left to show."""


class BarAndTable:
    """A bar while it runs and a table at the end, for people."""

    def __init__(self, console: Console, t: Translator, *, total: int) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._progress = Progress(*columns, console=console, transient=True)
        self._task = self._progress.add_task(t.gettext("Cards"), total=total)
        self._console, self._t = console, t
        self._results: list[RowResult] = []
        self._progress.start()

    def add(self, result: RowResult) -> None:
        self._results.append(result)
        self._progress.advance(self._task)

    def close(self) -> None:
        self._progress.stop()
        t, results = self._t, self._results
        if len(results) > LONGEST_TABLE:
            results = [result for result in results if result.reasons]
        table = Table(*(t.gettext(word) for word in (N_("Row"), N_("Passport number"), N_("Result"), N_("Details"))))
        for result in results[:LONGEST_TABLE]:
            outcome = Text(t.gettext(OUTCOME_WORDS[result.outcome]), style=_STYLES[result.outcome])
            explained = Text(shown(_explained(result)))
            table.add_row(str(result.number), Text(shown(result.passport_no)), outcome, explained)
        self._console.print(table)


def report_for(t: Translator, *, total: int) -> Report:
    """A table for a terminal, lines for anything else."""
    console = Console()
    return BarAndTable(console, t, total=total) if console.is_terminal else Lines(t)


def summary(outcomes: Iterable[Outcome], t: Translator) -> str:
    """How many rows came to what."""
    counts = Counter(outcomes)
    sentence = t.gettext("%(issued)s issued, %(already)s issued before, %(refused)s refused.")
    if counts[Outcome.REFUSED]:
        sentence += " " + t.gettext("Nothing is lost: correct the refused rows and run the file again.")
    return sentence % {
        "issued": t.number(counts[Outcome.ISSUED]),
        "already": t.number(counts[Outcome.ALREADY_ISSUED]),
        "refused": t.number(counts[Outcome.REFUSED]),
    }


def _explained(result: RowResult) -> str:
    return " ".join(filter(None, (result.clearance_no, *result.reasons)))
