"""Who is let through to the look-up: the toll before it, the count after it, and a turn for it.

A view behind the gate looks up the question it is handed in `g.question` and leaves what it found in `g.answer`. The
counts take a try for wrong before it is known to be, so that no number of tries at once slips through, and give it back
when it was right. What a visitor must do first is decided in `clearance.issuing.guard` from these counts alone.
"""

import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import wraps
from math import ceil

from flask import Response, g, render_template, request
from flask.typing import ResponseReturnValue

from clearance.issuing.guard import DAY, HOUR, ORDINARY, STRICT, WINDOW_S, Bound, Closed, Counted, Free, Work, toll
from clearance.issuing.guard_alarms import Alarm, Ascents, Pattern, Tried, alarms_of, raise_alarm
from clearance.issuing.lookup import NotFound, SecondFactor
from clearance.issuing.service import Service
from clearance.web.limits import BUSY, TOO_MANY, visitor, wider_network
from clearance.web.options import WebOptions
from clearance.web.public.admission import Admission, Overloaded
from clearance.web.public.later import later, too_many
from clearance.web.public.question import Misread, Question
from clearance.web.public.ticket import Envelope, Tickets
from clearance.web.public.work import Workshop
from clearance.web.tally import Count, Tally

NEIGHBOURS = 2
"""Digits at the end of a passport number in which neighbours differ."""
View = Callable[[], ResponseReturnValue]


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Whom a try is counted for, as digests: `network` an address or an IPv6 /64, `wide` the /24 or /48 around it."""

    network: str
    wide: str


@dataclass(frozen=True, kw_only=True)
class Gatekeeper:
    """The gate before every look-up of one application."""

    service: Service
    second_factor: SecondFactor
    secret: bytes
    tally: Tally
    workshop: Workshop
    held_questions: Tickets
    """Questions of visitors who were asked to work: no page but the one behind this gate opens them."""
    places: Envelope
    admission: Admission
    ascents: Ascents = field(default_factory=Ascents)

    @classmethod
    def of(cls, service: Service, options: WebOptions, tally: Tally) -> "Gatekeeper":
        secret, now = options.secret_key, service.now
        return cls(
            service=service,
            second_factor=options.second_factor,
            secret=hmac.digest(secret, b"clearance tries", "sha256"),
            tally=tally,
            workshop=Workshop.of(
                secret, envelope=Envelope.of(secret, purpose=b"clearance card wait", now=now), tally=tally
            ),
            held_questions=Tickets(envelope=Envelope.of(secret, purpose=b"clearance card held question", now=now)),
            places=Envelope.of(secret, purpose=b"clearance card place", now=now, good_for_s=HOUR),
            admission=Admission(now=now),
        )

    def before(self, asked: Callable[[], Question | Misread], tickets: Tickets) -> Callable[[View], View]:
        """Let a view look up only what has paid its toll. `asked` reads the question of a request.

        A question in a ticket was asked before and something was found for it: it needs a turn and no toll.
        """

        def guarded(view: View) -> View:
            @wraps(view)
            def at_the_gate() -> ResponseReturnValue:
                if tickets.open(request.form.get("ticket", "")):
                    return self.in_turn(view)()
                held = request.form.get("held", "")
                question = self.held_questions.open(held) or asked()
                if isinstance(question, Misread):
                    return view()  # which says what is wrong with it, and looks nothing up
                g.question = question
                return self._asked_anew(question, held, view)

            return at_the_gate

        return guarded

    def in_turn(self, view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
        """Let a view that looks up once more for what was found have a turn, or be asked to come again."""

        @wraps(view)
        def waits(*args: object, **named: object) -> ResponseReturnValue:
            try:
                with self.admission.turn(has_place=True):
                    return view(*args, **named)
            except Overloaded as overloaded:
                ticket = request.form.get("ticket") or str(named.get("ticket", ""))
                return self._come_again(None, overloaded.place, ticket=ticket)

        return waits

    def _asked_anew(self, question: Question, held: str, view: View) -> ResponseReturnValue:
        """A turn comes first: on a day when there is none, saying so must cost next to nothing, and no work done."""
        try:
            with self.admission.turn(has_place=self._has_place()):
                return self._admitted(question, held, view)
        except Overloaded as overloaded:
            return self._come_again(question, overloaded.place)

    def _admitted(self, question: Question, held: str, view: View) -> ResponseReturnValue:
        visitor_ = self._visitor()
        counted = self._count_try(question, visitor_)
        policy = STRICT if self.tally.alone else ORDINARY
        due = toll(counted, policy)
        if isinstance(due, Closed) or (isinstance(due, Work) and not self._paid(held, visitor_)):
            self._give_back(question, visitor_)
            if isinstance(due, Closed):
                self._tell_of_closing(due.bound, counted, visitor_)
                return self._closed(due.bound)
            return self._set_work(question, held, due.level)
        assert isinstance(due, Free | Work)
        return self._looked_up(question, visitor_, view)

    def _looked_up(self, question: Question, visitor_: Visitor, view: View) -> ResponseReturnValue:
        wrong = False
        try:
            response = view()
            wrong = self._is_guess()
            return response
        finally:
            if wrong:
                self._count_wrong(question, visitor_)
            else:
                self._give_back(question, visitor_, found="answer" in g)

    def _is_guess(self) -> bool:
        """Where the passport number alone opens the page, a hit is a guess too."""
        answer = g.get("answer")
        return isinstance(answer, NotFound) or (answer is not None and self.second_factor is SecondFactor.NONE)

    # ---- counts

    def _visitor(self) -> Visitor:
        address = visitor()
        return Visitor(network=self._digest("network", address), wide=self._digest("wide", wider_network(address)))

    def _digest(self, what: str, value: str) -> str:
        return hmac.digest(self.secret, f"{what}:{value}".encode(errors="replace"), "sha256").hex()[:32]

    def _count_try(self, question: Question, visitor_: Visitor) -> Counted:
        network = visitor_.network
        passport_day, network_hour, network_day, wide_day, everywhere_day, found_hour, found_day = self.tally.add(
            *self._try(question, visitor_),
            Count(f"wrong/{visitor_.wide}", DAY, 0),
            Count("wrong", DAY, 0),
            *(Count(f"found/{network}", window, 0) for window in (HOUR, DAY)),
        )
        return Counted(
            passport_day=passport_day,
            network_hour=network_hour,
            network_day=network_day,
            wide_day=wide_day,
            everywhere_day=everywhere_day,
            found_hour=found_hour,
            found_day=found_day,
        )

    def _try(self, question: Question, visitor_: Visitor, *, amount: int = 1) -> Iterator[Count]:
        """What a try counts for, and gives back where it was right."""
        yield Count(f"wrong/{self._digest('passport', question.passport_no)}", DAY, amount)
        for window in (HOUR, DAY):
            yield Count(f"wrong/{visitor_.network}", window, amount)

    def _give_back(self, question: Question, visitor_: Visitor, *, found: bool = False) -> None:
        given_back = self._try(question, visitor_, amount=-1)
        right = [Count(f"found/{visitor_.network}", window) for window in (HOUR, DAY)] if found else []
        self.tally.add(*given_back, *right)

    def _count_wrong(self, question: Question, visitor_: Visitor) -> None:
        network = visitor_.network
        hundred = self._digest("hundred", question.passport_no[:-NEIGHBOURS])
        born = self._digest("born", str(question.birth_date))
        pair = self._digest("pair", f"{question.passport_no}/{question.birth_date}")
        _wide, everywhere, neighbours_of_network, neighbours, date_of_network, date, of_pair, dates = self.tally.add(
            Count(f"wrong/{visitor_.wide}", DAY),
            Count("wrong", DAY),
            Count(f"hundred/{network}/{hundred}", HOUR),
            Count(f"hundred/{hundred}", HOUR),
            Count(f"born/{network}/{born}", HOUR),
            Count(f"born/{born}", HOUR),
            Count(f"pair/{pair}", DAY),
            Count(f"dates/{self._digest('number', question.passport_no)}", DAY, if_first=True),
        )
        tried = Tried(
            ascending=self.ascents.after(network, question.passport_no),
            neighbours_of_network=neighbours_of_network,
            neighbours=neighbours,
            date_of_network=date_of_network,
            date=date,
            dates_of_number=dates if of_pair == 1 else 0,
            source=network[:8],
        )
        for alarm in alarms_of(tried):
            raise_alarm(self.service, alarm)
        if everywhere == ORDINARY.everywhere_day:
            raise_alarm(self.service, Alarm(pattern=Pattern.GUARD_RAISED, seen=everywhere, within_s=DAY))

    def _tell_of_closing(self, bound: Bound, counted: Counted, visitor_: Visitor) -> None:
        """Once for each network and day."""
        if bound is Bound.PASSPORT_DAY or self.tally.add(Count(f"told/{visitor_.network}/{bound}", DAY)) != [1]:
            return
        found = bound in (Bound.FOUND_HOUR, Bound.FOUND_DAY)
        pattern, seen = (
            (Pattern.MANY_FOUND, counted.found_day) if found else (Pattern.NETWORK_CLOSED, counted.network_day)
        )
        raise_alarm(
            self.service, Alarm(pattern=pattern, seen=seen, within_s=WINDOW_S[bound], source=visitor_.network[:8])
        )

    # ---- work and waiting

    def _paid(self, held: str, visitor_: Visitor) -> bool:
        """Whether the page that was asked to work did so, or waited."""
        if not held:
            return False
        if self.workshop.worked(request.form.get("work", ""), question=held):
            return True
        now, wait = self.service.now(), request.form.get("wait", "")
        return self.workshop.waited(wait, question=held, network=visitor_.network, now=now)

    def _set_work(self, question: Question, held: str, level: int) -> Response:
        """The page that asks for work. Who pressed too early keeps question and wait."""
        now = self.service.now()
        wait = request.form.get("wait", "")
        ready_at = self.workshop.ready_at(wait, question=held) if held else None
        early = ready_at is not None and ready_at > now.timestamp()
        held = held if early else self.held_questions.seal(question)
        task = self.workshop.task(held, level=level, now=now)
        ready = datetime.fromtimestamp(ready_at, UTC) if early and ready_at is not None else task.ready_at
        page = render_template(
            "public/work.html",
            held=held,
            wait=wait if early else task.wait,
            challenge=task.challenge,
            seconds=max(1, ceil((ready - now).total_seconds())),
            early=early,
        )
        return later(page, TOO_MANY, (ready - now).total_seconds())

    def _closed(self, bound: Bound) -> Response:
        return too_many(self.tally.ends(WINDOW_S[bound]), now=self.service.now())

    def _has_place(self) -> bool:
        content = self.places.open(request.form.get("place", ""))
        return content is not None and json.loads(content) <= self.service.now().timestamp()

    def _come_again(self, question: Question | None, place: datetime, *, ticket: str = "") -> Response:
        page = render_template(
            "public/waiting.html",
            held=self.held_questions.seal(question) if question else "",
            ticket=ticket,
            place=self.places.seal(json.dumps(place.timestamp()).encode()),
            at=place,
        )
        return later(page, BUSY, (place - self.service.now()).total_seconds())
