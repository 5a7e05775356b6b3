"""“Not now”: pages that say when to come again, and how many requests one network may make in an hour."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from math import ceil

from flask import Response, make_response, render_template
from flask.typing import ResponseReturnValue

from clearance.issuing.guard import HOUR
from clearance.web.limits import TOO_MANY, visitor
from clearance.web.public.counting import counted_as
from clearance.web.tally import Count, Tally

View = Callable[..., ResponseReturnValue]


def later(page: str, status: int, seconds: float) -> Response:
    """A page that may be asked for again after so many seconds."""
    response = make_response(page, status)
    response.headers["Retry-After"] = str(max(1, ceil(seconds)))
    return response


def too_many(until: datetime, *, now: datetime) -> Response:
    """The door is closed until then."""
    return later(render_template("public/too_many.html", until=until), TOO_MANY, (until - now).total_seconds())


@dataclass(frozen=True, kw_only=True)
class Allowance:
    """So many requests of one network (an IPv4 address, an IPv6 /64) in an hour; `name` tells what is counted."""

    name: str
    an_hour: int
    tally: Tally
    secret: bytes
    now: Callable[[], datetime]

    def within(self, view: View) -> View:
        """Let a view answer that many times; after that a page says until when to wait."""

        @wraps(view)
        def counted(*args: object, **named: object) -> ResponseReturnValue:
            network = counted_as(self.secret, visitor())
            (requests,) = self.tally.add(Count(f"{self.name}/{network}", HOUR))
            if requests <= self.an_hour:
                return view(*args, **named)
            return too_many(self.tally.ends(HOUR), now=self.now())

        return counted
