"""Trust files as others hold them: what a restored office was, before it publishes anything again.

It decides which of several copies is the newest of each file, believing none before its signature leads to the root,
and lays them where desks fetch. What a list of them means for the books is decided in `issuing.restoring`.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from clearance.credential.checkpoint import MAX_CHECKPOINT, Checkpoint, read_checkpoint
from clearance.credential.cose import kid_of
from clearance.credential.errors import CredentialError
from clearance.credential.held import HeldTrust, hold
from clearance.credential.status import MAX_TOKEN, Status, StatusList
from clearance.credential.trust import MAX_BUNDLE, SignerState, TrustBundle
from clearance.domain.restoration import marks
from clearance.signing import files
from clearance.signing.errors import PublicationRefused
from clearance.signing.publication import CHECKPOINT, list_name

ROOT, TRUST, STATUS, SUFFIX = "root.pem", "trust.cose", "status/", ".cwt"
_CAPS: Mapping[str, int] = {ROOT: 1 << 16, TRUST: MAX_BUNDLE, CHECKPOINT: MAX_CHECKPOINT}


@dataclass(frozen=True, kw_only=True)
class Copy:
    """What somebody holds, by the names under which it is published. `where` is for those who read about it."""

    where: str
    files: Mapping[str, bytes]

    def held(self, root_pem: bytes) -> HeldTrust:
        lists = [content for name, content in self.files.items() if name.startswith(STATUS)]
        return hold(root_pem=root_pem, trust_token=self.files.get(TRUST), status_tokens=lists)


@dataclass(frozen=True, kw_only=True)
class Newest:
    """The newest of each file among all copies; `marks` is every list's say, with all that any copy calls INVALID.

    `used` names the copies that verified, `refused` why the others count for nothing. `distrusted_elsewhere` are the
    keys, by identifier, that some copy calls distrusted and the newest bundle does not.
    """

    root_pem: bytes
    trust: bytes
    bundle: TrustBundle
    lists: Mapping[str, StatusList]
    tokens: Mapping[str, bytes]
    checkpoint: Checkpoint | None
    checkpoint_token: bytes | None
    marks: Mapping[str, Mapping[int, Status]]
    used: tuple[str, ...] = ()
    refused: tuple[str, ...] = field(default=())
    distrusted_elsewhere: tuple[bytes, ...] = ()


def copy_in_folder(folder: Path) -> Copy:
    """What lies in a folder as it is published, or as a desk holds it."""
    paths = [folder / name for name in _CAPS] + sorted((folder / "status").glob(f"*{SUFFIX}"))
    found = {path.relative_to(folder).as_posix(): path for path in paths if path.is_file()}
    return Copy(where=str(folder), files={name: _read(path, cap_of(name)) for name, path in found.items()})


def copy_on_stick(path: Path) -> Copy:
    """What a desk exported. Raises PublicationRefused for a file that is none."""
    try:
        with ZipFile(path) as stick:
            wanted = [entry for entry in stick.infolist() if 0 <= entry.file_size <= cap_of(entry.filename)]
            found = {entry.filename: stick.open(entry).read(cap_of(entry.filename)) for entry in wanted}
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError):
        raise PublicationRefused(f"{path} is not what a desk exports.") from None
    return Copy(where=str(path), files=found)


def cap_of(name: str) -> int:
    """Bytes that a published file of this name may have; -1 for one that is none of ours."""
    return _CAPS.get(name, MAX_TOKEN if name.startswith(STATUS) and name.endswith(SUFFIX) else -1)


def newest_of(copies: Sequence[Copy], *, root_pem: bytes) -> Newest:
    """The newest of each file. Raises PublicationRefused where no copy has a bundle that this root proves."""
    held = [(copy, copy.held(root_pem)) for copy in copies]
    good = [(copy, each) for copy, each in held if each.bundle is not None]
    refused = tuple(f"{copy.where}: {'; '.join(each.faults)}" for copy, each in held if each.bundle is None)
    if not good:
        raise PublicationRefused("No trust bundle was found that this root proves. " + " ".join(refused))
    best, trust = max(good, key=lambda pair: pair[1].bundle.sequence if pair[1].bundle else 0)
    assert trust.bundle is not None
    gathered = _Gathered()
    for copy, each in good:
        gathered.take(copy, each)
    return Newest(
        root_pem=root_pem,
        trust=best.files[TRUST],
        bundle=trust.bundle,
        lists=gathered.lists,
        tokens=gathered.tokens,
        checkpoint=gathered.checkpoint,
        checkpoint_token=gathered.checkpoint_token,
        marks=gathered.marks,
        used=tuple(copy.where for copy, _ in good),
        refused=refused,
        distrusted_elsewhere=tuple(sorted(_distrusted_in(good) - _distrusted_in([(best, trust)]))),
    )


def _distrusted_in(copies: Iterable[tuple[Copy, HeldTrust]]) -> set[bytes]:
    signers = chain.from_iterable(held.bundle.signers for _, held in copies if held.bundle)
    return {kid_of(each.certificate_der) for each in signers if each.state is SignerState.DISTRUSTED}


def lay(newest: Newest, directory: Path) -> None:
    """Put the newest of each file where desks fetch, each whole. The checkpoint is not among them: whether the record
    still goes through it is another question. Raises OSError."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "status").mkdir(exist_ok=True)
    content = {ROOT: newest.root_pem, TRUST: newest.trust}
    content |= {f"{STATUS}{list_name(uri)}{SUFFIX}": token for uri, token in newest.tokens.items()}
    for name, token in content.items():
        path = directory / name
        if not path.exists() or path.read_bytes() != token:
            files.write_atomically(path, token)


@dataclass
class _Gathered:
    """The newest list of each address and the newest checkpoint, as copies are looked through."""

    lists: dict[str, StatusList] = field(default_factory=dict)
    tokens: dict[str, bytes] = field(default_factory=dict)
    marks: dict[str, dict[int, Status]] = field(default_factory=dict)
    checkpoint: Checkpoint | None = None
    checkpoint_token: bytes | None = None

    def take(self, copy: Copy, held: HeldTrust) -> None:
        by_digest = {sha256(content).hexdigest(): content for content in copy.files.values()}
        for uri, kept in held.lists.items():
            self._take_list(kept.newest, by_digest[kept.newest.token_sha256], uri)
        token = copy.files.get(CHECKPOINT)
        if token is None:
            return
        with suppress(CredentialError):
            checkpoint = read_checkpoint(token, signers=held.signers)
            if self.checkpoint is None or checkpoint.issued_at > self.checkpoint.issued_at:
                self.checkpoint, self.checkpoint_token = checkpoint, token

    def _take_list(self, found: StatusList, token: bytes, uri: str) -> None:
        before, now = self.marks.get(uri, {}), dict(marks(found))
        is_newer = uri not in self.lists or found.issued_at > self.lists[uri].issued_at
        newer, older = (now, before) if is_newer else (before, now)
        self.marks[uri] = newer | {idx: status for idx, status in older.items() if status is Status.INVALID}
        if is_newer:
            self.lists[uri], self.tokens[uri] = found, token


def _read(path: Path, cap: int) -> bytes:
    with path.open("rb") as file:
        return file.read(cap + 1)
