"""Turn records, notices and the desk's state into what the page shows: JSON with ready-made HTML in both languages."""

from collections import Counter
from typing import Any

from flask import Response, jsonify, render_template

from clearance.credential.mrz import MrzFault
from clearance_templates.wording import (
    DOUBT_WORDS,
    LOOK_WORDS,
    RENEWED_PASSPORT,
    SEAL_WORDS,
    VERDICT_WORDS,
    Look,
    look_of,
)
from verifier.acts import Act, Ground, KeptScan, Objection, likely_ground
from verifier.desk import ScanRecord
from verifier.passport import PassportFault, PassportInHand
from verifier.web.notices import BY_STATUS, EVERY_OTHER_STATUS, NOTICES
from verifier.web.services import Heard, Paper, Services
from verifier.web.slips import GROUND_WORDS

FRESH_S = 24 * 3600  # an older list is shown in amber
Answer = tuple[Response, int]


class Screens:
    """Words the answers of one desk."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def verdict(self, record: ScanRecord, paper: Paper | None = None) -> Answer:
        """The screen of a scan that stands in the journal; of a file, with what its seal is worth."""
        verdict, look = record.verdict, look_of(record.verdict.reason)
        screen = render_template(
            "desk/verdict.html",
            look=look,
            word=LOOK_WORDS[look],
            words=VERDICT_WORDS[verdict.reason],
            record=record,
            claims=verdict.claims,
            renewed=RENEWED_PASSPORT if verdict.note else None,
            doubt=DOUBT_WORDS[paper.doubt] if paper and paper.doubt else None,
            seal=SEAL_WORDS.get(paper.seal_state) if paper and paper.seal_state else None,
            fill={},
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
            scan=record.number,
            matches=record.passport_matches,
            ground=likely_ground(verdict.reason),
            seal=paper.seal_state if paper else None,
            doubt=paper.doubt if paper else None,
            screen=screen,
            state=self.state(),
        )

    def act(self, scan: KeptScan, ground: Ground | None) -> Answer:
        """The screen after an act that stands in the journal. It names nobody; the slip is for the worker's hand."""
        look = Look.CLEARED if scan.done is Act.LET_PASS else Look.CHECK
        code = f"{self._services.desk}-{scan.number:06d}"
        state = self._services.state()
        words = GROUND_WORDS[ground] if ground else None
        around = {"code": code, "at": state.at, "words": words, "desk": self._services.desk, "demo": state.demo}
        return self._answer(
            200,
            kind="act",
            act=scan.done,
            look=look,
            code=code,
            screen=render_template("desk/done.html", look=look, **around),
            slip=render_template("desk/slip.html", scan=scan, **around) if words else "",
            state=self.state(),
        )

    def objection(self, objection: Objection) -> Answer:
        """An act that was not taken, and nothing was written down."""
        return self._answer(409, kind="objection", code=objection)

    def passport(self, passport: PassportInHand | PassportFault | MrzFault, *, heard: str) -> Answer:
        """A passport that will be compared, or why what came is none. `heard` goes along with the card's scan."""
        if isinstance(passport, PassportInHand):
            return self._answer(200, kind="passport", heard=heard, number=passport.number, read_by=passport.read_by)
        return self._answer(422, kind="passport_fault", code=passport)

    def heard(self, heard: Heard) -> Answer:
        """What came from the serial ports."""
        return self._answer(
            200,
            kind="heard",
            turn=heard.turn,
            texts=heard.texts,
            ports=[{"device": port.device, "name": port.name} for port in heard.ports],
            open=heard.open,
            chosen=heard.chosen,
            elsewhere=heard.elsewhere,
        )

    def notice(self, code: str, **fill: int) -> Answer:
        """The screen of something that is no verdict."""
        notice = NOTICES[code]
        screen = render_template(
            "desk/verdict.html",
            look=notice.look,
            word=notice.word or LOOK_WORDS[notice.look],
            words=notice.words,
            claims=None,
            fill=fill,
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
            "acts": {act: state.by_act.get(act, 0) for act in Act},
            "latest": latest,
            "kept": state.kept,
            "kept_line": render_template("desk/kept.html", state=state),
            "unsent": state.unsent,
            "chips": render_template("desk/chips.html", state=state, amber=amber),
            "tally": render_template(
                "desk/tally.html", state=state, total=looks.total(), acts=state.by_act, latest=latest
            ),
        }

    def _answer(self, status: int, **content: Any) -> Answer:
        return jsonify(content), status
