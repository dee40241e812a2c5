"""Text with substitutions: `a $(var b) c` taken apart, within the grammar of the launch frontend.

| part | is |
|---|---|
| template | text and substitutions in any order; a backslash takes the next character as it is |
| substitution | `$(name argument ...)`, exactly one space before each argument |
| argument | '...' or "..." or text without spaces, brackets and quotes; all three may hold substitutions |
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_NAME = re.compile(r'[A-Za-z][A-Za-z0-9_-]*')
MAX_DEPTH = 20


class TextError(ValueError):
    """What is wrong with a text; the caller knows file and line."""


@dataclass(frozen=True)
class Call:
    """One substitution: its name and the templates of its arguments."""

    name: str
    arguments: tuple[Template, ...]


Template = tuple['str | Call', ...]


def parse(text: str) -> Template:
    """Return the fragments of `text`. Raises TextError."""
    reader = _Reader(text)
    template = reader.template(end='', depth=0)
    if reader.at < len(text):
        raise TextError(f'unexpected {text[reader.at]!r} in {text!r}')
    return template


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def template(self, end: str, depth: int) -> Template:
        """Read up to the quote `end`, or to the end of the text."""
        return self._fragments(lambda char: char == end, depth, end)

    def _fragments(self, stops: Callable[[str], bool], depth: int, quote: str) -> Template:
        if depth > MAX_DEPTH:
            raise TextError(f'substitutions are nested deeper than {MAX_DEPTH} levels')
        fragments: list[str | Call] = []
        plain = ''
        while self.at < len(self.text) and not stops(self.text[self.at]):
            char = self.text[self.at]
            if char == '\\' and self.at + 1 < len(self.text):
                plain += self.text[self.at + 1]
                self.at += 2
            elif char == '$':
                if plain:
                    fragments.append(plain)
                    plain = ''
                fragments.append(self._call(depth, quote))
            else:
                plain += char
                self.at += 1
        if plain:
            fragments.append(plain)
        return tuple(fragments)

    def _call(self, depth: int, quote: str) -> Call:
        start = self.at
        if not self.text.startswith('$(', self.at):
            raise TextError(f"a lone '$' in {self.text!r}; write \\$ for the character, $(...) for a substitution")
        name = _NAME.match(self.text, self.at + 2)
        if not name:
            raise TextError(f'no name after $( in {self.text!r}')
        self.at = name.end()
        arguments: list[Template] = []
        while self._here() == ' ':
            self.at += 1
            arguments.append(self._argument(depth, quote))
        if self._here() != ')':
            raise TextError(f"no ')' for {self.text[start:self.at]!r} in {self.text!r}")
        self.at += 1
        return Call(name.group(), tuple(arguments))

    def _argument(self, depth: int, quote: str) -> Template:
        opened = self._here()
        if opened and opened in '\'"' and not quote:
            self.at += 1
            template = self.template(end=opened, depth=depth + 1)
            if self._here() != opened:
                raise TextError(f'no closing {opened} in {self.text!r}')
            self.at += 1
            return template
        # Inside one kind of quotes the other is a plain character; outside, both end an argument.
        stops = ' ()' + (quote or '\'"')
        template = self._fragments(lambda char: char in stops, depth + 1, quote)
        if not template:
            raise TextError(f'an empty argument in {self.text!r}: one space goes before each, quotes around spaces')
        return template

    def _here(self) -> str:
        return self.text[self.at:self.at + 1]
