"""What no linter knows of this product: each rule walks the syntax trees of everything that is installed.

Bandit's rules run in ruff (group S). These are ours; each names the places that may do what it forbids, and why.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PACKAGES = ("clearance", "verifier", "templates", "deploy")
PERSONAL = re.compile(r"passport|birth|worker|surname|given_name|mobile|phone|visa_no|password|secret|token|mrz", re.I)
LOG_METHODS = {"debug", "info", "warning", "error", "exception", "critical"}


@dataclass(frozen=True, kw_only=True)
class Tree:
    """A module with its place in the project."""

    place: str
    root: ast.Module

    def calls(self) -> Iterator[tuple[str, ast.Call]]:
        """Every call with the dotted name of what is called."""
        for node in ast.walk(self.root):
            if isinstance(node, ast.Call):
                yield ast.unparse(node.func), node


Rule = Callable[[Tree], Iterator[ast.AST]]


@pytest.fixture(scope="module")
def trees(root: Path) -> list[Tree]:
    found = [path for package in PACKAGES for path in sorted((root / package).rglob("*.py"))]
    return [Tree(place=path.relative_to(root).as_posix(), root=ast.parse(path.read_text("utf-8"))) for path in found]


def cbor_of_others(tree: Tree) -> Iterator[ast.AST]:
    """Scanned bytes go through clearance.credential.cbor alone: other decoders forgive what ours must refuse."""
    yield from imports(tree, "cbor2", "cbor", "cwt", "pycose", "claim169")


def unbounded_inflation(tree: Tree) -> Iterator[ast.AST]:
    """A stream that unpacks is read with a bound, never at once."""
    at_once = {"zlib.decompress", "gzip.decompress", "bz2.decompress", "lzma.decompress", "shutil.unpack_archive"}
    for name, call in tree.calls():
        if name in at_once or name.endswith((".extractall", ".extract")):
            yield call


def sql_by_hand(tree: Tree) -> Iterator[ast.AST]:
    """No statement is put together from texts: neither f-strings nor %, + or format within execute() and text()."""
    runs = {"execute", "executemany", "executescript", "text", "exec_driver_sql"}
    for name, call in tree.calls():
        if name.rpartition(".")[2] in runs and call.args and is_put_together(call.args[0]):
            yield call


def is_put_together(text: ast.expr) -> bool:
    """Whether a text is made of parts when the program runs."""
    if isinstance(text, ast.Call):
        return ast.unparse(text.func).endswith(".format")
    return isinstance(text, ast.JoinedStr | ast.BinOp)


def html_declared_safe(tree: Tree) -> Iterator[ast.AST]:
    """Markup() switches escaping off; what goes in must be ours or escaped already."""
    for name, call in tree.calls():
        if name.rpartition(".")[2] == "Markup" and call.args and not isinstance(call.args[0], ast.Constant):
            yield call


def shell(tree: Tree) -> Iterator[ast.AST]:
    """No command line is read by a shell."""
    for name, call in tree.calls():
        starts = name in {"os.system", "os.popen"} or name.startswith(("os.spawn", "os.exec"))
        if starts or any(word.arg == "shell" for word in call.keywords):
            yield call


def code_in_data(tree: Tree) -> Iterator[ast.AST]:
    """No data become code or objects of a class that they name."""
    yield from imports(tree, "pickle", "cPickle", "dill", "marshal", "shelve", "yaml", "jsonpickle")
    for name, call in tree.calls():
        if name in {"eval", "exec", "compile", "__import__", "render_template_string"} or name.endswith(".from_string"):
            yield call


def guessable_chance(tree: Tree) -> Iterator[ast.AST]:
    """What nobody may guess comes from `secrets`."""
    yield from imports(tree, "random", "numpy.random")
    for name, call in tree.calls():
        if name in {"uuid.uuid1", "uuid1"}:
            yield call


def clock(tree: Tree) -> Iterator[ast.AST]:
    """The clock is read in the two bootstraps and handed in."""
    for name, call in tree.calls():
        if name in {"datetime.now", "datetime.utcnow", "date.today", "time.time", "datetime.datetime.now"}:
            yield call


def endless_waiting(tree: Tree) -> Iterator[ast.AST]:
    """Whoever asks another machine says how long it waits."""
    for name, call in tree.calls():
        opens = {"urlopen", "create_connection", "SMTP", "SMTP_SSL", "HTTPSConnection", "HTTPConnection"}
        asks = name.rpartition(".")[2] in opens or name.startswith("httpx.")
        if asks and not any(word.arg == "timeout" for word in call.keywords):
            yield call
    yield from imports(tree, "requests", "aiohttp", "urllib3")


def names_in_logs(tree: Tree) -> Iterator[ast.AST]:
    """No line of a log is given a variable that names a person or opens a door."""
    for name, call in tree.calls():
        owner, _, method = name.rpartition(".")
        if method in LOG_METHODS and owner.rpartition(".")[2] in {"log", "logger", "logging", "_log"}:
            values = [*call.args[1:], *(word.value for word in call.keywords if word.arg != "exc_info")]
            if any(PERSONAL.search(ast.unparse(value)) for value in values):
                yield call


def weak_ciphers(tree: Tree) -> Iterator[ast.AST]:
    """No MD5, no ECB, no RSA PKCS#1 v1.5 encryption; SHA-1 where a standard of others leaves no choice."""
    for name, call in tree.calls():
        last = name.rpartition(".")[2]
        if last in {"md5", "MD5", "sha1", "SHA1", "ECB", "ARC4", "TripleDES", "PKCS1v15"}:
            yield call


def tls_without_proof(tree: Tree) -> Iterator[ast.AST]:
    """Nobody talks over TLS to an end that proves nothing."""
    for node in ast.walk(tree.root):
        anybody = isinstance(node, ast.Attribute) and node.attr in {"CERT_NONE", "_create_unverified_context"}
        if anybody or (isinstance(node, ast.Assign) and "check_hostname" in ast.unparse(node.targets[0])):
            yield node


def imports(tree: Tree, *modules: str) -> Iterator[ast.AST]:
    """The import statements of these modules or parts of them."""
    for node in ast.walk(tree.root):
        named: list[str] = []
        if isinstance(node, ast.Import):
            named = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            named = [node.module or ""]
        if any(name == module or name.startswith(f"{module}.") for name in named for module in modules):
            yield node


RULES: dict[Rule, dict[str, str]] = {
    cbor_of_others: {},
    unbounded_inflation: {},
    sql_by_hand: {
        "clearance/storage/condition.py": "names of settings, written there",
        "clearance/storage/migrations/gently.py": "names of settings, and values that the database gave",
        "clearance/storage/triggers.py": "names of triggers and tables, read from the schema itself",
        "clearance/storage/turns.py": "numbers of ours",
        "clearance/storage/migrations/versions/0001_first_tables.py": "a constant of ours",
        "clearance/storage/migrations/versions/0006_rules.py": "names of columns, written above",
        "clearance/storage/rights.py": "the name of a role cannot be a parameter; it is matched against ROLE first",
        "verifier/journal.py": "names of tables and columns of ours; values are parameters",
        "verifier/memory.py": "the tables that a module of ours asks for",
    },
    html_declared_safe: {
        "clearance/web/help_pages.py": "rendered by markdown-it with HTML switched off",
        "clearance/web/standing.py": "what a template rendered, and escaped",
        "clearance/web/staff/charts.py": "an SVG that pygal drew from our numbers and an XML library wrote",
        "templates/i18n.py": "the text of the catalogue; what is put into it is escaped",
    },
    shell: {},
    code_in_data: {},
    guessable_chance: {
        "clearance/demo/people.py": "invented people, the same every time",
        "clearance/demo/portraits.py": "their drawn faces",
    },
    clock: {
        "clearance/bootstrap.py": "the issuer's clock",
        "clearance/cli/keys_common.py": "a key ceremony starts, acts and ends: it is its own bootstrap",
        "verifier/bootstrap.py": "the desk's clock",
        "verifier/check_cli.py": "one check at the command line, likewise",
    },
    endless_waiting: {},
    names_in_logs: {},
    weak_ciphers: {"clearance/domain/factors.py": "HMAC-SHA-1 of RFC 6238 is what authenticator apps can do"},
    tls_without_proof: {"verifier/relay_link.py": "the relay's certificate is pinned and compared byte for byte"},
}
"""Each rule with the files that may do what it forbids, and why they may."""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_rule_is_broken_only_where_the_reason_is_written(trees: list[Tree], rule: Rule) -> None:
    broken = {tree.place: [getattr(node, "lineno", 0) for node in rule(tree)] for tree in trees}
    assert {place: lines for place, lines in broken.items() if lines and place not in RULES[rule]} == {}
    assert [place for place in RULES[rule] if not broken.get(place)] == [], "a permission that nobody uses any more"


CULPRITS = {
    cbor_of_others: "import cbor2",
    unbounded_inflation: "zlib.decompress(scanned)",
    sql_by_hand: "db.execute(f'SELECT * FROM t WHERE a = {name}')",
    html_declared_safe: "Markup(name)",
    shell: "subprocess.run(line, shell=True)",
    code_in_data: "import pickle",
    guessable_chance: "from random import choice",
    clock: "datetime.now(tz)",
    endless_waiting: "urlopen(request)",
    names_in_logs: "log.info('seen', number=passport.number)",
    weak_ciphers: "hashlib.md5(content)",
    tls_without_proof: "context.check_hostname = False",
}


@pytest.mark.parametrize("rule", CULPRITS, ids=lambda rule: rule.__name__)
def test_each_rule_sees_what_it_forbids(rule: Rule) -> None:
    assert list(rule(Tree(place="culprit.py", root=ast.parse(CULPRITS[rule]))))


def test_templates_switch_escaping_off_nowhere(root: Path) -> None:
    """`|safe` and `autoescape false` would let a name become a tag."""
    off = re.compile(r"\|\s*safe\b|autoescape\s+false|{%-?\s*raw")
    pages = [path for path in (root / "templates").rglob("*") if path.suffix in {".html", ".xml"}]
    assert len(pages) > 50
    assert [path.name for path in pages if off.search(path.read_text("utf-8"))] == []


def test_scripts_make_no_code_of_texts(root: Path) -> None:
    """No eval, no document.write, no messages from other windows, no handler written into a page."""
    code = re.compile(r"\beval\(|new Function\(|document\.write|insertAdjacentHTML|outerHTML|postMessage|\.on\w+ = \"")
    scripts = list((root / "templates" / "static").rglob("*.js"))
    assert len(scripts) > 5
    assert [path.name for path in scripts if code.search(path.read_text("utf-8"))] == []


HTML_OF_OUR_OWN = {"desk.js", "acts.js"}
"""Scripts that put HTML into the page: what the desk's own program rendered, with everything escaped."""


def test_only_the_desk_puts_html_into_its_page(root: Path) -> None:
    scripts = (root / "templates" / "static").rglob("*.js")
    assert {path.name for path in scripts if "innerHTML" in path.read_text("utf-8")} == HTML_OF_OUR_OWN
