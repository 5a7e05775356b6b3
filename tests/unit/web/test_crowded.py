"""The answer for whom not even a thread is free."""

from http.client import HTTPResponse
from io import BytesIO

from clearance.web.crowded import ADVICE, AGAIN_S, TITLE, turned_away
from clearance_templates.i18n import translator


class Line:
    """What the client's reader needs of a connection."""

    def makefile(self, _mode: str) -> BytesIO:
        return BytesIO(turned_away())


def test_it_is_a_whole_answer_that_says_when_to_come_again_in_both_languages() -> None:
    answer = HTTPResponse(Line())  # type: ignore[arg-type]
    answer.begin()
    page = answer.read().decode()
    assert answer.status == 503
    assert answer.headers["Retry-After"] == str(AGAIN_S)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Connection"] == "close"
    for language in ("bn", "en"):
        words = translator(language)
        assert words.gettext(TITLE) in page
        assert words.gettext(ADVICE) in page
    assert translator("bn").gettext(ADVICE) != ADVICE
