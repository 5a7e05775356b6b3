"""`verifier check`: texts and pictures in, one JSON object each out (docs/CARD-FORMAT.md section 9).

It decides how questions are worded on the command line and in JSON lines, and how answers are. The verdict itself comes
from `desk`. Other programs rely on every name and number here.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from clearance.credential.gate import Verdict
from clearance.credential.held import HeldTrust
from clearance.credential.in_view import STRICTEST_FIRST
from clearance.credential.reasons import Outcome, Reason
from verifier.desk import ScannedText, Source, judge
from verifier.truststore import TrustStore

if TYPE_CHECKING:
    from clearance.reading.findings import Paper, Seal

EXIT_STATUS = {Outcome.PASS: 0, Outcome.REFUSE: 1, Outcome.REFER: 2}
MAX_LINE = 1 << 20
"""Bytes of a JSON line. A text of 2,400 characters takes at most 30 kB, however it is escaped."""
UNREADABLE = Verdict(reason=Reason.UNREADABLE)


class NotAQuestion(ValueError):
    """A JSON line, or a time, that cannot be understood."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What one verdict needs. `texts` are the symbols in view; `at` is epoch seconds."""

    texts: tuple[str, ...]
    source: Source = Source.KEYBOARD
    bundle: Path
    at: int
    passport_no: str | None


class Checker:
    """Answers questions. What a bundle is worth is read from disk for each, so that a file changed meanwhile counts."""

    def __init__(self, *, state: Path | None) -> None:
        # A store keeps what it read last, to spare the check of unchanged files; a few are enough for any stream.
        self._store = lru_cache(maxsize=4)(lambda bundle: TrustStore(bundle, state))

    def held(self, bundle: Path) -> HeldTrust:
        """What the bundle's files are worth now, after the memory against roll-backs was raised by them."""
        return self._store(bundle).load()

    def answer(self, question: Question) -> Verdict:
        """The verdict on what is in view."""
        scan = ScannedText(candidates=question.texts, source=question.source)
        held = self.held(question.bundle)
        _, verdict = judge(scan, held=held, at=question.at, passport_no=question.passport_no)
        return verdict


@click.command()
@click.argument("inputs", nargs=-1, metavar="[TEXT | FILE...]")
@click.option("--bundle", type=click.Path(path_type=Path), help="Directory with root.pem, trust.cose and status/*.cwt.")
@click.option(
    "--at", help="Judge as of this time: 2026-11-22T06:00:00Z (UTC unless it says otherwise) or epoch seconds."
)
@click.option("--passport", help="The passport in hand: its number, typed or read from the MRZ.")
@click.option("--jsonl", type=click.File("rb"), help="Questions as JSON lines; - is standard input.")
@click.option("--image", is_flag=True, help="The inputs are PNG, JPEG or PDF files with a card on them.")
@click.option("--state", type=click.Path(path_type=Path), help="Keep and heed the memory against roll-backs there.")
@click.option("--json", "_json", is_flag=True, help="Answer in JSON, as always.")
def check(
    inputs: tuple[str, ...],
    bundle: Path | None,
    at: str | None,
    passport: str | None,
    jsonl: BinaryIO | None,
    image: bool,
    state: Path | None,
    _json: bool,
) -> None:
    """Judge cards as the desk does, without its journal. One JSON object is printed for each input, in order.

    \b
    Examples:
      verifier check --bundle var/keys/public "NCFOXN..."
      verifier check --bundle trust --passport A01234567 --image card.pdf
      verifier check --bundle trust --jsonl - < questions.jsonl

    A JSON line is {"text": ..., "bundle"?: DIR, "at"?: ISO or epoch seconds, "passport"?: ...}. A text that starts with
    "-" goes after "--".

    \b
    Exit status: 0 pass, 1 refuse, 2 refer (of several pictures, the strictest); 64 wrong usage. A PDF whose seal is
    broken ends with 2 even where its code passes: its text may have been altered.
    With --jsonl: 0 when every line was answered.
    """
    clock = _clock(at)
    checker = Checker(state=state)
    if jsonl is not None:
        if inputs or image:
            raise click.UsageError("--jsonl takes its inputs from the file, not from the command line.")
        for line in _lines(jsonl):
            _say(_answer_line(line, checker, bundle=bundle, clock=clock, passport_no=passport))
        return
    if bundle is None:
        raise click.UsageError("Say which trust data to use: --bundle DIR.")
    if not inputs or (len(inputs) > 1 and not image):
        raise click.UsageError("Give one TEXT, or --image and files, or --jsonl.")
    for fault in checker.held(bundle).faults:
        click.echo(f"{bundle}: {fault}", err=True)
    outcomes = []
    for given in inputs:
        paper = _read(Path(given), bundle) if image else None
        texts, source = (paper.texts, Source.FILE) if paper else ((given,), Source.KEYBOARD)
        question = Question(texts=texts, source=source, bundle=bundle, at=clock(), passport_no=passport)
        verdict = checker.answer(question)
        _say(verdict, paper)
        outcomes.append(verdict.outcome)
        if paper and paper.doubt:
            outcomes.append(Outcome.REFER)
    sys.exit(EXIT_STATUS[min(outcomes, key=STRICTEST_FIRST.index)])


def _clock(at: str | None) -> Callable[[], int]:
    """The time that was asked for, or the machine's."""
    if at is None:
        return lambda: int(time.time())  # noqa: TID251 - this command starts, answers and ends: it is its own bootstrap
    try:
        asked = parse_time(at)
    except NotAQuestion as error:
        raise click.UsageError(f"--at: {error}") from None
    return lambda: asked


def parse_time(value: object) -> int:
    """Epoch seconds from an integer, its digits, or ISO 8601; without an offset it is UTC. Raises NotAQuestion."""
    if type(value) is int:
        return value
    if isinstance(value, str):
        try:
            if value.isascii() and value.isdigit():
                return int(value)
            moment = datetime.fromisoformat(value)
            return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
        except (ValueError, OverflowError):
            pass
    raise NotAQuestion(f"{str(value)[:40]!r} is no time, such as 2026-11-22T06:00:00Z or 1795327200.")


def _answer_line(
    line: bytes, checker: Checker, *, bundle: Path | None, clock: Callable[[], int], passport_no: str | None
) -> Verdict:
    try:
        return checker.answer(_question(line, bundle=bundle, clock=clock, passport_no=passport_no))
    except NotAQuestion:
        return UNREADABLE


def _question(line: bytes, *, bundle: Path | None, clock: Callable[[], int], passport_no: str | None) -> Question:
    """Read a JSON line; what it leaves out, or has as null, is as on the command line. Raises NotAQuestion."""
    try:
        asked = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise NotAQuestion("not JSON") from error
    match asked:
        case {"text": str(text), **others}:
            named = others.get("bundle")
            passport = others.get("passport")
            if not isinstance(named, str | None) or not isinstance(passport, str | None):
                raise NotAQuestion("bundle and passport are texts")
            directory = bundle if named is None else Path(named)
            if directory is None:
                raise NotAQuestion("no bundle")
            at = others.get("at")
            return Question(
                texts=(text,),
                bundle=directory,
                at=clock() if at is None else parse_time(at),
                passport_no=passport_no if passport is None else passport,
            )
    raise NotAQuestion("not an object with a text")


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """Lines as they come, each cut beyond MAX_LINE (no JSON then), so that garbage cannot fill the memory."""
    while line := stream.readline(MAX_LINE):
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = stream.readline(MAX_LINE)
        yield line


def _read(path: Path, bundle: Path) -> "Paper":
    """What a file gives. What cannot be read, and what its seal is worth, is said on standard error."""
    try:  # the picture libraries take long to load, and texts do without them
        from clearance.reading.findings import Paper
        from clearance.reading.paper import pinned_roots, read_paper
    except ModuleNotFoundError as error:
        raise click.UsageError(f"{error.name} is not installed. Run: pip install 'clearance[desk]'") from error
    try:
        paper = read_paper(path.read_bytes(), roots=pinned_roots(bundle / "root.pem"))
    except OSError as error:
        click.echo(f"{path}: {error.strerror}.", err=True)
        return Paper()
    if not paper.texts:
        click.echo(f"{path}: {(paper.fault or 'no QR symbol').replace('_', ' ')}.", err=True)
    if paper.seal:
        click.echo(f"{path}: {_seal_sentence(paper, paper.seal)}", err=True)
    return paper


def _seal_sentence(paper: "Paper", seal: "Seal") -> str:
    """The seal in words; the codes stand in the JSON."""
    by = f"by {seal.signer or 'nobody named'}, {seal.signed_at:%Y-%m-%d %H:%M} UTC" if seal.signed_at else ""
    match paper.doubt:
        case "altered":
            return f"WARNING: the seal is broken ({seal.reason}): the text may have been altered. Trust only the code."
        case "sealed_by_others":
            return f"WARNING: not sealed by the office ({seal.reason}), but {by}. Trust only the code."
        case "other_credential":
            return "WARNING: the sealed credential is not the one of the code. Trust only the code."
    return f"sealed {by}; not changed since." if by else "no seal: a print or a copy. The code decides."


def _say(verdict: Verdict, paper: "Paper | None" = None) -> None:
    """Print one answer and let go of it; ASCII escapes, so that no terminal or pipe can break it."""
    claims = verdict.claims
    answer: dict[str, object] = {
        "outcome": verdict.outcome,
        "reason": verdict.reason,
        "clearance_no": claims and claims.clearance_no,
        "passport_no": claims and claims.passport_no,
        "name": claims and claims.full_name,
        "name_bn": claims and claims.name_bn,
        "destination": claims and claims.destination,
        "valid_until": claims and claims.valid_until.isoformat(),
        "issuer": claims and claims.issuer,
        "kid": verdict.kid and verdict.kid.hex(),
        "status_age_s": verdict.status_age_s,
    }
    if paper and paper.seal:
        answer["seal"] = _seal_members(paper, paper.seal)
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def _seal_members(paper: "Paper", seal: "Seal") -> dict[str, object]:
    return {
        "state": seal.state,
        "reason": seal.reason,
        "signer": seal.signer,
        "signed_at": seal.signed_at and seal.signed_at.isoformat(),
        "same_credential": paper.same_credential,
    }
