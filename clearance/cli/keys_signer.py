"""`clearance keys root` and `clearance keys signer`: the ceremony between an offline root and where keys live."""

import os
from datetime import timedelta
from pathlib import Path

import click

from clearance.cli.keys_common import (
    directory_option,
    fail,
    faults_told,
    passphrase_option,
    pin_option,
    present_options,
    secrets_of,
    tell,
    token_option,
)
from clearance.credential.cose import Algorithm
from clearance.signing.authority import DEMO, Role, Subject
from clearance.signing.ceremony import Occasion
from clearance.signing.ceremony_root import certify_request, create_root
from clearance.signing.ceremony_signer import install_signer, request_signer
from clearance.signing.pkcs11_uri import TokenAddress

ALGORITHMS = {"es256": Algorithm.ES256, "eddsa": Algorithm.EDDSA}

role_option = click.option(
    "--role", type=click.Choice([role.value for role in Role]), required=True, help="What the key will sign."
)


@click.group()
def root() -> None:
    """The root: made once, kept offline, used to certify signers."""


@click.group()
def signer() -> None:
    """Signers: ask for a certificate, certify, install."""


@root.command()
@click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="A new or empty directory, best on the medium that will lie in the safe.",
)
@click.option("--organisation", help="Who stands behind the keys; not with --demo.")
@click.option("--country", help="Two capital letters; BD unless given, not with --demo.")
@click.option("--years", type=click.IntRange(1, 30), default=20, show_default=True, help="How long it is valid.")
@click.option("--demo", is_flag=True, help="A root no real desk trusts (C=ZZ).")
@token_option
@passphrase_option
@pin_option
@present_options
def create(
    directory: Path,
    organisation: str | None,
    country: str | None,
    years: int,
    demo: bool,
    token: str | None,
    passphrase_file: Path | None,
    pin_file: Path | None,
    on: Occasion,
) -> None:
    """Make a root, on a machine without network.

    \b
    Example:
      clearance keys root create --dir /media/root --organisation "Bureau of Manpower, Employment and Training" \\
        --operator "A. Rahman" --witness "N. Akter" --witness "M. Hossain"
    """
    try:
        subject = subject_of(demo=demo, organisation=organisation, country=country)
    except ValueError as error:
        fail(str(error), os.EX_USAGE)
    with faults_told():
        done = create_root(
            directory,
            subject=subject,
            on=on,
            secrets=secrets_of(passphrase_file, pin_file, of=directory, new_keys=True),
            token=TokenAddress.parse(token) if token else None,
            lifetime=timedelta(days=365 * years),
        )
        tell(done, directory, on)


@signer.command()
@directory_option
@role_option
@click.option("--alg", type=click.Choice(list(ALGORITHMS)), default="es256", show_default=True, help="A seal is es256.")
@click.option(
    "--root",
    "root_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The root's public/root.pem; needed for the first request of a directory, which it pins.",
)
@token_option
@passphrase_option
@pin_option
@present_options
def request(
    directory: Path,
    role: str,
    alg: str,
    root_file: Path | None,
    token: str | None,
    passphrase_file: Path | None,
    pin_file: Path | None,
    on: Occasion,
) -> None:
    """Make a key where it will live, and a request for its certificate: DIR/requests/NAME.csr.

    The key is a file encrypted with the passphrase, or lies in a hardware token. It never travels; the request does.

    \b
    Examples:
      clearance keys signer request --dir /srv/keys --role card --root root.pem
      clearance keys signer request --dir /srv/keys --role card --token "pkcs11:token=clearance?module-path=/usr/..."
    """
    with faults_told():
        done = request_signer(
            directory,
            Role(role),
            algorithm=ALGORITHMS[alg],
            root_file=root_file,
            token=TokenAddress.parse(token) if token else None,
            secrets=secrets_of(passphrase_file, pin_file, of=directory, new_keys=root_file is not None),
        )
        tell(done, directory, on)


@signer.command()
@click.argument("request_file", metavar="REQUEST", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--root",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="The directory of the offline root.",
)
@role_option
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Beside REQUEST, as .crt, unless given.")
@passphrase_option
@pin_option
@present_options
def certify(
    request_file: Path,
    directory: Path,
    role: str,
    out: Path | None,
    passphrase_file: Path | None,
    pin_file: Path | None,
    on: Occasion,
) -> None:
    """On the offline root: check a request and answer it with a certificate.

    Looked at are the request's proof that it comes from the holder of its key, its purpose (--role says which one is
    meant), and that it names the root's country and organisation.

    \b
    Example:
      clearance keys signer certify --root /media/root --role card card-2.csr
    """
    with faults_told():
        done = certify_request(
            directory,
            request_file,
            Role(role),
            into=out or request_file.with_suffix(".crt"),
            on=on,
            secrets=secrets_of(passphrase_file, pin_file, of=directory),
        )
        tell(done, directory, on)


@signer.command()
@click.argument("certificate_file", metavar="CERTIFICATE", type=click.Path(path_type=Path, dir_okay=False))
@directory_option
@passphrase_option
@pin_option
@present_options
def install(
    certificate_file: Path, directory: Path, passphrase_file: Path | None, pin_file: Path | None, on: Occasion
) -> None:
    """Put a certificate from the root beside the key that asked for it.

    Looked at are its chain to the pinned root, its purpose, and that it belongs to the key.

    \b
    Example:
      clearance keys signer install --dir /srv/keys card-2.crt
    """
    with faults_told():
        done = install_signer(
            directory, certificate_file, on=on, secrets=secrets_of(passphrase_file, pin_file, of=directory)
        )
        tell(done, directory, on)


def subject_of(*, demo: bool, organisation: str | None, country: str | None) -> Subject:
    """The subject of a new root. Raises ValueError for wishes that do not go together."""
    if demo:
        if organisation is not None or country is not None:
            raise ValueError(f"--demo fixes the subject as O={DEMO.organisation}, C={DEMO.country}.")
        return DEMO
    if organisation is None:
        raise ValueError("Give --organisation for real keys, or --demo for demo keys.")
    return Subject(organisation=organisation, country="BD" if country is None else country)
