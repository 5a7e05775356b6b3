"""One small office for each test, over fakes."""

import pytest

from tests.fakes.office import OfficeAtWork, open_office


@pytest.fixture
def office() -> OfficeAtWork:
    return open_office()
