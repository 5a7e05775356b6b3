"""The office's own helplines: set in one place, said on every page."""

import shutil
from pathlib import Path

import pytest

from clearance.bootstrap import ConfigurationRefused, read_settings, service_of
from clearance.serving import web_app
from tests.fakes.installation import made_keys
from tests.fakes.records_keys import lay_keys


@pytest.fixture
def home(tmp_path: Path) -> Path:
    shutil.copytree(made_keys(), tmp_path / "keys")
    lay_keys(tmp_path)
    return tmp_path


def configured(home: Path, *lines: str) -> Path:
    text = "\n".join(('environment = "demo"', "[office]", *lines))
    (home / "clearance.toml").write_text(text, encoding="utf-8")
    return home


def test_the_pages_name_the_helplines_of_the_settings(home: Path) -> None:
    settings = read_settings(configured(home, 'helpline = "09999 123"', 'helpline_abroad = "+880 1 234567"'))
    with service_of(settings) as service:
        client = web_app(service, settings).test_client()
        pages = [client.get(path).text for path in ("/?lang=en", "/help/en/helplines")]
        assert 'href="tel:09999123">09999 123</a>' in pages[0]
        assert 'href="tel:+8801234567">+880 1 234567</a>' in pages[0]
        assert "16135" not in "".join(pages)


@pytest.mark.parametrize("line", ['helpline = "call us"', 'helpline = ""', 'helpline = "<b>1</b>"', 'fax = "1"'])
def test_what_is_no_number_is_refused_at_the_start(home: Path, line: str) -> None:
    with pytest.raises(ConfigurationRefused):
        read_settings(configured(home, line))
