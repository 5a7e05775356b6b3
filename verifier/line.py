"""One line out of the desk: ask whoever is at its other end, with the token that names this desk.

Decides how long and how much is waited for, and what counts as an answer. What is asked is others' business.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import OpenerDirector, Request

from verifier.sync import opener

WAIT_S = 20.0
MAX_ANSWER = 4 << 20


class NotHeard(Exception):
    """There is no usable answer; the text is for the log. What was not taken is sent again."""


class OutOfStep(Exception):
    """The other end holds this journal up to another row than we believed."""

    def __init__(self, taken: int) -> None:
        super().__init__(taken)
        self.taken = taken


@dataclass(frozen=True, kw_only=True)
class Line:
    """Who is asked: `name` for the log and the memory, its address, and the token that this desk says.

    `token` reads it anew each time; None for a desk that is not enrolled.
    """

    name: str
    url: str
    token: Callable[[], str | None]
    opener: OpenerDirector = field(default_factory=opener)

    def ask(self, path: str, message: Mapping[str, object] | None) -> Mapping[str, Any]:
        """The answer to a message, or to a question without one. Raises NotHeard, OutOfStep."""
        body = None if message is None else json.dumps(message).encode()
        headers = {"Authorization": f"Bearer {self.token()}", "Content-Type": "application/json"}
        request = Request(f"{self.url}{path}", data=body, headers=headers)  # noqa: S310
        try:
            with self.opener.open(request, timeout=WAIT_S) as response:
                answer = json.loads(response.read(MAX_ANSWER))
        except HTTPError as error:
            with error:
                if error.code == 409:
                    raise OutOfStep(_taken_in(error.read(MAX_ANSWER))) from error
                raise NotHeard(f"HTTP {error.code}") from error
        except (OSError, HTTPException, ValueError) as error:
            raise NotHeard(type(error).__name__) from error
        if not isinstance(answer, dict):
            raise NotHeard("an answer that is no object")
        return answer


def _taken_in(body: bytes) -> int:
    try:
        taken = json.loads(body)["taken"]
    except (ValueError, KeyError, TypeError):
        taken = None
    if not isinstance(taken, int) or taken < 0:
        raise NotHeard("HTTP 409 without a number")
    return taken
