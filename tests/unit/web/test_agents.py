"""The kind of a browser: the same after an update, another one on another computer."""

import pytest

from clearance.web.staff.agents import family

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{}.0.0.0 Safari/537.36"
)


@pytest.mark.parametrize(
    ("user_agent", "kind"),
    [
        (CHROME.format(141), "Chrome, Windows"),
        (CHROME.format(141) + " Edg/141.0", "Edge, Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Linux"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari, iPhone"),
        ("", "?, ?"),
        ("curl/8.0", "?, ?"),
    ],
)
def test_browser_and_system_are_named(user_agent: str, kind: str) -> None:
    assert family(user_agent) == kind
    assert len(kind) <= 40


def test_an_update_is_no_other_browser() -> None:
    assert family(CHROME.format(141)) == family(CHROME.format(152))
