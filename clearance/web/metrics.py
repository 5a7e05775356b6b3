"""What is counted of requests, and the vital signs of the office, in the words of Prometheus.

A request is counted by the rule of its address, its method and its status; no label holds anything that a visitor sent.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import structlog
from flask import Flask, Response, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, values
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from clearance.issuing.ports import Unavailable
from clearance.issuing.vital_signs import Sign
from clearance.web.request_log import NO_RULE, route, seconds_so_far

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Where several processes keep their counts, so that each can tell all of them."""
BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

log = structlog.get_logger()


def share_counts(folder: Path) -> None:
    """From now on counts are kept in files of a folder, for several processes. To be called before there are any."""
    os.environ[SHARED_FOLDER] = str(folder)
    values.ValueClass = values.get_value_class()  # type: ignore[no-untyped-call] # chosen when the library was loaded


class Metrics:
    """Counts of one application."""

    def __init__(self, signs: Callable[[], Iterable[Sign]]) -> None:
        """`signs` is asked each time that somebody measures."""
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "clearance_http_requests", "Requests answered.", ("route", "method", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "clearance_http_request_seconds", "Until answered.", ("route",), buckets=BUCKETS_S, registry=self._registry
        )
        self._signs = _Signs(signs)

    def install(self, app: Flask) -> None:
        """Count every request of an application."""
        app.after_request(self._count)

    def exposed(self) -> tuple[bytes, str]:
        """Everything, with its content type; the counts are those of all processes."""
        counts = self._registry
        if SHARED_FOLDER in os.environ:
            counts = CollectorRegistry()
            MultiProcessCollector(counts)  # type: ignore[no-untyped-call]
        signs = CollectorRegistry()
        signs.register(self._signs)
        return generate_latest(counts) + generate_latest(signs), CONTENT_TYPE_PLAIN_0_0_4

    def _count(self, response: Response) -> Response:
        rule = route()
        self._requests.labels(rule, request.method if rule != NO_RULE else NO_RULE, response.status_code).inc()
        self._seconds.labels(rule).observe(seconds_so_far())
        return response


class _Signs(Collector):
    """The vital signs as gauges; without a database only that it is gone."""

    def __init__(self, signs: Callable[[], Iterable[Sign]]) -> None:
        self._signs = signs

    def describe(self) -> Iterable[GaugeMetricFamily]:
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        answers = GaugeMetricFamily("clearance_database_answers", "1 where the database answers.")
        try:
            signs = tuple(self._signs())
        except Unavailable:
            signs = ()
            answers.add_metric([], 0.0)
        else:
            answers.add_metric([], 1.0)
        yield answers
        for sign in signs:
            family = GaugeMetricFamily(sign.name, sign.about, labels=[sign.label] if sign.label else [])
            for value_of, value in sign.values.items():
                if value is not None:
                    family.add_metric([value_of] if sign.label else [], value)
            yield family
