"""The card's pages in the order of the file: first for the phone, then for paper."""

from clearance.card.pages_paper import A4
from clearance.card.pages_phone import PHONE

PAGES = (PHONE, A4)
