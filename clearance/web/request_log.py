"""Each request's number, by which a caller's trouble is found in the lines of every program, and its own line.

It decides what is told of a request: the rule of its address and never the address, which may hold a name or a secret.
"""

import re
import secrets
import threading
import time

import structlog
from flask import Flask, Response, g, request

HEADER = "X-Request-ID"
WELL_FORMED = re.compile(r"[A-Za-z0-9-]{8,64}", re.ASCII)
NUMBER_BYTES = 6
"""Twelve characters: short enough to be read out on the telephone, long enough not to come twice in a month."""
NO_RULE = "none"
"""In place of a route, where the address leads nowhere."""

log = structlog.get_logger()


def install(app: Flask, *, behind_proxy: bool, told: bool) -> None:
    """Give each request a number, in its answer and in every line; with `told`, a line when it is answered.

    The number is the one that our own proxy gave, where one stands in front.
    """

    warned = threading.Event()

    def begin() -> None:
        if not behind_proxy and "X-Forwarded-For" in request.headers and not warned.is_set():
            warned.set()  # once is enough, and it may be a visitor's own doing
            log.warning("a proxy seems to stand in front, and trusted_proxies counts none")
        g.began = time.perf_counter()
        g.request_number = _number(behind_proxy)
        structlog.contextvars.bind_contextvars(request=g.request_number)

    def end(response: Response) -> Response:
        response.headers[HEADER] = g.request_number
        if told:
            _tell(response)
        return response

    app.before_request(begin)
    app.after_request(end)
    app.teardown_request(lambda _error: structlog.contextvars.clear_contextvars())  # the thread goes on to another
    app.context_processor(lambda: {"request_number": g.get("request_number", "")})


def route() -> str:
    """The rule of this request's address, the same for all who ask for the same kind of thing."""
    return request.url_rule.rule if request.url_rule else NO_RULE


def seconds_so_far() -> float:
    """Since this request was begun."""
    return time.perf_counter() - float(g.began)


def _number(behind_proxy: bool) -> str:
    given = request.headers.get(HEADER, "") if behind_proxy else ""
    return given if WELL_FORMED.fullmatch(given) else secrets.token_hex(NUMBER_BYTES)


def _tell(response: Response) -> None:
    say = log.warning if response.status_code >= 500 else log.info
    say(
        "answered",
        route=route(),
        method=request.method if request.url_rule else NO_RULE,
        status=response.status_code,
        ms=round(seconds_so_far() * 1000, 1),
        bytes=response.content_length,
    )
