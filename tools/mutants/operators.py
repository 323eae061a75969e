"""The operators: what one node of a syntax tree is replaced by to make a small fault of it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

# Boundaries first: each comparison of order becomes its neighbour, and its opposite.
_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
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
_CALCULATED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_EXCHANGED = {"min": "max", "max": "min", "any": "all", "all": "any"}
_Node = TypeVar("_Node")


def replacements(node: ast.AST, *, texts: bool) -> Iterator[ast.AST]:
    """Yield what a node may be replaced by; `texts`: a text is changed as well."""
    if isinstance(node, ast.Constant):
        yield from _of_constant(node, texts=texts)
        return
    for kind, changed in _OPERATORS:
        if isinstance(node, kind):
            yield from changed(node)
            return


def _of_comparison(node: ast.Compare) -> Iterator[ast.AST]:
    if len(node.ops) == 1:
        for kind in _COMPARED[type(node.ops[0])]:
            yield ast.Compare(node.left, [kind()], node.comparators)


def _of_bool(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    for left in _each_less(node.values):
        yield ast.BoolOp(node.op, left) if len(left) > 1 else left[0]


def _of_unary(node: ast.UnaryOp) -> Iterator[ast.AST]:
    if isinstance(node.op, ast.Not | ast.USub):
        yield node.operand


def _of_calculation(node: ast.BinOp) -> Iterator[ast.AST]:
    if type(node.op) in _CALCULATED:
        yield ast.BinOp(node.left, _CALCULATED[type(node.op)](), node.right)


def _of_name(node: ast.Name) -> Iterator[ast.AST]:
    if node.id in _EXCHANGED and isinstance(node.ctx, ast.Load):
        yield ast.Name(_EXCHANGED[node.id], ast.Load())


def _of_list(node: ast.Tuple | ast.List) -> Iterator[ast.AST]:
    if isinstance(node.ctx, ast.Load):
        for left in _each_less(node.elts):
            yield type(node)(left, ast.Load())


def _of_set(node: ast.Set) -> Iterator[ast.AST]:
    # A set display has at least one element.
    for left in _each_less(node.elts):
        yield ast.Set(left) if left else ast.Call(ast.Name("set", ast.Load()), [], [])


def _of_dict(node: ast.Dict) -> Iterator[ast.AST]:
    for at in range(len(node.keys)):
        yield ast.Dict(_less(node.keys, at), _less(node.values, at))


def _of_call(node: ast.Call) -> Iterator[ast.AST]:
    for left in _each_less(node.keywords):
        yield ast.Call(node.func, node.args, left)
    match node:
        # The order is lost; what was cut off is rounded.
        case ast.Call(func=ast.Name(id="sorted"), args=[one]):
            yield ast.Call(ast.Name("list", ast.Load()), [one], [])
        case ast.Call(func=ast.Name(id="int"), args=[ast.BinOp() as one]):
            yield ast.Call(ast.Name("round", ast.Load()), [one], [])


def _of_patterns(node: ast.MatchOr) -> Iterator[ast.AST]:
    for left in _each_less(node.patterns):
        yield ast.MatchOr(left) if len(left) > 1 else left[0]


def _of_comprehension(node: ast.comprehension) -> Iterator[ast.AST]:
    for left in _each_less(node.ifs):
        yield ast.comprehension(node.target, node.iter, left, node.is_async)


def _of_choice(node: ast.If | ast.IfExp | ast.While) -> Iterator[ast.AST]:
    # Comparisons and the like are changed where they stand.
    if not isinstance(node.test, ast.Compare | ast.BoolOp | ast.UnaryOp):
        test = ast.UnaryOp(ast.Not(), node.test)
        if isinstance(node, ast.IfExp):
            yield ast.IfExp(test, node.body, node.orelse)
        else:
            yield type(node)(test, node.body, node.orelse)


def _each_less(nodes: list[_Node]) -> Iterator[list[_Node]]:
    return (_less(nodes, at) for at in range(len(nodes)))


def _less(nodes: list[_Node], at: int) -> list[_Node]:
    return nodes[:at] + nodes[at + 1 :]


def _of_constant(node: ast.Constant, *, texts: bool) -> Iterator[ast.AST]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int):
        yield ast.Constant(value + 1)
        if value > 0:
            yield ast.Constant(value - 1)
    elif isinstance(value, (str, bytes)) and texts:
        yield ast.Constant(value + "?" if isinstance(value, str) else value + b"?")


def _of_statement(node: ast.stmt) -> Iterator[ast.AST]:
    match node:
        case ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom()) | ast.Raise():
            yield ast.Pass()
        case ast.Return(value=ast.expr() as value):
            # What is false already is no other to who only asks that.
            if not (isinstance(value, ast.Constant) and not value.value):
                yield ast.Return(ast.Constant(None))
        case ast.AugAssign() if type(node.op) in _CALCULATED:
            yield ast.AugAssign(node.target, _CALCULATED[type(node.op)](), node.value)
        case ast.Continue():
            yield ast.Break()
        case ast.Break():
            yield ast.Continue()


# The first that fits: a statement that is a choice is changed as such.
_OPERATORS: tuple[tuple[Any, Callable[[Any], Iterator[ast.AST]]], ...] = (
    (ast.Compare, _of_comparison),
    (ast.BoolOp, _of_bool),
    (ast.UnaryOp, _of_unary),
    (ast.BinOp, _of_calculation),
    (ast.Name, _of_name),
    ((ast.Tuple, ast.List), _of_list),
    (ast.Set, _of_set),
    (ast.Dict, _of_dict),
    (ast.Call, _of_call),
    (ast.MatchOr, _of_patterns),
    (ast.comprehension, _of_comprehension),
    ((ast.If, ast.IfExp, ast.While), _of_choice),
    (ast.stmt, _of_statement),
)
