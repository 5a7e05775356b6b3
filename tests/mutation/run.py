"""Make each mutant, run the tests that reach it, and say which nobody noticed: `python -m tests.mutation.run`.

    --module NAME   only this module of clearance/credential (may be given again)
    --every N       only every Nth mutant, for an estimate
    --jobs N        how many at a time; the processors of the machine by default

The tests are collected once, and a first run notes which function each of them enters. A mutant then costs a fork, one
exchange of code or constants, and the tests that enter its function, the quickest first. Where such an exchange cannot
reach (bodies of classes; constants that it left without effect), everything is imported anew, which is slow. A mutant
that needs more processor time or memory than the tests ever do counts as noticed.
"""

import argparse
import functools
import gc
import importlib.abc
import importlib.util
import json
import os
import pickle
import resource
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

from tests.mutation.equivalent import EQUIVALENT
from tests.mutation.operators import AT_IMPORT, IN_CLASS, Mutant, mutants

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "clearance.credential"
FOLDER = ROOT / "clearance" / "credential"
TESTS = "tests/unit/credential"
LEFT_OUT = ("rebuild", "hostile", "claims_are_given_only", "fault_above_the_signature")
"""Tests that ask again, and slower, what the others ask."""
QUICK = ["-x", "-p", "no:cacheprovider", "-qq", "--no-summary", "-o", "timeout=0"]
QUICK += ["-k", " and ".join(f"not {name}" for name in LEFT_OUT)]
GOAL = 0.85
SURVIVED, KILLED, IMPORT_AGAIN = 0, 1, 3
DIRECTLY = "directly "
MEMORY = 3 << 30


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--module", action="append", help="only this module")
    parser.add_argument("--every", type=int, default=1, help="only every Nth mutant")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    started = time.monotonic()
    all_of_them = [mutant for path in sorted(FOLDER.glob("*.py")) for mutant in mutants(path.stem, path.read_text())]
    chosen = [mutant for mutant in all_of_them if not asked.module or mutant.module in asked.module][:: asked.every]
    judged = [mutant for mutant in chosen if mutant.name not in EQUIVALENT]
    print(f"{len(judged)} mutants, and {len(chosen) - len(judged)} that change nothing", flush=True)
    outside_classes = [mutant for mutant in judged if mutant.place != IN_CLASS]
    fates = _in_a_fork(lambda: _exchanged(outside_classes, asked.jobs))
    again = [mutant for mutant in judged if fates.get(mutant.name, IMPORT_AGAIN) == IMPORT_AGAIN]
    print(f"{len(again)} of them are imported anew", flush=True)
    fates |= dict(_each(again, asked.jobs, _import_anew, lambda _: 120))
    stale = EQUIVALENT - {mutant.name for mutant in all_of_them}
    return _report(judged, fates, stale, time.monotonic() - started)


def _report(judged: Sequence[Mutant], fates: dict[str, int], stale: Iterable[str], took: float) -> int:
    by_module = defaultdict(list)
    for mutant in judged:
        by_module[mutant.module].append(mutant)
    survivors = [mutant for mutant in judged if fates[mutant.name] == SURVIVED]
    for mutant in survivors:
        print(f"clearance/credential/{mutant.module}.py:{mutant.line}  {mutant.name}")
    for name in stale:
        print(f"no longer a mutant: {name}")
    for module, of_module in by_module.items():
        killed = sum(fates[mutant.name] != SURVIVED for mutant in of_module)
        print(f"{module:14} {killed:4} of {len(of_module):4}  {killed / len(of_module):6.1%}")
    score = 1 - len(survivors) / len(judged)
    print(f"{'all':14} {len(judged) - len(survivors):4} of {len(judged):4}  {score:6.1%}  in {took / 60:.0f} minutes")
    return 0 if score >= GOAL and not stale else 1


# --- one child for each mutant -------------------------------------------------------------------------------------


def _each(
    todo: Iterable[Mutant], jobs: int, run: Callable[[Mutant], int], seconds: Callable[[Mutant], int]
) -> Iterator[tuple[str, int]]:
    """Fork for each mutant, a few at a time; what a child returns, or that it had to be stopped, is its fate."""
    running: dict[int, str] = {}
    for mutant in todo:
        if len(running) >= jobs:
            yield _one_ended(running)
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            _be_quiet_and_bounded(seconds(mutant))
            fate = SURVIVED  # what breaks this program and not a test was noticed by nobody
            try:
                fate = run(mutant)
            finally:
                os._exit(fate)
        running[pid] = mutant.name
    while running:
        yield _one_ended(running)


def _one_ended(running: dict[int, str]) -> tuple[str, int]:
    pid, status = os.wait()
    code = os.waitstatus_to_exitcode(status)
    return running.pop(pid), code if code in (SURVIVED, IMPORT_AGAIN) else KILLED


def _be_quiet_and_bounded(seconds: int) -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _in_a_fork(work: Callable[[], dict[str, int]]) -> dict[str, int]:
    """Do something in a child, so that this process never imports what will be imported anew."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        with os.fdopen(writer, "w") as answer:
            json.dump(work(), answer)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        content = answer.read()
    os.waitpid(pid, 0)
    return dict(json.loads(content))


# --- what runs at import ---------------------------------------------------------------------------------------------


class _Mutated(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives one module another source."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if fullname != f"{PACKAGE}.{self._mutant.module}":
            return None
        return importlib.util.spec_from_file_location(fullname, FOLDER / f"{self._mutant.module}.py", loader=self)

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._mutant.source, str(module.__file__), "exec"), module.__dict__)


def _import_anew(mutant: Mutant) -> int:
    sys.meta_path.insert(0, _Mutated(mutant))
    return SURVIVED if pytest.main([*QUICK, TESTS]) == pytest.ExitCode.OK else KILLED


# --- what can be exchanged -----------------------------------------------------------------------------------


def _exchanged(todo: Sequence[Mutant], jobs: int) -> dict[str, int]:
    plugin = _Session(todo, jobs)
    pytest.main([*QUICK, TESTS], plugins=[plugin])
    return plugin.fates


class _Session:
    """A pytest session that runs every mutant instead of every test."""

    def __init__(self, todo: Sequence[Mutant], jobs: int) -> None:
        self._todo, self._jobs = todo, jobs
        self.fates: dict[str, int] = {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        entered = _first_run(session, items)
        print(f"{len(items)} tests take {sum(took for took, _ in entered.values()):.0f} s", flush=True)
        reaching: dict[tuple[str, str], list[tuple[float, str]]] = defaultdict(list)
        for nodeid, (took, places) in entered.items():
            for place in places | {(module, AT_IMPORT) for module, _ in places}:
                reaching[place].append((took, nodeid))
        functions, caches = _functions(), _caches()
        gc.freeze()

        def run(mutant: Mutant) -> int:
            gc.disable()
            try:
                _exchange(mutant, functions)
            except ValueError:  # other free variables: the closure cannot take the new code
                return IMPORT_AGAIN
            for cache in caches:
                cache.cache_clear()
            tests = [items[nodeid] for _, nodeid in sorted(reaching[mutant.module, mutant.place])]
            if not _all_pass(session, tests):
                return KILLED
            ran = reaching[mutant.module, DIRECTLY + mutant.place]  # else only what it made at import was entered
            return SURVIVED if ran else IMPORT_AGAIN

        for name, fate in _each(self._todo, self._jobs, run, lambda _: 60):
            self.fates[name] = fate
            if fate == SURVIVED:
                print(f"survived  {name}", flush=True)
        return True


Entered = dict[str, tuple[float, set[tuple[str, str]]]]


def _first_run(session: pytest.Session, items: dict[str, pytest.Item]) -> Entered:
    """Run every test once, in a child, and note how long it takes and what it enters. All must pass."""
    reader, writer = os.pipe()
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        _be_quiet_and_bounded(900)
        with os.fdopen(writer, "wb") as answer:
            answer.write(pickle.dumps(_entered(session, items)))
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as answer:
        content = answer.read()
    os.waitpid(pid, 0)
    if not content:
        raise SystemExit("The tests fail without any mutant: run them first.")
    return pickle.loads(content)


def _entered(session: pytest.Session, items: dict[str, pytest.Item]) -> Entered:
    folder, entered = str(FOLDER) + os.sep, {}
    places: set[tuple[str, str]] = set()

    def note(frame: Any, event: str, argument: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(folder):
            outermost = code.co_qualname.partition(".<locals>")[0]
            places.add((Path(code.co_filename).stem, outermost))
            if code.co_qualname == outermost:
                places.add((Path(code.co_filename).stem, DIRECTLY + outermost))

    for nodeid, item in items.items():
        places = set()
        start = time.process_time()
        sys.setprofile(note)
        threading.setprofile(note)
        passed = _all_pass(session, [item])
        sys.setprofile(None)
        if not passed:
            os._exit(1)
        entered[nodeid] = (time.process_time() - start, places)
    return entered


def _all_pass(session: pytest.Session, items: Iterable[pytest.Item]) -> bool:
    for item in items:
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        if session.testsfailed:
            return False
    return True


def _functions() -> list[FunctionType]:
    """Every living function of the package, those of closures and methods too."""
    return [
        each
        for each in gc.get_objects()
        if isinstance(each, FunctionType) and each.__code__.co_filename.startswith(str(FOLDER))
    ]


def _caches() -> list[Any]:
    kind = type(functools.lru_cache(len))
    return [each for each in gc.get_objects() if isinstance(each, kind) and str(each.__module__).startswith(PACKAGE)]


def _exchange(mutant: Mutant, functions: Iterable[FunctionType]) -> None:
    """Give the living module the code and the constants of the mutant. Raises ValueError where code does not fit."""
    path = str(FOLDER / f"{mutant.module}.py")
    code = compile(mutant.source, path, "exec")
    changed = _codes(code)
    for function in functions:
        if function.__code__.co_filename == path:
            function.__code__ = changed.get(function.__code__.co_qualname, function.__code__)
    if mutant.place == AT_IMPORT:
        _exchange_constants(f"{PACKAGE}.{mutant.module}", code)


def _exchange_constants(name: str, code: CodeType) -> None:
    """Run the module's code aside and take over its constants and defaults, wherever they were imported to."""
    old = sys.modules[name].__dict__
    new = {"__name__": name, "__file__": old["__file__"], "__package__": PACKAGE}
    exec(code, new)
    for key, value in new.items():
        present = old.get(key)
        if isinstance(present, FunctionType) and isinstance(value, FunctionType):
            present.__defaults__, present.__kwdefaults__ = value.__defaults__, value.__kwdefaults__
        elif key in old and not key.startswith("__") and not isinstance(present, type | ModuleType):
            for module in list(sys.modules.values()):
                if getattr(module, "__dict__", {}).get(key) is present:
                    module.__dict__[key] = value


def _codes(code: CodeType) -> dict[str, CodeType]:
    found = {}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found[constant.co_qualname] = constant
            found |= _codes(constant)
    return found


if __name__ == "__main__":
    sys.exit(main())
