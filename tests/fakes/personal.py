"""People's data in memory: what is due, what is held about a person, and what keeps it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from clearance.domain.application import Application
from clearance.domain.correction import CorrectionRequest, RequestState
from clearance.domain.desk_journal import KeptRow
from clearance.domain.erasure import ErasureOrder, InvestigationHold
from clearance.domain.lifecycle import ApplicationState
from clearance.domain.retention import BLANK, LOOKUPS_AT_LEAST, Kept, redacted_draft, redacted_passport
from clearance.issuing.ports import Conflict, Keys, NotOnRecord

SHA256_HEX = 64
_S = ApplicationState
_STATES = {
    Kept.DRAFTS: (_S.DRAFT,),
    Kept.REJECTED: (_S.REJECTED,),
    Kept.CLEARED: (_S.ISSUED, _S.DEPARTED, _S.SUPERSEDED, _S.REVOKED),
}


@dataclass
class PersonalRows:
    holds: dict[str, InvestigationHold] = field(default_factory=dict)
    erasure_orders: dict[str, ErasureOrder] = field(default_factory=dict)
    released: dict[str, datetime] = field(default_factory=dict)
    redacted: dict[str, None] = field(default_factory=dict)


@dataclass
class FakePersonalData:
    rows: Any

    def count(self, kept: Kept, *, before: datetime) -> int:
        return len(self._due(kept, before))

    def forget(self, kept: Kept, *, before: datetime, at: datetime, limit: int) -> int:
        if kept is Kept.LOOKUPS:
            before = min(before, at - timedelta(days=LOOKUPS_AT_LEAST))
        names = self._due(kept, before)[:limit]
        ways: Mapping[Kept, Callable[[Any, datetime], None]] = {
            Kept.FORMS: self._forget_form,
            Kept.UPLOADS: self._forget_batch,
            Kept.REQUESTS: lambda name, _: self._forget_request(name),
            Kept.ANSWERS: lambda name, _: self.rows.deliveries.pop(name),
            Kept.LOOKUPS: lambda name, _: self.rows.lookups.pop(name),
            Kept.SCANS: lambda name, _: self._forget_scan(name),
            Kept.EVIDENCE: lambda name, _: self._forget_scan(name),
        }
        for name in names:
            ways[kept](name, at)
        return len(names)

    def overdue(self, kept: Kept, *, before: datetime, limit: int) -> Sequence[str]:
        return self._due(kept, before)[:limit]

    def redact(self, reference: str, *, at: datetime, on: date) -> None:
        case = self._case(reference)
        cards = {no: card for no, card in self.rows.clearances.items() if card.application_reference == reference}
        check = case.draft.visa.check
        documents = [case.draft.worker.photo_sha256, *(card.pdf_sha256 for card in cards.values())]
        self._release([*documents, (check.evidence or "") if check else ""], at)
        acts = tuple(replace(act, reason=None) for act in case.acts)
        left = redacted_draft(reference, case.draft)
        self.rows.applications[reference] = replace(case, draft=left, acts=acts, redacted_on=on)
        for number, card in cards.items():
            taken_back = replace(card.revocation, remark=None) if card.revocation else None
            self.rows.clearances[number] = replace(
                card,
                passport_no=redacted_passport(reference),
                token=b"",
                pdf_sha256="",
                pdf_size=0,
                revocation=taken_back,
            )
        for request in list(self._requests({reference}, case.draft.worker.passport.numbers)):
            self._forget_request(request.reference)

    def cases_of(self, reference: str) -> Sequence[str]:
        found, new = set[str](), {reference} & self.rows.applications.keys()
        while new:
            found |= new
            mine = [self._case(each) for each in found]
            numbers = {number for case in mine for number in case.draft.worker.passport.numbers}
            registrations = {case.draft.worker.registration_no for case in mine}
            new = {
                case.reference
                for case in self.rows.applications.values()
                if numbers & set(case.draft.worker.passport.numbers)
                or case.draft.worker.registration_no in registrations
            } - found
        return sorted(found, key=lambda each: self._case(each).entered.at, reverse=True)

    def held_about(self, references: Collection[str]) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        cases = [self._case(each) for each in references]
        numbers = {number for case in cases for number in case.draft.worker.passport.numbers}
        cards = [card for card in self.rows.clearances.values() if card.application_reference in references]
        rows = [
            asdict(case.draft.worker) | asdict(case.draft) | {"reference": case.reference, "name_en": name}
            for case in cases
            for name in [case.draft.worker.name_en]
        ]
        return {
            "applications": rows,
            "clearances": [asdict(card) for card in cards],
            "correction_requests": [asdict(each) for each in self._requests(set(references), numbers)],
        }

    def released(self, *, before: datetime, limit: int) -> Sequence[str]:
        return [name for name, at in self.rows.released.items() if at < before][:limit]

    def settle_released(self, names: Collection[str]) -> frozenset[str]:
        for name in names:
            self.rows.released.pop(name, None)
        cases = {case.draft.worker.photo_sha256 for case in self.rows.applications.values()}
        cards = {card.pdf_sha256 for card in self.rows.clearances.values()}
        forms = {form.photo_sha256 for form in self.rows.entry_forms.values()}
        rows = {row.photo_sha256 for row in self.rows.batch_rows.values()}
        return frozenset(names) - cases - cards - forms - rows - {sha256 for _, sha256 in self.rows.batch_photos}

    def hold(self, hold: InvestigationHold) -> None:
        if hold.reference in self.rows.holds:
            raise Conflict(hold.reference)
        self.rows.holds[hold.reference] = hold

    def end_hold(self, reference: str, *, officer_no: str, at: datetime) -> None:
        if self.rows.holds.pop(reference, None) is None:
            raise NotOnRecord(reference)

    def holds(self, references: Collection[str]) -> Sequence[InvestigationHold]:
        return [hold for reference, hold in self.rows.holds.items() if reference in references]

    def add_order(self, order: ErasureOrder) -> None:
        if any(each.reference == order.reference for each in self.open_orders()):
            raise Conflict(order.number)
        self.rows.erasure_orders[order.number] = order

    def order(self, number: str) -> ErasureOrder | None:
        order: ErasureOrder | None = self.rows.erasure_orders.get(number)
        return order

    def save_order(self, order: ErasureOrder) -> None:
        if not self.rows.erasure_orders[order.number].open:
            raise Conflict(order.number)
        self.rows.erasure_orders[order.number] = order

    def open_orders(self) -> Sequence[ErasureOrder]:
        return [order for order in self.rows.erasure_orders.values() if order.open]

    def _due(self, kept: Kept, before: datetime) -> list[Any]:
        rows = self.rows
        match kept:
            case Kept.FORMS:
                return [name for name, form in rows.entry_forms.items() if form.saved_at < before]
            case Kept.UPLOADS:
                return [number for number in rows.batches if self._is_done(number, before)]
            case Kept.REQUESTS:
                over = [each for each in rows.correction_requests.values() if each.state is not RequestState.OPEN]
                return [each.reference for each in over if each.settled_at < before and not self._went(each.reference)]
            case Kept.ANSWERS:
                settled = [each for each in rows.deliveries.items() if each[1].settled_at is not None]
                return [number for number, each in settled if each.settled_at < before]
            case Kept.LOOKUPS:
                return [number for number, each in rows.lookups.items() if each.at < before]
            case Kept.SCANS | Kept.EVIDENCE:
                wanted = kept is Kept.EVIDENCE
                return [
                    nonce
                    for nonce, row in rows.desk_rows.items()
                    if row.received_at < before
                    and (row.row.text("text") is not None) is wanted
                    and not self._went(nonce)
                ]
            case Kept.DRAFTS | Kept.REJECTED | Kept.CLEARED:
                return [case.reference for case in rows.applications.values() if self._is_over(kept, case, before)]

    def _is_over(self, kept: Kept, case: Application, before: datetime) -> bool:
        if case.state not in _STATES[kept] or case.redacted_on or case.reference in self.rows.holds:
            return False
        if kept is Kept.CLEARED:
            last = max(case.draft.visa.expires_on, case.valid_until or date.min)
            return last < before.date() and case.entered.at < before
        return case.acts[-1].at < before

    def _is_done(self, number: str, before: datetime) -> bool:
        runs = [run for run in self.rows.batch_runs.values() if run.batch_no == number]
        going = any(run.finished_at is None or run.finished_at >= before for run in runs)
        return self.rows.batches[number].uploaded_at < before and not going and not self._went(number)

    def _went(self, name: str) -> bool:
        return name in self.rows.redacted

    def _case(self, reference: str) -> Application:
        case: Application | None = self.rows.applications.get(reference)
        if case is None:
            raise NotOnRecord(reference)
        return case

    def _requests(self, references: Collection[str], numbers: Collection[str]) -> Iterable[CorrectionRequest]:
        for request in self.rows.correction_requests.values():
            of_case = {request.application_reference, request.correction} & set(references)
            if (of_case or request.passport_no in numbers) and not self._went(request.reference):
                yield request

    def _release(self, names: Iterable[str], at: datetime) -> None:
        for name in names:
            if len(name) == SHA256_HEX:
                self.rows.released.setdefault(name, at)

    def _forget_request(self, reference: str) -> None:
        request = self.rows.correction_requests[reference]
        self.rows.correction_requests[reference] = replace(
            request,
            passport_no=redacted_passport(reference),
            birth_date=None,
            text=BLANK,
            phone=BLANK,
            slip_code=None,
            answer=BLANK if request.state is RequestState.ANSWERED else request.answer,
        )
        self.rows.redacted[reference] = None

    def _forget_form(self, number: str, at: datetime) -> None:
        self._release([self.rows.entry_forms.pop(number).photo_sha256], at)

    def _forget_batch(self, number: str, at: datetime) -> None:
        for key, row in list(self.rows.batch_rows.items()):
            if key[0] == number:
                self._release([row.photo_sha256], at)
                self.rows.batch_rows[key] = replace(row, texts={}, notes=(), keys=Keys(), photo_sha256="")
        for key in [key for key in self.rows.batch_photos if key[0] == number]:
            self._release([key[1]], at)
            del self.rows.batch_photos[key]
        self.rows.batches[number] = replace(self.rows.batches[number], file_name=BLANK)
        self.rows.redacted[number] = None

    def _forget_scan(self, nonce: str) -> None:
        kept: KeptRow = self.rows.desk_rows[nonce]
        columns = {name: value for name, value in kept.row.columns.items() if name not in {"passport_no", "text"}}
        self.rows.desk_rows[nonce] = replace(kept, row=replace(kept.row, columns=columns))
        self.rows.redacted[nonce] = None
