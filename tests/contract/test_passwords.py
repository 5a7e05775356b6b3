"""What every password hasher promises."""

import argon2
import pytest

from clearance.issuing.ports import PasswordHasher
from clearance.storage.passwords import Argon2Passwords
from tests.fakes.outside import FakePasswords


@pytest.fixture(params=["fake", "argon2"])
def passwords(request: pytest.FixtureRequest) -> PasswordHasher:
    cheap = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return FakePasswords() if request.param == "fake" else Argon2Passwords(cheap)


@pytest.mark.parametrize("password", ["correct horse battery", "পাসওয়ার্ড", "x" * 200, ""])
def test_the_right_password_verifies(passwords: PasswordHasher, password: str) -> None:
    hashed = passwords.hash(password)
    assert hashed != password
    assert passwords.verify(hashed, password)


def test_a_wrong_password_does_not(passwords: PasswordHasher) -> None:
    hashed = passwords.hash("correct horse battery")
    assert not passwords.verify(hashed, "correct horse batterY")
    assert not passwords.verify(hashed, "")


def test_nobodys_password_never_verifies(passwords: PasswordHasher) -> None:
    assert not passwords.verify(None, "")
    assert not passwords.verify(None, "correct horse battery")


@pytest.mark.parametrize("damaged", ["", "no hash", "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$"])
def test_a_damaged_hash_never_verifies(passwords: PasswordHasher, damaged: str) -> None:
    assert not passwords.verify(damaged, "correct horse battery")


def test_a_hash_of_today_is_not_outdated(passwords: PasswordHasher) -> None:
    assert not passwords.outdated(passwords.hash("correct horse battery"))


def test_a_hash_of_weaker_parameters_is() -> None:
    weaker = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("correct horse battery")
    assert Argon2Passwords().outdated(weaker)


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "bangladesh1971",
        "qwertyuiop123",
        "123456789012",
        "aaaaaaaaaaaa",
        "iloveyou1234",
        "P@ssw0rd2026!",
        "AmarSonarBangla",
        "JoyBangla@2024",
        "nilufar nilufar",
        "dhaka dhaka dhaka",
    ],
)
def test_what_is_tried_first_is_easily_guessed(password: str) -> None:
    assert Argon2Passwords().easily_guessed(password, about=["nilufar"])


@pytest.mark.parametrize(
    "password", ["seven wet buffaloes hum", "3f2a-77b1-90cc", "বারোটি ভেজা মহিষ গান গায়", "tj7#Qm2!x0Zp" * 15]
)
def test_what_nobody_would_try_is_not(password: str) -> None:
    assert not Argon2Passwords().easily_guessed(password, about=["nilufar"])
