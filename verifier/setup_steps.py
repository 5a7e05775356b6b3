"""The first run of a desk: enrol it, name it, tell it of the relay, or let it work today as it is.

Decides what is asked of whom, and what is kept before the desk opens. The office is asked who the desk is; where it is
out of reach, what was chosen at the desk counts, and the office's answer at the next pull changes nothing of that.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

from verifier import enrolment, relay_link
from verifier.line import Line, NotHeard
from verifier.setup import NAME, EnrolCode, Kept, NotACode, Step, keep, kept_in, name_of
from verifier.sync import is_confidential


@dataclass(kw_only=True)
class SetUp:
    """The set-up of one desk. `done` is set when the desk may open."""

    token: Path
    kept: Path
    relay: Path
    issuer_url: str
    done: Event
    line: Callable[[str, str], Line]  # to the office at an address, with a token

    def hear(self, text: str, airport: str, counter: str) -> Step:
        """A code, with what stands chosen beside it (both empty where nothing does)."""
        if text.lstrip().upper().startswith("RELAY "):
            return self._join(text)
        try:
            return self._enrol(EnrolCode.read(text), name_of(airport, counter))
        except NotACode:
            return Step.NOT_A_CODE
        except OSError:
            return Step.NOT_KEPT

    def open(self, airport: str, counter: str) -> Step:
        """Work without enrolment, under the name that was chosen."""
        name = name_of(airport, counter)
        if name is None:
            return Step.WHICH_COUNTER
        try:
            keep(self.kept, replace(kept_in(self.kept), desk=name))
        except OSError:
            return Step.NOT_KEPT
        self.done.set()
        return Step.OPENED

    def _enrol(self, code: EnrolCode, chosen: str | None) -> Step:
        url = (code.issuer_url or self.issuer_url).rstrip("/")
        if not is_confidential(url):
            return Step.NOT_CONFIDENTIAL
        try:
            said = self.line(url, code.token).ask("/api/desks/self", None).get("name")
            name = said if isinstance(said, str) and NAME.fullmatch(said) else chosen
        except NotHeard as error:
            if str(error) == "HTTP 401":
                return Step.NOT_KNOWN
            name = chosen
        if name is None:
            return Step.WHICH_COUNTER
        keep(self.kept, Kept(desk=name, issuer_url=url))  # before the token, which ends the asking
        enrolment.enrol(self.token, code.token.encode("ascii"))
        self.done.set()
        return Step.ENROLLED

    def _join(self, text: str) -> Step:
        try:
            code = relay_link.RelayCode.read(text)
        except relay_link.NotARelay:
            return Step.NOT_A_CODE
        try:
            relay_link.join(self.relay, code)
        except (relay_link.NotARelay, OSError):
            return Step.NO_RELAY
        return Step.RELAY
