"""`clearance credential`: make QR texts from claims, the way issuing does, for tests and integrations."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import click

from clearance.cli.keys_common import fail, fail_for, passphrase_option, pin_option, secrets_of
from clearance.credential.cose import sign1
from clearance.credential.qrtext import pack
from clearance.signing import keystore
from clearance.signing.claims_line import LineWrong, payload_of_line
from clearance.signing.errors import SigningFault
from clearance.signing.keystore import KeyStore


@click.group()
def credential() -> None:
    """Sign credentials outside the office's workflow, for tests and integrations."""


@credential.command()
@click.option("--keys", "directory", type=click.Path(path_type=Path), required=True, help="What `keys init` made.")
@click.option("--claims", type=click.File("rb"), required=True, help="One JSON object a line; - is standard input.")
@passphrase_option
@pin_option
def sign(directory: Path, claims: BinaryIO, passphrase_file: Path | None, pin_file: Path | None) -> None:
    """Print one QR text for each line of claims, in order.

    Nothing is signed unless every line is right; each wrong one is named on standard error.

    \b
    A line:
      {"name": "RAHIMA KHATUN", "name_bn": "রহিমা খাতুন", "birth_date": "1994-05-02", "gender": "female",
       "passport_no": "A01234567", "clearance_no": "BMET-2026-0000000001", "destination": "SAU",
       "issued_at": 1795000000, "valid_until": "2027-06-30", "status_idx": 4711}

    \b
    Example:
      clearance credential sign --keys var/keys --claims claims.jsonl > texts.txt

    \b
    Exit status: 0 all printed; 65 a line is wrong; 66 keys unreadable; 69 a hardware token cannot be reached;
    77 passphrase or PIN missing or wrong.
    """
    try:
        keys = keystore.open_store(directory, secrets_of(passphrase_file, pin_file, of=directory))
        texts = [pack(sign1(payload, signer=keys.card)) for payload in _payloads(claims, keys)]
    except SigningFault as fault:
        fail_for(fault)
    for text in texts:
        click.echo(text)


def _payloads(claims: BinaryIO, keys: KeyStore) -> Sequence[bytes]:
    payloads, faults = [], []
    for number, line in enumerate(claims, start=1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
            payloads.append(payload_of_line(text, issuer=keys.issuer, status_uri=keys.status_uri))
        except UnicodeDecodeError:
            faults.append(f"line {number}: not UTF-8.")
        except LineWrong as wrong:
            faults.append(f"line {number}: {wrong}")
    if faults:
        fail("nothing was signed.\n" + "\n".join(faults), os.EX_DATAERR)
    return payloads
