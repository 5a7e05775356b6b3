"""Turn records, notices and the desk's state into what the page shows: JSON with ready-made HTML in both languages."""

from collections import Counter
from typing import Any

from flask import Response, jsonify, render_template

from clearance_templates.wording import LOOK_WORDS, RENEWED_PASSPORT, VERDICT_WORDS, Look, look_of
from verifier.desk import ScanRecord
from verifier.web.notices import BY_STATUS, EVERY_OTHER_STATUS, NOTICES
from verifier.web.services import Services

FRESH_S = 24 * 3600  # an older list is shown in amber
Answer = tuple[Response, int]


class Screens:
    """Words the answers of one desk."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def verdict(self, record: ScanRecord) -> Answer:
        """The screen of a scan that stands in the journal."""
        verdict, look = record.verdict, look_of(record.verdict.reason)
        screen = render_template(
            "desk/verdict.html",
            look=look,
            word=LOOK_WORDS[look],
            words=VERDICT_WORDS[verdict.reason],
            record=record,
            claims=verdict.claims,
            renewed=RENEWED_PASSPORT if verdict.note else None,
        )
        return self._answer(
            200,
            kind="verdict",
            look=look,
            outcome=verdict.outcome,
            reason=verdict.reason,
            source=record.source,
            text=record.text,
            genuine=verdict.claims is not None,
            screen=screen,
            state=self.state(),
        )

    def notice(self, code: str) -> Answer:
        """The screen of something that is no verdict."""
        notice = NOTICES[code]
        screen = render_template(
            "desk/verdict.html", look=notice.look, word=LOOK_WORDS[notice.look], words=notice.words, claims=None
        )
        return self._answer(notice.status, kind="notice", code=code, look=notice.look, screen=screen)

    def refusal(self, status: int) -> Answer:
        """The notice for a request that went no further, with its own HTTP status."""
        response, _ = self.notice(BY_STATUS.get(status, EVERY_OTHER_STATUS))
        return response, status

    def nothing(self, hint: str | None) -> Answer:
        """A frame that changes nothing on the screen."""
        return self._answer(200, kind="nothing", hint=hint)

    def synced(self, *, complete: bool) -> Answer:
        return self._answer(200, kind="sync", complete=complete, state=self.state())

    def state(self) -> dict[str, Any]:
        """What stands above and below the verdict."""
        state = self._services.state()
        looks = Counter[Look]()
        for reason, count in state.by_reason.items():
            looks[look_of(reason)] += count
        latest = [look_of(reason) for reason in state.latest]
        amber = state.list_age_s is None or state.list_age_s > FRESH_S
        return {
            "at": state.at,
            "list_age_s": state.list_age_s,
            "amber": amber,
            "issuer_answers": state.issuer_answers,
            "demo": state.demo,
            "journal_whole": state.journal_whole,
            "counts": {look: looks[look] for look in Look},
            "latest": latest,
            "unsent": state.unsent,
            "chips": render_template("desk/chips.html", state=state, amber=amber),
            "tally": render_template("desk/tally.html", looks=looks, total=looks.total(), latest=latest),
        }

    def _answer(self, status: int, **content: Any) -> Answer:
        return jsonify(content), status
