"""The mutations: small faults that a programmer could make, each in a module of its own.

It decides what is a mutation and where none is made: in docstrings, annotations, decorators, and the wording of errors,
which no rule speaks of. Whether the tests notice one is found out in `tests.mutation.run`.
"""

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

AT_IMPORT, IN_CLASS = "", "(class)"


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One fault. `place` is the function it lies in, IN_CLASS or AT_IMPORT; `was` and `now` are source text."""

    module: str
    place: str
    line: int
    was: str
    now: str
    tree: ast.Module
    node: ast.AST
    changed: ast.AST | None
    nth: int = 1

    @property
    def name(self) -> str:
        """What the mutant is known by, wherever its line moves to."""
        return f"{self.module}:{self.place}: {self.was} -> {self.now}{f' #{self.nth}' if self.nth > 1 else ''}"

    @property
    def source(self) -> str:
        """The module's source with the one node replaced; a statement of nothing is `pass`."""
        twin = copy.deepcopy(self.tree, {id(self.node): self.changed or ast.Pass()})
        return ast.unparse(ast.fix_missing_locations(twin))


_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd,
}
_NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}


def mutants(module: str, source: str) -> Iterator[Mutant]:
    """Every mutant of a module, in the order of its lines."""
    tree = ast.parse(source)
    seen: Counter[str] = Counter()
    for node, place in _sites(tree):
        for changed in _changes(node):
            mutant = Mutant(
                module=module,
                place=place,
                line=node.pattern.lineno if isinstance(node, ast.match_case) else getattr(node, "lineno", 0),
                was=_text(node),
                now=_text(changed) if changed is not None else "(nothing)",
                tree=tree,
                node=node,
                changed=changed,
            )
            seen[mutant.name] += 1
            yield replace(mutant, nth=seen[mutant.name])


def _text(node: ast.AST) -> str:
    """One line of source, cut where it gets long."""
    return " ".join(ast.unparse(node).split())[:40]


def _sites(node: ast.AST, place: str = AT_IMPORT) -> Iterator[tuple[ast.AST, str]]:
    """Every node where a fault is possible, with the function whose body it lies in."""
    for name, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or _is_wording(node, name, child):
                continue
            inner = place
            if isinstance(node, ast.FunctionDef) and name == "body":
                inner = node.name if place == AT_IMPORT else place
            elif isinstance(node, ast.ClassDef):
                inner = f"{node.name}.{child.name}" if isinstance(child, ast.FunctionDef) else IN_CLASS
            yield child, inner
            yield from _sites(child, inner)


def _is_wording(parent: ast.AST, field: str, child: ast.AST) -> bool:
    match parent, child:
        case _ if field in ("annotation", "returns", "decorator_list"):
            return True
        case _, ast.Expr(value=ast.Constant(value=str())):
            return True
        case ast.Raise(), ast.Call(args=args) if field == "exc":
            return all(isinstance(each, ast.Constant | ast.JoinedStr | ast.Call) for each in args)
        case ast.Assign(targets=[ast.Name(id="__all__" | "log")]), _:
            return True
        case ast.Assign(targets=[ast.Name(id=name)]), _ if name.endswith("T"):
            return True
        case ast.AnnAssign(annotation=ast.Name(id="TypeAlias")), _:
            return True
        case ast.JoinedStr() | ast.MatchClass() | ast.Import() | ast.ImportFrom(), _:
            return True
        case _, ast.Assign(targets=[ast.Name(id="Key" | "Value" | "Rule" | "SignersByKid")]):
            return True
    return False


def _changes(node: ast.AST) -> Iterator[ast.AST | None]:
    match node:
        case ast.Compare(left=left, ops=[op, *more], comparators=right):
            for other in _COMPARISONS.get(type(op), ()):
                yield ast.Compare(left=left, ops=[other(), *more], comparators=right)
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(op=ast.Or() if isinstance(op, ast.And) else ast.And(), values=values)
            for index in range(len(values)):
                kept = [*values[:index], *values[index + 1 :]]
                yield kept[0] if len(kept) == 1 else ast.BoolOp(op=op, values=kept)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            yield ast.BinOp(left=left, op=_ARITHMETIC[type(op)](), right=right)
        case ast.Constant(value=value):
            yield from map(ast.Constant, _other_constants(value))
        case ast.Name(id=name) if name in _NAMES:
            yield ast.Name(id=_NAMES[name], ctx=ast.Load())
        case ast.IfExp(body=body, orelse=orelse):
            yield body
            yield orelse
        case _:
            yield from _changed_statements(node)


def _other_constants(value: object) -> Iterator[object]:
    match value:
        case bool():
            yield not value
        case int():
            yield value + 1
        case str() if value:
            yield ""
        case bytes() if value:
            yield b""


def _changed_statements(node: ast.AST) -> Iterator[ast.AST | None]:
    match node:
        case ast.If(test=test, body=body, orelse=orelse):
            if not isinstance(test, ast.Compare):
                yield ast.If(test=ast.UnaryOp(op=ast.Not(), operand=test), body=body, orelse=orelse)
            yield ast.If(test=ast.Constant(value=False), body=body, orelse=orelse)
        case ast.Return(value=value) if value is not None and not _is_none(value):
            yield ast.Return(value=ast.Constant(value=None))
        case ast.Raise(exc=exc) if exc is not None:
            yield None
            yield ast.Raise(exc=ast.Call(func=ast.Name(id="RuntimeError", ctx=ast.Load()), args=[], keywords=[]))
        case ast.Expr() | ast.AugAssign() | ast.Delete():
            yield None
        case ast.Continue():
            yield ast.Break()
        case ast.ExceptHandler():
            yield from _changed_handler(node)
        case ast.match_case(pattern=pattern, guard=guard, body=body):
            if guard is not None:
                yield ast.match_case(pattern=pattern, guard=None, body=body)
            if not _is_catch_all(pattern):
                yield ast.match_case(pattern=pattern, guard=ast.Constant(value=False), body=body)


def _changed_handler(node: ast.ExceptHandler) -> Iterator[ast.ExceptHandler]:
    """One kind of exception less is caught."""
    match node.type:
        case ast.Tuple(elts=kinds):
            for index in range(len(kinds)):
                kept = ast.Tuple(elts=[*kinds[:index], *kinds[index + 1 :]], ctx=ast.Load())
                yield ast.ExceptHandler(type=kept, name=node.name, body=node.body)
        case ast.expr():
            yield ast.ExceptHandler(
                type=ast.Name(id="KeyboardInterrupt", ctx=ast.Load()), name=node.name, body=node.body
            )


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_catch_all(pattern: ast.pattern) -> bool:
    return isinstance(pattern, ast.MatchAs) and pattern.pattern is None
