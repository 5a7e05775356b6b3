"""What is wrong with the settings as they were given, before anybody is asked."""

from collections.abc import Iterator

from clearance.config import SETTINGS_FILE, Settings
from clearance.issuing.lookup import SecondFactor
from clearance.signing.findings import Finding, fault, warning


def check_settings(settings: Settings) -> Iterator[Finding]:
    """Each as a sentence and its cure."""
    where = str(settings.home / SETTINGS_FILE)
    if settings.demo:
        said = "This is a demo: its keys are refused at real desks, and its people are invented."
        yield warning(
            "environment.demo", where, said, 'For real workers: a home of its own, environment = "production".'
        )
        return
    yield from _address(settings, where)
    if settings.second_factor is SecondFactor.NONE:
        said = "Whoever knows a passport number sees that person's card."
        yield fault("second_factor.none", where, said, 'Set second_factor = "birth_date".')
    yield from _counting(settings, where)


def _address(settings: Settings, where: str) -> Iterator[Finding]:
    if not settings.public_url.startswith("https://"):
        yield fault("public_url.plain", where, "Visitors would come without TLS.", "Set public_url = https://...")
    for name in ("public_url", "security_contact"):
        if name not in settings.model_fields_set:
            yield warning(f"{name}.unset", where, f"{name} is the built-in one.", f"Set {name} to this office's own.")
    if settings.trusted_proxies == 0:
        said = "No proxy is counted: behind one, every visitor would be the same, and answers would not know of TLS."
        yield warning("trusted_proxies.none", where, said, "Set trusted_proxies to the number of your own proxies.")


def _counting(settings: Settings, where: str) -> Iterator[Finding]:
    if settings.limiter_storage.startswith("memory:") and not settings.embedded_worker:
        said = "Tries are counted in each web process by itself: two of them allow twice as many."
        cure = "Set limiter_storage = redis://..., unless one web process is all there is."
        yield warning("limiter.alone", where, said, cure)
    if settings.metrics_token_file is None:
        cure = "openssl rand -hex 32 > FILE, metrics_token_file = FILE, and deploy/prometheus/alerts.yaml"
        yield warning("metrics.none", where, "Nobody is told when something stops: /metrics is off.", cure)
