"""Where a desk's settings come from, and what is said about wrong ones."""

from pathlib import Path

import pytest

from verifier.config import ConfigError, DeskConfig, settings


def test_without_any_word_the_desk_stands_beside_the_demo() -> None:
    config = settings({})
    assert config == DeskConfig(home=Path("var/desk"), issuer_url="http://127.0.0.1:8000", port=8100, told=False)


def test_the_command_line_wins_over_the_environment() -> None:
    said = {"VERIFIER_PORT": "9000", "VERIFIER_DESK": "CGP-3", "VERIFIER_HOME": "/srv/desk"}
    config = settings(said, port=9001)
    assert (config.port, config.desk, config.home) == (9001, "CGP-3", Path("/srv/desk"))


def test_port_zero_is_a_port() -> None:
    assert settings({"VERIFIER_PORT": "9000"}, port=0).port == 0


def test_the_files_of_a_desk_lie_in_its_home() -> None:
    config = settings({}, home=Path("/srv/desk"))
    assert config.trust == Path("/srv/desk/trust")
    assert config.state == Path("/srv/desk/state")
    assert config.journal == Path("/srv/desk/journal.db")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"VERIFIER_PORT": "eighty"}, "VERIFIER_PORT must be a whole number"),
        ({"VERIFIER_PORT": "99999"}, "between 0 and 65535"),
        ({"VERIFIER_ISSUER_URL": "ftp://bmet"}, "must look like https://host"),
        ({"VERIFIER_ISSUER_URL": "bmet.gov.bd"}, "must look like https://host"),
        ({"VERIFIER_SYNC_EVERY_S": "1"}, "between 5 and 86400"),
        ({"VERIFIER_DESK": "x" * 41}, "1 to 40 characters"),
        ({"VERIFIER_DESK": "DAC\x1b[31m"}, "1 to 40 characters"),
    ],
)
def test_a_wrong_setting_is_named(wrong: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        settings(wrong)


def test_all_wrong_settings_are_named_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        settings({"VERIFIER_PORT": "99999", "VERIFIER_ISSUER_URL": "x", "VERIFIER_SYNC_EVERY_S": "1"})
    assert len(str(caught.value).splitlines()) == 3
