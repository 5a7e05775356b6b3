"""What the web tier is told by bootstrap: plain values, no settings object."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clearance.issuing.lookup import SecondFactor
from clearance.issuing.vital_signs import Sign


@dataclass(frozen=True, kw_only=True)
class WebOptions:
    """`secret_key` signs session cookies and download tokens; `trust_directory` holds root.pem, trust.cose, status/.

    `trusted_proxies` is how many proxies of our own stand in front: only that many X-Forwarded-For entries count.
    """

    secret_key: bytes
    second_factor: SecondFactor
    trust_directory: Path
    limiter_storage: str = "memory://"
    trusted_proxies: int = 0
    public_url: str = "https://clearance.bmet.gov.bd"
    """Where visitors reach this service."""
    security_contact: str = "mailto:security@bmet.gov.bd"
    helpline: str = "16135"
    helpline_abroad: str = "+880 9610 102030"
    log_requests: bool = False
    """Whether each request is told of in a line."""
    probes: Mapping[str, Callable[[], bool]] = field(default_factory=dict)
    """What is asked of the neighbours when somebody asks whether this program is ready."""
    metrics_token: bytes | None = None
    """What one must show to be told the metrics; None where nobody is."""
    signs: Callable[[], Iterable[Sign]] = tuple
    """What this program measures besides the vital signs of the office."""
    chores: tuple[str, ...] = ()
    """What the worker does by itself, whose age is among the metrics."""
    help_directory: Path | None = None
    """The installation's own help pages, which stand before the shipped ones; None for these alone."""
