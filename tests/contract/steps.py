"""What the contracts write and seek."""

from collections.abc import Callable
from typing import Any

from clearance.domain.lifecycle import ApplicationState
from clearance.issuing.ports import Database, Sought, UnitOfWork
from tests.fakes.office import TODAY


def sought(**wanted: Any) -> Sought:
    return Sought(**{"states": frozenset(ApplicationState), "on": TODAY, **wanted})


def write(database: Database, step: Callable[[UnitOfWork], object]) -> None:
    with database.write() as work:
        step(work)
        work.commit()
