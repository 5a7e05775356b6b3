"""The worker's pages: passport number and date of birth in, card out. No account, no cookie, no JavaScript."""

from clearance.web.public.routes import blueprint

__all__ = ["blueprint"]
