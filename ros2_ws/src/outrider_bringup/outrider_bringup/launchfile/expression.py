"""`$(eval ...)`: comparisons, boolean logic, arithmetic and texts; nothing that could call or reach anything."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

MAX_LENGTH = 1000

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.Not: operator.not_, ast.USub: operator.neg, ast.UAdd: operator.pos,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge, ast.In: lambda a, b: a in b, ast.NotIn: lambda a, b: a not in b,
}


class ExpressionError(ValueError):
    """What is wrong with an expression."""


def evaluate(text: str) -> str:
    """Return the value of a Python expression as text. Raises ExpressionError for anything beyond the subset."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f'an expression of {len(text)} characters, expected at most {MAX_LENGTH}')
    try:
        tree = ast.parse(text.strip(), mode='eval')
        return str(_value(tree.body))
    except ExpressionError:
        raise
    except SyntaxError:
        raise ExpressionError(f'{text!r} is no expression') from None
    except (TypeError, ArithmeticError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError(f'{text!r}: {error}') from None


def _value(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant) and isinstance(node.value, (bool, int, float, str)):
        return node.value
    if isinstance(node, (ast.List, ast.Tuple)):
        return [_value(item) for item in node.elts]
    if isinstance(node, ast.BoolOp):
        return _logic(node)
    if isinstance(node, ast.UnaryOp) and type(node.op) in _UNARY:
        return _UNARY[type(node.op)](_value(node.operand))
    if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        return _arithmetic(node)
    if isinstance(node, ast.Compare):
        return _comparison(node)
    if isinstance(node, ast.IfExp):
        return _value(node.body) if _value(node.test) else _value(node.orelse)
    raise ExpressionError(f'{ast.unparse(node)!r} is not allowed; comparisons, and/or/not, + - * / // % and texts are')


def _logic(node: ast.BoolOp) -> Any:
    wants = isinstance(node.op, ast.And)
    value: Any = wants
    for part in node.values:
        value = _value(part)
        if bool(value) is not wants:
            break
    return value


def _arithmetic(node: ast.BinOp) -> Any:
    left, right = _value(node.left), _value(node.right)
    if not isinstance(node.op, ast.Add) and not (_is_number(left) and _is_number(right)):
        raise ExpressionError(f'{ast.unparse(node)!r}: only numbers can be used so')
    return _BINARY[type(node.op)](left, right)


def _is_number(value: Any) -> bool:
    return isinstance(value, (bool, int, float))


def _comparison(node: ast.Compare) -> bool:
    left = _value(node.left)
    for operation, part in zip(node.ops, node.comparators, strict=True):
        if type(operation) not in _COMPARE:
            raise ExpressionError(f'{ast.unparse(node)!r}: compare with == != < <= > >= in')
        right = _value(part)
        if not _COMPARE[type(operation)](left, right):
            return False
        left = right
    return True
