"""What those ask who run the service: is it alive, is it ready, how is it.

`/healthz` asks nobody; `/readyz` asks the neighbours and names those that fail; `/metrics` answers a bearer token alone
(docs/adr/0124). None of them says anything about a person.
"""

import threading
import time
from collections.abc import Callable, Mapping
from hmac import compare_digest

from flask import Blueprint, Response, abort, request

from clearance.web.metrics import Metrics

REMEMBERED_S = 2.0
"""An answer about readiness is good for so long: whoever asks without end does not wear out the neighbours."""
TEXT = "text/plain; charset=utf-8"
Probe = Callable[[], bool]


class Readiness:
    """Asks every probe, one asker at a time, and remembers what they said for a moment."""

    def __init__(self, probes: Mapping[str, Probe]) -> None:
        self._probes = probes
        self._turn = threading.Lock()
        self._said: Mapping[str, bool] = {}
        self._asked_at = -REMEMBERED_S

    def asked(self) -> Mapping[str, bool]:
        """Name -> whether it is well."""
        with self._turn:
            if time.monotonic() - self._asked_at >= REMEMBERED_S:
                self._said = {name: _well(probe) for name, probe in self._probes.items()}
                self._asked_at = time.monotonic()
            return self._said


def _well(probe: Probe) -> bool:
    try:
        return probe()
    except Exception:  # noqa: BLE001 - whatever breaks while it is asked is not well
        return False


def blueprint(probes: Mapping[str, Probe], metrics: Metrics, *, token: bytes | None) -> Blueprint:
    """Routes over the neighbours of one program; without a token there are no metrics."""
    routes, readiness = Blueprint("health", __name__), Readiness(probes)

    @routes.get("/healthz")
    def alive() -> Response:
        return Response("ok", content_type=TEXT)

    @routes.get("/readyz")
    def ready() -> Response:
        said = readiness.asked()
        lines = [f"{name}: {'ok' if well else 'failed'}\n" for name, well in said.items()]
        return Response("".join(lines), status=200 if all(said.values()) else 503, content_type=TEXT)

    @routes.get("/metrics")
    def measured() -> Response:
        if token is None:
            abort(404)
        scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not compare_digest(shown.encode(), token):
            return Response("", status=401, headers={"WWW-Authenticate": "Bearer"}, content_type=TEXT)
        content, content_type = metrics.exposed()
        return Response(content, content_type=content_type)

    return routes
