"""The gate before the look-up: a cafe gets in, a harvest does not, and nothing about it tells who is on record."""

import heapq
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from limits.errors import StorageError
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from clearance.domain.audit import AuditAct
from clearance.issuing.guard import ORDINARY, STRICT
from clearance.issuing.guard_alarms import LEAST_SEEN, SUBJECT, Pattern
from clearance.issuing.lookup import SecondFactor
from clearance.web.public import work
from clearance.web.tally import Count
from tests.fakes.office import draft
from tests.integration.gate import ask_working, asks_for_work, do_work, field, press, solved
from tests.integration.worker_pages import ENTERED, READY, UNKNOWN, Phone, open_app

MISSED = "No card was found"


@pytest.fixture
def cheap_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sums of the same kind that a test can do by the hundred."""
    monkeypatch.setattr(work, "COSTS", (1, 1, 1))


@pytest.fixture
def phone(tmp_path: Path, cheap_work: None) -> Phone:
    office, app = open_app(tmp_path)
    return Phone(office=office, client=app.test_client(use_cookies=False))


def miss(phone: Phone, times: int, *, first: int = 0, born: str = "1995") -> None:
    """Wrong pairs with ever other numbers, far apart and in no order, and the work done that they ask for."""
    for number in range(first, first + times):
        scattered = number * 61_803_399 % 10**8
        assert MISSED in ask_working(phone, f"B{scattered:08d}", year=born).text


# ---- a cafe


class Customer:
    """One of thirty at the same address: two slips of the pen, then the right date. Every other one runs no scripts."""

    def __init__(self, phone: Phone, number: int) -> None:
        self.phone, self.passport_no, self.scripts = phone, f"A{number:08d}", number % 2 == 0
        self.to_type = ["13", "12", "14"]
        self.page: TestResponse | None = None

    def act(self) -> float | None:
        """Type, or press the button of the page; how many seconds until the next act, None when served."""
        if self.page is not None and asks_for_work(self.page):
            self.page = do_work(self.phone, self.page) if self.scripts else press(self.phone, self.page)
        else:
            self.page = self.phone.ask(self.passport_no, day=self.to_type.pop(0))
        if asks_for_work(self.page):
            return 5 if self.scripts else int(self.page.headers["Retry-After"])
        assert self.page.status_code == 200, self.page.text
        return None if "Your card is not ready yet" in self.page.text else 25


def test_a_cafe_of_thirty_people_with_three_tries_each_is_served_within_twenty_minutes(phone: Phone) -> None:
    for number in range(100, 130):
        phone.office.enter(draft(number))
    start, served = phone.office.clock.at, []
    due = [(15.0 * place, place, Customer(phone, 100 + place)) for place in range(30)]
    while due:
        at, place, customer = heapq.heappop(due)
        phone.office.clock.at = start
        phone.office.clock.advance(seconds=at)
        wait = customer.act()
        if wait is None:
            served.append(at)
        else:
            heapq.heappush(due, (at + wait, place, customer))
    assert len(served) == 30
    assert max(served) <= 20 * 60


def test_right_pairs_and_typing_errors_are_never_counted_as_wrong(phone: Phone) -> None:
    for _ in range(40):
        assert phone.ask(READY).status_code == 200
        assert phone.ask("A1").status_code == 422


# ---- what a wrong pair costs


def test_the_first_wrong_pairs_of_a_network_are_free_and_the_next_cost_work(phone: Phone) -> None:
    miss(phone, ORDINARY.free_of_network)
    page = phone.ask("B99999999")
    assert asks_for_work(page)
    assert MISSED not in page.text
    assert MISSED in do_work(phone, page).text


def test_the_third_try_for_one_passport_costs_work_wherever_it_comes_from(phone: Phone) -> None:
    for last in range(ORDINARY.free_of_passport):
        assert phone.at(f"192.0.2.{last}").ask(READY, day="15").status_code == 200
    assert asks_for_work(phone.at("198.51.100.7").ask(READY))


def test_work_is_good_once_and_for_its_own_question(phone: Phone) -> None:
    miss(phone, ORDINARY.free_of_network)
    first, second = phone.ask("B99999999"), phone.ask("B99999998")
    answer = solved(first)
    sent = {"wait": "", "work": answer}
    assert asks_for_work(phone.post("/card", held=field(second, "held"), **sent))
    assert MISSED in phone.post("/card?lang=en", held=field(first, "held"), **sent).text
    assert asks_for_work(phone.post("/card", held=field(first, "held"), **sent))


@pytest.mark.parametrize("forged", ["", "x", "e30=", "eyJjaGFsbGVuZ2UiOnt9fQ==", "W10=", "A" * 5_000, "W" * 4_000])
def test_forged_work_opens_nothing(phone: Phone, forged: str) -> None:
    miss(phone, ORDINARY.free_of_network)
    page = phone.ask("B99999999")
    assert asks_for_work(phone.post("/card", held=field(page, "held"), wait="", work=forged))


def test_who_runs_no_script_waits_and_need_not_type_again(phone: Phone) -> None:
    miss(phone, ORDINARY.free_of_network)
    page = phone.ask(ENTERED)
    wait_s = int(page.headers["Retry-After"])
    phone.office.clock.advance(seconds=wait_s - 5)
    early = press(phone, page)
    assert "It was too early. Wait another 5 seconds" in early.text
    assert field(early, "wait") == field(page, "wait"), "the wait goes on, it does not begin anew"
    phone.office.clock.advance(seconds=5)
    assert "not ready yet" in press(phone, early).text
    assert asks_for_work(press(phone, early)), "a wait is good once"


def test_few_waits_of_one_network_count_in_a_minute(phone: Phone) -> None:
    miss(phone, ORDINARY.free_of_network)
    pages = [phone.ask(f"C{number:08d}") for number in range(8)]
    phone.office.clock.advance(seconds=60)
    passed = [not asks_for_work(press(phone, page)) for page in pages]
    assert passed == [True] * work.WAITS_A_MINUTE + [False] * 2


def test_a_question_that_waits_for_work_opens_no_download(phone: Phone) -> None:
    miss(phone, ORDINARY.free_of_network)
    held = field(phone.ask(READY), "held")
    assert phone.post("/card/download", ticket=held).status_code in {400, 410}


def test_the_page_that_asks_for_work_holds_neither_number_nor_birth_date(phone: Phone) -> None:
    miss(phone, ORDINARY.free_of_network)
    text = phone.ask(READY).text
    assert READY not in text
    assert "1995" not in text


# ---- closed doors


def test_five_wrong_dates_close_a_passport_for_the_day_even_for_the_right_one(phone: Phone) -> None:
    for last in range(ORDINARY.passport_day):
        assert MISSED in ask_working(phone.at(f"192.0.2.{last}"), READY, day="15").text
    closed = phone.at("192.0.2.77").ask(READY)
    assert closed.status_code == 429
    assert "Too many tries" in closed.text
    assert int(closed.headers["Retry-After"]) == 12 * 3_600, "noon in Dhaka; the day ends at midnight"
    assert phone.at("192.0.2.77").ask(ENTERED).status_code == 200
    phone.office.clock.advance(hours=12)
    assert "Your card is ready" in phone.ask(READY).text


def test_an_unknown_number_closes_as_a_known_one_does(phone: Phone) -> None:
    for _ in range(ORDINARY.passport_day):
        ask_working(phone, UNKNOWN)
    assert "Too many tries" in phone.ask(UNKNOWN, lang="en").text


def test_the_way_a_number_is_typed_does_not_open_it_again(phone: Phone) -> None:
    for typed in ("A99999999", "a99999999", "A-99999999", "A 9999 9999", "A৯৯৯৯৯৯৯৯"):
        ask_working(phone, typed)
    assert "Too many tries" in phone.ask("Ａ99999999").text


def test_a_network_is_closed_for_the_hour_and_then_for_the_day(phone: Phone) -> None:
    miss(phone, ORDINARY.network_hour)
    assert "Too many tries" in phone.ask(ENTERED).text
    assert phone.at("192.0.2.9").ask(ENTERED).status_code == 200
    phone.office.clock.advance(hours=1)
    miss(phone, ORDINARY.network_day - ORDINARY.network_hour, first=500)
    phone.office.clock.advance(hours=1)
    assert "Too many tries" in phone.ask(ENTERED).text


def test_right_pairs_have_a_bound_too(phone: Phone) -> None:
    answers = [phone.ask(ENTERED).status_code for _ in range(ORDINARY.found_hour + 1)]
    assert answers == [200] * ORDINARY.found_hour + [429]


def test_where_the_number_alone_is_enough_every_hit_counts_as_a_guess(tmp_path: Path, cheap_work: None) -> None:
    office, app = open_app(tmp_path, second_factor=SecondFactor.NONE)
    phone = Phone(office=office, client=app.test_client(use_cookies=False))
    answers = [phone.post("/card", passport_no=READY).status_code for _ in range(3)]
    assert answers == [200, 200, 429]


def test_a_thousand_forged_proxy_headers_count_as_one_visitor(phone: Phone) -> None:
    codes = []
    for number in range(60):
        answer = phone.client.post(
            "/card",
            data={"passport_no": f"B{number * 61_803_399 % 10**8:08d}", "day": "1", "month": "1", "year": "1990"},
            headers={"X-Forwarded-For": f"203.0.113.{number}", "Forwarded": f"for=203.0.113.{number}"},
            environ_base={"REMOTE_ADDR": "192.0.2.1"},
        )
        codes.append(answer.status_code)
    assert codes == [200] * ORDINARY.free_of_network + [429] * 50


# ---- nothing tells who is on record


def test_the_toll_is_the_same_for_a_known_passport_and_an_unknown_one(phone: Phone) -> None:
    """The third try asks for the same work, with the same status, headers and length of page."""
    pages = []
    for network, number in (("192.0.2.1", READY), ("192.0.2.2", UNKNOWN)):
        there = phone.at(network)
        for _ in range(ORDINARY.free_of_passport):
            there.ask(number, day="15")
        pages.append(there.ask(number, day="15"))
    known, unknown = pages
    assert asks_for_work(known)
    assert known.status_code == unknown.status_code
    assert {name for name, _ in known.headers} == {name for name, _ in unknown.headers}
    without_tokens = [re.sub(r'(value|data-challenge)="[^"]*"', "", page.text) for page in pages]
    assert without_tokens[0] == without_tokens[1]


def test_head_and_conditional_requests_tell_nothing(phone: Phone) -> None:
    for path in ("/", "/card", "/card/download", "/check"):
        answers = [phone.client.head(f"{path}?passport_no={number}") for number in (READY, UNKNOWN)]
        assert answers[0].status_code == answers[1].status_code
        assert answers[0].headers.get("Content-Length") == answers[1].headers.get("Content-Length")
    known, unknown = (phone.at(f"192.0.2.{n}").ask(n_, day="15") for n, n_ in ((1, READY), (2, UNKNOWN)))
    assert "ETag" not in known.headers
    assert known.headers["Cache-Control"] == unknown.headers["Cache-Control"] == "no-store"


# ---- alarms


def alarms(phone: Phone) -> list[str]:
    with phone.office.service.database.read() as work_:
        entries = work_.audit.entries(subject=SUBJECT)
    assert all(entry.act == AuditAct.LOOKUP_ALARM for entry in entries)
    return [str(entry.facts["pattern"]) for entry in entries]


def test_numbers_tried_one_above_the_other_raise_one_alarm(phone: Phone) -> None:
    with capture_logs() as logs:
        for number in range(0, 1_300, 100):
            ask_working(phone, f"B{number:08d}", year=str(1960 + number // 100))
    assert alarms(phone) == [Pattern.ASCENDING_NUMBERS]
    (told,) = [entry for entry in logs if entry["event"] == "look-up alarm"]
    assert told["seen"] == LEAST_SEEN[Pattern.ASCENDING_NUMBERS]
    assert not {"passport_no", "birth_date", "address"} & set(told)
    assert "192.0.2.1" not in str(told)
    assert "B000" not in str(told)


def test_neighbouring_numbers_raise_an_alarm_in_any_order(phone: Phone) -> None:
    for number in (50, 3, 97, 12, 88, 41, 7, 66, 23, 90, 15, 72, 31, 58, 2):
        ask_working(phone, f"B000000{number:02d}", year=str(1960 + number % 40))
    assert Pattern.NEIGHBOURING_NUMBERS in alarms(phone)


def test_one_date_tried_with_many_numbers_raises_an_alarm(phone: Phone) -> None:
    miss(phone, LEAST_SEEN[Pattern.ONE_DATE_MANY_NUMBERS], born="1990")
    assert alarms(phone) == [Pattern.ONE_DATE_MANY_NUMBERS]


def test_one_number_tried_with_many_dates_raises_an_alarm_and_one_date_repeated_does_not(phone: Phone) -> None:
    for last in range(5):
        ask_working(phone.at(f"192.0.2.{last}"), ENTERED, day="15")
    assert alarms(phone) == []
    for last in range(4):
        ask_working(phone.at(f"198.51.100.{last}"), READY, day=str(last + 1))
    assert alarms(phone) == [Pattern.ONE_NUMBER_MANY_DATES]


def test_a_closed_network_is_told_of_once(phone: Phone) -> None:
    miss(phone, ORDINARY.network_hour)
    for _ in range(3):
        phone.ask(ENTERED)
    assert alarms(phone).count(Pattern.NETWORK_CLOSED) == 1


# ---- the shared store


class Flaky:
    """A store that several processes would share, and that can be cut off."""

    down = False

    def __init__(self, _uri: str) -> None:
        self._counts: dict[str, int] = {}

    def count_all(self, counts: Sequence[tuple[str, Count]]) -> list[int]:
        if Flaky.down:
            raise StorageError(ConnectionError("gone"))
        return [self._after(key, count.amount) for key, count in counts]

    def _after(self, key: str, amount: int) -> int:
        self._counts[key] = self._counts.get(key, 0) + amount
        return self._counts[key]


@pytest.fixture
def shared(tmp_path: Path, cheap_work: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Phone]:
    """Two processes' worth of service on one store would be the same: what counts is that the store can go away."""
    from clearance.web import tally

    monkeypatch.setattr(tally, "RedisStore", Flaky)
    office, app = open_app(tmp_path, limiter_storage="redis://shared.example")
    Flaky.down = False
    yield Phone(office=office, client=app.test_client(use_cookies=False))
    Flaky.down = False


def test_a_store_out_of_reach_makes_the_look_up_stricter_and_leaves_other_pages_open(shared: Phone) -> None:
    assert shared.ask(READY).status_code == 200
    Flaky.down = True
    for path in ("/", "/check", "/healthz", "/static/public.css"):
        assert shared.get(path).status_code == 200
    assert asks_for_work(shared.ask(ENTERED)), "the first wrong pair is not free then"
    for number in range(STRICT.network_hour):
        assert MISSED in ask_working(shared, f"B{number * 61_803_399 % 10**8:08d}").text
    assert "Too many tries" in shared.ask(ENTERED).text


def test_a_store_that_comes_back_is_used_again(shared: Phone) -> None:
    Flaky.down = True
    assert asks_for_work(shared.ask(ENTERED))
    Flaky.down = False
    shared.office.clock.advance(seconds=11)
    assert shared.ask(ENTERED).status_code == 200
