"""One application for all programs, and a fresh office behind it for each test."""

import pytest
from flask import Flask

from tests.fakes.database import FakeDatabase
from tests.fakes.office import NOW, OfficeAtWork
from tests.fakes.rows import Rows
from tests.integration.api.programs import AGENCYS, Program, open_api, program


@pytest.fixture(scope="module")
def opened_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[OfficeAtWork, Flask, Rows]:
    """Making the application takes longer than any of these tests."""
    office, app = open_api(tmp_path_factory.mktemp("trust"))
    assert isinstance(office.service.database, FakeDatabase)
    return office, app, office.service.database.rows.copy()


@pytest.fixture
def opened(opened_once: tuple[OfficeAtWork, Flask, Rows]) -> tuple[OfficeAtWork, Flask]:
    """The office as it was furnished, at noon."""
    office, app, furnished = opened_once
    assert isinstance(office.service.database, FakeDatabase)
    office.service.database.rows = furnished.copy()
    office.clock.at = NOW
    return office, app


@pytest.fixture
def agency(opened: tuple[OfficeAtWork, Flask]) -> Program:
    return program(*opened, *AGENCYS)
