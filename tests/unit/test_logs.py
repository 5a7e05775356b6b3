"""Lines that programs write about themselves: their form, and what never gets into one."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from clearance import logs
from clearance.logs import LogFormat

PERSON = "MD. RAHIM UDDIN A01234567"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def fail() -> None:
    try:
        raise ValueError(PERSON)
    except ValueError as error:
        raise RuntimeError(f"no card for {PERSON}") from error


def lines_of(to: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in to.getvalue().splitlines()]


def test_a_line_is_one_object_with_time_level_program_and_event() -> None:
    to = io.StringIO()
    logs.begin("web", form=LogFormat.AUTO, to=to)
    structlog.get_logger().info("answered", status=200)
    [line] = lines_of(to)
    assert str(line["time"]).endswith("Z"), "UTC"
    assert (line["level"], line["program"], line["event"], line["status"]) == ("info", "web", "answered", 200)


def test_of_an_error_kinds_and_places_are_told_and_never_its_words() -> None:
    to = io.StringIO()
    logs.begin("web", form=LogFormat.JSON, to=to)
    try:
        fail()
    except RuntimeError:
        structlog.get_logger().exception("unforeseen error")
    [line] = lines_of(to)
    raised = line["raised"]
    assert isinstance(raised, list)
    assert [each["kind"] for each in raised] == ["RuntimeError", "ValueError"]
    assert str(raised[0]["at"][0]).startswith("test_logs.py:")
    assert "RAHIM" not in to.getvalue()
    assert "A01234567" not in to.getvalue()


@pytest.mark.parametrize("form", [LogFormat.JSON, LogFormat.TEXT])
@pytest.mark.parametrize("evil", ["a\nb", "a\r\n{}", "\x1b[2J", "\x9b31m", "a\u2028b", "\u202egnp"])
def test_nothing_that_is_told_makes_a_line_of_its_own_or_steers_a_terminal(form: LogFormat, evil: str) -> None:
    to = io.StringIO()
    logs.begin("web", form=form, to=to)
    structlog.get_logger().warning(evil, told=evil, inside=[evil])
    said = to.getvalue()
    assert said.endswith("\n")
    assert said.count("\n") == 1
    assert said[:-1].isprintable()


def test_at_a_terminal_a_person_reads_words() -> None:
    to = Terminal()
    logs.begin("worker", form=LogFormat.AUTO, to=to)
    structlog.get_logger().info("work done", work="void")
    structlog.get_logger().error("work failed", work="reconcile")
    assert "{" not in to.getvalue()
    assert "reconcile" in to.getvalue()
    assert "void" not in to.getvalue(), "all is well with it"


def test_of_what_a_library_says_the_values_are_left_out() -> None:
    to = io.StringIO()
    logs.begin("web", form=LogFormat.JSON, to=to)
    handler = logs._OfLibraries()
    library = logging.Logger("some.server")
    library.addHandler(handler)
    library.warning("Client went away while serving %s", f"/card/{PERSON}")
    library.error(f"Cannot read {PERSON}")
    try:
        fail()
    except RuntimeError:
        library.exception("%s failed", PERSON)
    lines = lines_of(to)
    assert [line["said"] for line in lines] == ["Client went away while serving %s", "", "%s failed"]
    assert {line["library"] for line in lines} == {"some.server"}
    assert "raised" in lines[2]
    assert "RAHIM" not in to.getvalue()
