"""The state a launch file is read in, and what each substitution makes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from outrider_bringup.errors import nearest
from outrider_bringup.launchfile import expression, packages
from outrider_bringup.launchfile.text import Call, Template, TextError, parse

TRUE, FALSE = ('true', '1'), ('false', '0')


@dataclass
class Context:
    """Values by name, the environment, and the folder of the file being read."""

    values: dict[str, str]
    environment: dict[str, str]
    folder: Path
    depth: int = 0
    files: list[Path] = field(default_factory=list)

    def scoped(self) -> Context:
        """Return a copy: what a group sets in it ends with the group."""
        return replace(self, values=dict(self.values), environment=dict(self.environment))

    def resolve(self, text: str) -> str:
        """Return `text` with every substitution done. Raises TextError."""
        return self.perform(parse(text))

    def perform(self, template: Template) -> str:
        """Return a parsed text with every substitution done. Raises TextError."""
        return ''.join(part if isinstance(part, str) else self._call(part) for part in template)

    def _call(self, call: Call) -> str:
        if call.name not in SUBSTITUTIONS:
            raise TextError(f"unknown substitution '$({call.name} ...)'.{nearest(call.name, SUBSTITUTIONS)}")
        least, most, function = SUBSTITUTIONS[call.name]
        if not least <= len(call.arguments) <= most:
            wanted = str(least) if least == most else f'{least} to {most}'
            raise TextError(f"'$({call.name} ...)' has {len(call.arguments)} arguments, expected {wanted}")
        return function(self, call.arguments)


def as_condition(text: str) -> bool:
    """Return the truth of the value of `if` or `unless`. Raises TextError."""
    word = text.strip().lower()
    if word in TRUE + FALSE:
        return word in TRUE
    raise TextError(f'a condition is {text!r}, expected true, false, 1 or 0')


def as_switch(text: str) -> bool:
    """Return the truth of a value where only true and false are known. Raises TextError."""
    word = text.strip().lower()
    if word in ('true', 'false'):
        return word == 'true'
    raise TextError(f'{text!r} stands where true or false is expected')


def _var(context: Context, arguments: tuple[Template, ...]) -> str:
    name = context.perform(arguments[0])
    if name not in context.values:
        raise TextError(f"'$(var {name})' is not set.{nearest(name, context.values)}")
    return context.values[name]


def _env(context: Context, arguments: tuple[Template, ...]) -> str:
    name = context.perform(arguments[0])
    if name in context.environment:
        return context.environment[name]
    if len(arguments) == 1:
        raise TextError(f"environment variable '{name}' is not set; set it, or write $(env {name} DEFAULT)")
    return context.perform(arguments[1])


def _share(context: Context, arguments: tuple[Template, ...]) -> str:
    return str(packages.share(context.perform(arguments[0]), context.environment))


def _eval(context: Context, arguments: tuple[Template, ...]) -> str:
    try:
        return expression.evaluate(context.perform(arguments[0]))
    except expression.ExpressionError as error:
        raise TextError(f'$(eval): {error}') from None


def _switch(value: bool) -> str:
    return 'true' if value else 'false'


_Function = Callable[[Context, tuple[Template, ...]], str]
# Name: least and most arguments, function. All of them exist on Humble; later ones ($(equals), $(any)) do not.
SUBSTITUTIONS: dict[str, tuple[int, int, _Function]] = {
    'var': (1, 1, _var),
    'env': (1, 2, _env),
    'find-pkg-share': (1, 1, _share),
    'dirname': (0, 0, lambda context, arguments: str(context.folder)),
    'not': (1, 1, lambda c, a: _switch(not as_switch(c.perform(a[0])))),
    'and': (2, 2, lambda c, a: _switch(as_switch(c.perform(a[0])) and as_switch(c.perform(a[1])))),
    'or': (2, 2, lambda c, a: _switch(as_switch(c.perform(a[0])) or as_switch(c.perform(a[1])))),
    'eval': (1, 1, _eval),
}
