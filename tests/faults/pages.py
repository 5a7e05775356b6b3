"""An officer at the staff pages of a real web program, which may die at any moment."""

import html
import re
import time
from collections.abc import Mapping
from http.cookies import SimpleCookie
from threading import Lock
from typing import Any

import httpx

CODE = re.compile(r"data-demo-code>(\d{6})<")
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
PATIENCE_S = 10.0

Files = list[tuple[str, tuple[str, bytes]]]
"""Field, file name and content of each file of a form."""


class Unanswered(Exception):
    """The web program died over it, or said that something else is out of order: what happened is not known."""


class OfficerAtPages:
    """One browser; threads may share it."""

    def __init__(self, url: str, username: str, password: str) -> None:
        self._client = httpx.Client(
            base_url=url,
            timeout=PATIENCE_S,
            headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"},
        )
        self._cookies = {"lang": "en"}
        """Kept by hand: ours are for TLS only, which a browser does not ask of loopback, and this client does."""
        self._username, self._password = username, password
        self._token = ""
        self._door = Lock()

    def close(self) -> None:
        self._client.close()

    def post(self, path: str, form: Mapping[str, str], *, files: Files | None = None) -> str:
        """Send a form; the path that the answer leads to. Raises Unanswered."""
        if not self._token:
            self._sign_in()
        answer = self._send(path, form, files)
        if answer.status_code == 303 and "sign-in" not in answer.headers["Location"]:
            return answer.headers["Location"]
        if "sign-in" in answer.headers.get("Location", "") or "data-demo-code" in answer.text or "csrf" in answer.text:
            self._token = ""  # the session is over, or its second factor is no longer fresh
        raise Unanswered(f"{path}: {answer.status_code}")

    def _send(self, path: str, form: Mapping[str, str], files: Files | None = None) -> httpx.Response:
        return self._ask("POST", path, data={**form, "csrf_token": self._token}, files=files)

    def _get(self, path: str) -> str:
        return self._ask("GET", path).text

    def _ask(self, method: str, path: str, **content: Any) -> httpx.Response:
        shown = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        try:
            answer = self._client.request(method, path, headers=shown, **content)
        except httpx.HTTPError as error:
            raise Unanswered(f"{path}: {type(error).__name__}") from error
        for name, morsel in SimpleCookie("\r\n".join(answer.headers.get_list("set-cookie"))).items():
            self._cookies[name] = morsel.value
        return answer

    def _sign_in(self) -> None:
        """Password, then the code that a demo shows; each is good once, so that the next may take a while."""
        with self._door:
            if self._token:
                return
            self._cookies = {"lang": "en"}
            self._token = _found(TOKEN, self._get("/staff/sign-in"))
            try:
                entered = self._send("/staff/sign-in", {"username": self._username, "password": self._password})
                if entered.status_code != 303:
                    self._show_code()
            finally:
                self._token = ""
            self._token = _found(TOKEN, self._get("/staff/cards"))

    def _show_code(self) -> None:
        while not (code := CODE.search(page := self._get("/staff/second-factor"))):
            time.sleep(1)
        fields = {name: html.unescape(value) for name, value in HIDDEN.findall(page.partition("<main")[2])}
        self._token = fields.pop("csrf_token")
        self._send("/staff/second-factor", fields | {"factor_code": code[1]})


def _found(pattern: re.Pattern[str], page: str) -> str:
    match = pattern.search(page)
    if match is None:
        raise Unanswered("a page without a form")
    return match[1]
