"""The bill of materials of this product: every locked package with version, digests and licence, as CycloneDX 1.6.

    python -m deploy.sbom dist/sbom.json

It is made of the locks and of what the installed packages say of themselves, and asks nobody: the same locks give the
same bill. `required` is what office and desk always run, `optional` what an installation may choose (hardware keys,
PostgreSQL, S3, Redis), `excluded` what only tests and builds need. Whether a licence or a version may be is decided by
tests against `requirements/licences.toml` and `requirements/floors.toml`.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ROOT / "requirements"
OPTIONAL_EXTRAS = ("hsm", "postgres", "redis", "s3")
UNKNOWN = "NOASSERTION"
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*])?==([^\s;\\]+)")
_DIGEST = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_NAME_IN_REQUIREMENT = re.compile(r"^[A-Za-z0-9._-]+")

# Classifiers and words of older packages, as SPDX names them.
_IN_SPDX = {
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: BSD License": "BSD-3-Clause",
    "License :: OSI Approved :: GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
    "License :: OSI Approved :: ISC License (ISCL)": "ISC",
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: MIT No Attribution License (MIT-0)": "MIT-0",
    "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "License :: OSI Approved :: Python Software Foundation License": "PSF-2.0",
    "License :: OSI Approved :: The Unlicense (Unlicense)": "Unlicense",
    "License :: OSI Approved :: Zope Public License": "ZPL-2.1",
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "BSD-3-Clause, Apache-2.0, dependency licenses": "BSD-3-Clause AND Apache-2.0",
    "MIT License": "MIT",
}


@dataclass(frozen=True, kw_only=True)
class Locked:
    """A package as a lock pins it; one name may be pinned twice, for different systems."""

    name: str
    version: str
    digests: tuple[str, ...]


def read_lock(path: Path) -> list[Locked]:
    """The packages of a hashed lock, in its order."""
    found = []
    for entry in re.split(r"\n(?=\S)", path.read_text(encoding="utf-8")):
        if pinned := _PINNED.match(entry):
            digests = tuple(_DIGEST.findall(entry))
            found.append(Locked(name=plain(pinned[1]), version=pinned[2], digests=digests))
    return found


def plain(name: str) -> str:
    """The name of a package as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def licence_of(name: str) -> str:
    """The SPDX expression that a package claims, or `UNKNOWN`; what was read by hand counts before."""
    by_hand: Mapping[str, str] = {**rules()["read-by-hand"], **rules()["tests-only"]}
    if name in by_hand:
        return by_hand[name]
    try:
        said = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return UNKNOWN
    if expression := said.get("License-Expression"):
        return str(expression)
    classified = [_IN_SPDX[text] for text in said.get_all("Classifier", []) if text in _IN_SPDX]
    if classified:
        return " AND ".join(sorted(set(classified)))
    text = (said.get("License") or "").strip()
    return _IN_SPDX.get(text, text if re.fullmatch(r"[A-Za-z0-9.-]+", text) else UNKNOWN)


@cache
def rules() -> Mapping[str, Mapping[str, str]]:
    """What `requirements/licences.toml` says."""
    return tomllib.loads((LOCKS / "licences.toml").read_text(encoding="utf-8"))


def scopes() -> Mapping[str, ComponentScope]:
    """For every locked name, whether office or desk need it, may choose it, or never see it."""
    required = {locked.name for locked in read_lock(LOCKS / "run.lock")}
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = settings["project"]["optional-dependencies"]
    chosen = set(_with_their_needs(_name_of(line) for extra in OPTIONAL_EXTRAS for line in extras[extra]))
    found = dict.fromkeys((locked.name for locked in read_lock(LOCKS / "dev.lock")), ComponentScope.EXCLUDED)
    found |= {name: ComponentScope.OPTIONAL for name in chosen if name in found}
    return found | dict.fromkeys(required, ComponentScope.REQUIRED)


def bill() -> Bom:
    """The bill of materials of the whole lock."""
    of = scopes()
    licences = LicenseFactory()
    bom = Bom()
    bom.metadata.component = Component(name="clearance", version=metadata.version("clearance"), bom_ref="clearance")
    for locked in read_lock(LOCKS / "dev.lock"):
        licence = licence_of(locked.name)
        address = PackageURL(type="pypi", name=locked.name, version=locked.version)
        part = Component(
            name=locked.name,
            version=locked.version,
            type=ComponentType.LIBRARY,
            scope=of[locked.name],
            purl=address,
            bom_ref=str(address),
            licenses=[] if licence == UNKNOWN else [licences.make_with_expression(licence)],
            external_references=[_files_of(locked)],
        )
        bom.components.add(part)
        bom.register_dependency(bom.metadata.component, [part])
    return bom


def as_json(bom: Bom) -> str:
    """The bill as CycloneDX 1.6, without the moment it was made, and checked against the schema. Raises ValueError."""
    made = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=1)
    if fault := JsonStrictValidator(SchemaVersion.V1_6).validate_str(made):
        raise ValueError(str(fault))
    return made


def _files_of(locked: Locked) -> ExternalReference:
    digests = [HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in locked.digests]
    page = XsUri(f"https://pypi.org/project/{locked.name}/{locked.version}/")
    return ExternalReference(type=ExternalReferenceType.DISTRIBUTION, url=page, hashes=digests)


def _with_their_needs(names: Iterable[str]) -> Iterator[str]:
    waiting, seen = list(names), set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        yield name
        try:
            needs = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        waiting += [_name_of(need) for need in needs if "extra ==" not in need]


def _name_of(requirement: str) -> str:
    found = _NAME_IN_REQUIREMENT.match(requirement)
    assert found, requirement
    return plain(found[0])


def main(target: str) -> None:
    """Write the bill to `target`."""
    path = Path(target)
    path.parent.mkdir(parents=True, exist_ok=True)
    bom = bill()
    path.write_text(as_json(bom) + "\n", encoding="utf-8")
    sys.stdout.write(f"{path}: {len(bom.components)} packages\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
