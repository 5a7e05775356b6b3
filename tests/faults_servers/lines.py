"""A visitor's line to a web server: quick, polite, from an address of its own."""

import html
import http.client
import re
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came; status 0 where the line was cut before a status came."""

    status: int
    text: str
    headers: Mapping[str, str]
    seconds: float


@dataclass(kw_only=True)
class Browser:
    """A visitor at an address of loopback of its own, with a cookie jar, who reads English."""

    port: int
    address: str = "127.0.0.1"
    within_s: float = 30.0
    trusted: ssl.SSLContext | None = None
    host: str = "127.0.0.1"
    heard: list[Answer] = field(default_factory=list)
    _cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def post(self, path: str, **form: str) -> Answer:
        return self.ask("POST", path, urlencode(form).encode(), {"Content-Type": FORM})

    def look_up(self, passport_no: str) -> Answer:
        return self.post("/card?lang=en", passport_no=passport_no, day="14", month="3", year="1995")

    def sign_in(self, username: str, password: str) -> Answer:
        form = self.get("/staff/sign-in?lang=en").text
        found = re.search(r'name="csrf_token" value="([^"]+)"', form)
        token = html.unescape(found[1]) if found else ""
        return self.post("/staff/sign-in", username=username, password=password, next="", csrf_token=token)

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        began = time.monotonic()
        line = self._line()
        try:
            line.request(method, path, body or None, {"Cookie": self._jar(), **(headers or {})})
            response = line.getresponse()
            content = response.read().decode(errors="replace")
            for cookie in response.headers.get_all("Set-Cookie") or ():
                name, _, value = cookie.partition(";")[0].partition("=")
                self._cookies[name] = value
            answer = Answer(status=response.status, text=content, headers=response.headers, seconds=_since(began))
        except (OSError, http.client.HTTPException) as cut:
            answer = Answer(status=0, text=type(cut).__name__, headers={}, seconds=_since(began))
        finally:
            line.close()
        self.heard.append(answer)
        return answer

    def _line(self) -> http.client.HTTPConnection:
        place = {"timeout": self.within_s, "source_address": (self.address, 0)}
        if self.trusted:
            return http.client.HTTPSConnection(self.host, self.port, context=self.trusted, **place)
        return http.client.HTTPConnection(self.host, self.port, **place)

    def _jar(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())


def _since(began: float) -> float:
    return time.monotonic() - began
