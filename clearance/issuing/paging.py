"""Long lists, a page at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True, kw_only=True)
class Page(Generic[Item]):
    """One page of a list: `page` of `pages`, both from 1, and how many items there are in all."""

    items: Sequence[Item]
    total: int
    page: int
    pages: int


def page_of(fetch: Callable[[int, int], Sequence[Item]], *, total: int, page: int, per_page: int) -> Page[Item]:
    """The page asked for, or the nearest there is. `fetch(limit, offset)` reads the items."""
    pages = max(1, -(-total // per_page))
    page = min(max(1, page), pages)
    return Page(items=fetch(per_page, (page - 1) * per_page), total=total, page=page, pages=pages)
