"""Walks a module's syntax tree and finds what would not run everywhere."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from pathlib import Path, PurePath

from . import rooms, tables
from .finding import Finding

GRAMMAR = (3, 10)


def check(path: Path, text: str, package: str | None = None, inside: PurePath | None = None) -> list[Finding]:
    """Return the findings of one file; with `package` and the path `inside` it, the borders of the rooms too."""
    try:
        tree = ast.parse(text, str(path), feature_version=GRAMMAR)
    except SyntaxError as error:
        return [Finding(path, error.lineno or 0, error.msg, 'not the grammar of Python 3.10', 'write it the older way')]
    return sorted(set(_Walk(path, text, tree, package, inside).findings()))


class _Walk:
    def __init__(self, path: Path, text: str, tree: ast.Module, package: str | None, inside: PurePath | None) -> None:
        self.path, self.text, self.tree, self.package, self.inside = path, text, tree, package, inside
        self.aliases = dict(_aliases(tree))
        self.guarded = set(_guarded(tree))

    def findings(self) -> Iterator[Finding]:
        yield from self._fstrings()
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                yield from self._import(node)
            elif isinstance(node, ast.Attribute):
                yield from self._name(node, self._dotted(node))
                if node.attr in tables.METHODS and self._dotted(node).partition('.')[0] not in ('numpy', ''):
                    why, instead = tables.METHODS[node.attr]
                    yield self._finding(node, f'.{node.attr}', why, instead)
            elif isinstance(node, ast.Name) and node.id in tables.BUILTINS:
                yield self._finding(node, node.id, 'newer than Python 3.10', tables.BUILTINS[node.id])
            elif isinstance(node, ast.Call):
                yield from self._call(node)
            elif isinstance(node, (ast.With, ast.AsyncWith)):
                yield from self._with(node)

    def _import(self, node: ast.Import | ast.ImportFrom) -> Iterator[Finding]:
        if isinstance(node, ast.ImportFrom):
            if node.level:
                return
            module = node.module or ''
            names = [f'{module}.{alias.name}' for alias in node.names]
            modules = [module]
        else:
            names = modules = [alias.name for alias in node.names]
        for name in dict.fromkeys([*modules, *names]):
            yield from self._name(node, name)
            for table, why in ((tables.PYTHON_MODULES, 'newer than Python 3.10'),
                               (tables.NOT_IN_WHEELS, 'a bare machine does not have it')):
                known = next((key for key in table if name == key or name.startswith(key + '.')), None)
                if known and node not in self.guarded:
                    yield self._finding(node, known, why, table[known])
            if name.rpartition('.')[2] == 'EventsExecutor' and node not in self.guarded:
                yield self._finding(node, name, 'not on Humble', 'import it in try / except ImportError')
        if self.package and self.inside:
            for module in modules:
                objection = rooms.objection(self.package, self.inside, module)
                if objection:
                    yield self._finding(node, f'imports {module}', *objection)

    def _name(self, node: ast.AST, name: str) -> Iterator[Finding]:
        known = next((key for key in (name, name.rpartition('.')[0]) if key in tables.NAMES), None)
        if known and node not in self.guarded:
            yield self._finding(node, known, *tables.NAMES[known])

    def _call(self, node: ast.Call) -> Iterator[Finding]:
        called = self._dotted(node.func).rpartition('.')[2]
        given = {keyword.arg for keyword in node.keywords}
        for keyword in given:
            if (called, keyword) in tables.KEYWORDS:
                yield self._finding(node, f'{called}({keyword}=)', *tables.KEYWORDS[called, str(keyword)])
        if called == 'to_bytes' and len(node.args) + len(given & {'length', 'byteorder'}) < 2:
            yield self._finding(node, 'to_bytes without length and byte order', 'newer than Python 3.10', 'give both')
        if called == 'from_bytes' and len(node.args) + len(given & {'byteorder'}) < 2:
            yield self._finding(node, 'from_bytes without byte order', 'newer than Python 3.10', 'give it')
        if called == 'create_timer' and any(isinstance(arg, ast.Lambda) and (arg.args.args or arg.args.posonlyargs)
                                            for arg in [*node.args, *(word.value for word in node.keywords)]):
            yield self._finding(node, 'a timer callback with a parameter', 'Kilted hands it a TimerInfo',
                                'use functools.partial, or a method without parameters')

    def _with(self, node: ast.With | ast.AsyncWith) -> Iterator[Finding]:
        for item in node.items:
            if isinstance(item.context_expr, ast.Call):
                name = self._dotted(item.context_expr.func)
                if name == 'rclpy.init' or (name.startswith('rclpy.') and name.endswith('Executor')):
                    yield self._finding(node, f'with {name}()', 'no context manager on Humble',
                                        'use try / finally, or outrider_node.run_node')

    def _fstrings(self) -> Iterator[Finding]:
        # From Python 3.12 on the outer quote may stand within the braces, and its parser takes that for 3.10 too.
        # Older Pythons have no such tokens, and refuse it themselves.
        open_quotes: list[str] = []
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            kind = tokenize.tok_name[token.type]
            quote = token.string.lstrip('rRbBuUfFtT')
            if open_quotes and kind in ('STRING', 'FSTRING_START', 'COMMENT') and (
                    kind == 'COMMENT' or '\\' in token.string or quote.startswith(open_quotes[-1])):
                yield Finding(self.path, token.start[0], f'{token.string} within the braces of an f-string',
                              'not the grammar of Python 3.10', 'use the other quote, or a variable')
            if kind == 'FSTRING_START':
                open_quotes.append(quote)
            elif kind == 'FSTRING_END':
                open_quotes.pop()

    def _dotted(self, node: ast.expr) -> str:
        """Return the full name that an expression stands for, through import aliases; '?' for its unknown start."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        start = self.aliases.get(node.id, node.id) if isinstance(node, ast.Name) else '?'
        return '.'.join([start, *reversed(parts)])

    def _finding(self, node: ast.AST, what: str, why: str, instead: str) -> Finding:
        return Finding(self.path, getattr(node, 'lineno', 0), what, why, instead)


def _aliases(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield (alias.asname, alias.name) if alias.asname else (alias.name.partition('.')[0],) * 2
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                yield alias.asname or alias.name, f'{node.module}.{alias.name}'


def _guarded(tree: ast.Module) -> Iterator[ast.AST]:
    # What stands in a try whose except takes ImportError may be missing: the code has another way.
    for node in ast.walk(tree):
        if isinstance(node, ast.Try) and any('ImportError' in ast.dump(handler.type) or 'ModuleNotFound' in ast.dump(
                handler.type) for handler in node.handlers if handler.type):
            for statement in node.body:
                yield from ast.walk(statement)
