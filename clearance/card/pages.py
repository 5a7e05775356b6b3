"""The card's pages in the order of the file: first for the phone, then for paper."""

from clearance.card.page_parts import Page
from clearance.card.pages_paper import A4
from clearance.card.pages_phone import PHONE

__all__ = ["A4", "PAGES", "PHONE", "Page"]

PAGES = (PHONE, A4)
