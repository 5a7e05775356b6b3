"""Who needs a second factor, how long it is fresh, and which code an app shows when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearance.domain.factors import (
    AHEAD,
    FRESH_FOR,
    code_at,
    in_fours,
    is_fresh,
    matching_step,
    needs_second_factor,
    new_code,
    next_code,
    plain_code,
    provisioning_uri,
    step_at,
    typed_secret,
)
from clearance.domain.staff import ENTERING, Role
from tests.fakes.office import CLERK, NOW

SECRET = b"12345678901234567890"
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_rfc_6238_appendix_b(seconds: int, code: str) -> None:
    assert code_at(SECRET, seconds // 30) == code


@pytest.mark.parametrize("role", Role)
def test_whoever_does_more_than_enter_needs_a_second_factor(role: Role) -> None:
    assert needs_second_factor(replace(CLERK, roles=frozenset({role}))) == (role not in ENTERING)
    assert needs_second_factor(replace(CLERK, roles=ENTERING | {role})) == (role not in ENTERING)


def test_a_factor_is_fresh_for_ten_minutes_and_not_before_it_was_shown() -> None:
    assert timedelta(minutes=10) == FRESH_FOR
    assert is_fresh(NOW, now=NOW + FRESH_FOR)
    assert not is_fresh(NOW, now=NOW + FRESH_FOR + timedelta(seconds=1))
    assert is_fresh(NOW, now=NOW - AHEAD)
    assert not is_fresh(NOW, now=NOW - AHEAD - timedelta(seconds=1))
    assert not is_fresh(None, now=NOW)


@given(now=MOMENTS, drift=st.integers(-1, 1))
def test_a_clock_one_step_off_is_forgiven(now: datetime, drift: int) -> None:
    step = step_at(now) + drift
    assert matching_step(SECRET, code_at(SECRET, step), now=now, after=0) is not None


@given(now=MOMENTS, drift=st.integers(2, 1000), sign=st.sampled_from([-1, 1]))
def test_a_code_of_another_time_is_refused(now: datetime, drift: int, sign: int) -> None:
    step = step_at(now) + sign * drift
    near = {code_at(SECRET, step_at(now) + each) for each in (-1, 0, 1)}
    found = matching_step(SECRET, code_at(SECRET, step), now=now, after=0)
    assert (found is not None) == (code_at(SECRET, step) in near)


@given(now=MOMENTS, drift=st.integers(-1, 1))
def test_a_code_and_those_before_it_count_once(now: datetime, drift: int) -> None:
    used = step_at(now) + drift
    for step in range(used - 2, used + 1):
        found = matching_step(SECRET, code_at(SECRET, step), now=now, after=used)
        assert found is None or found > used


@pytest.mark.parametrize("nonsense", ["", "00000", "0000000", "abcdef", "০১২৩৪৫", "\x00", "12 456"])
def test_what_is_no_code_is_refused(nonsense: str) -> None:
    assert matching_step(SECRET, nonsense, now=NOW, after=0) is None


def test_the_next_code_is_never_one_that_was_used() -> None:
    step = step_at(NOW)
    assert next_code(SECRET, now=NOW, after=0) == code_at(SECRET, step)
    assert next_code(SECRET, now=NOW, after=step) == code_at(SECRET, step + 1)
    assert next_code(SECRET, now=NOW, after=step + 1) is None


def test_an_app_reads_name_and_secret_from_the_address() -> None:
    uri = provisioning_uri(SECRET, account="karim", issuer="BMET clearance")
    assert uri.startswith("otpauth://totp/BMET%20clearance:karim?")
    assert "secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" in uri
    assert typed_secret(SECRET).startswith("GEZD GNBV ")


@given(st.text("abcdefghjkmnpqrstuvwxyz23456789", min_size=16, max_size=16))
def test_a_code_typed_with_dashes_spaces_and_capitals_is_the_same(code: str) -> None:
    typed = "-".join(code[start : start + 4] for start in range(0, 16, 4)).upper()
    assert plain_code(typed) == plain_code(in_fours(code)) == code


def test_codes_for_paper_differ_and_have_no_letters_that_are_mistaken() -> None:
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(len(plain_code(code)) == 16 for code in codes)
    assert not set("".join(codes)) & set("ilo01")
