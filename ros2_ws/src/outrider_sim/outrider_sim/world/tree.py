"""The YAML of a scenario as values that know file, line and key: every refusal is one sentence with its place."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path

import yaml

from outrider_sim.world.errors import ScenarioError, nearest

_MAX_BYTES = 1_000_000
_EXPONENT = re.compile(r'[-+]?\d+(\.\d*)?[eE][-+]?\d+')
_SHOWN = 60  # characters of a wrong value
_TAG = 'tag:yaml.org,2002:'
_SPOKEN = {'null': 'empty', 'seq': 'a list', 'map': 'a mapping', 'timestamp': 'a date'}


class Value:
    """One value of the file. `key` is its place for people: actors[1].do[0].at_s."""

    def __init__(self, node: yaml.Node, file: str, key: str) -> None:
        """Wrap `node`."""
        self._node, self._file, self.key = node, file, key

    def error(self, text: str) -> ScenarioError:
        """Return an error that begins with file, line and key."""
        where = f'{self._file}:{self._node.start_mark.line + 1}'
        # Keys and values may hold anything: a line break in them must not break the sentence.
        sentence = ' '.join(f'{self.key} {text}'.split())
        return ScenarioError(f'{where}: {"".join(c if c.isprintable() else "?" for c in sentence)}')

    @property
    def seen(self) -> str:
        """What stands there, in words."""
        tag = self._node.tag.removeprefix(_TAG)
        if isinstance(self._node, yaml.ScalarNode) and tag != 'null':
            value = self._node.value if len(self._node.value) <= _SHOWN else f'{self._node.value[:_SHOWN]}...'
            return f"'{value}'" if tag == 'str' else str(value)
        return _SPOKEN.get(tag, f'a {tag}')

    def is_text(self, *texts: str) -> bool:
        """Tell whether it is a plain text, one of `texts` where any are given."""
        return self._is('str') and (not texts or self._node.value in texts)

    def is_flag(self) -> bool:
        """Tell whether it is true or false."""
        return self._is('bool')

    def is_mapping(self) -> bool:
        """Tell whether it has keys."""
        return isinstance(self._node, yaml.MappingNode)

    def text(self, expected: str = 'a text') -> str:
        """Return a text; a number or a word that YAML takes for one counts as it is written."""
        if not isinstance(self._node, yaml.ScalarNode) or self._is('null') or not self._node.value.strip():
            raise self.error(f'is {self.seen}, expected {expected}.')
        return str(self._node.value)

    def choice(self, known: Sequence[str]) -> str:
        """Return one of the words in `known`."""
        text = str(self._node.value) if isinstance(self._node, yaml.ScalarNode) else ''
        if text not in known:
            near = nearest(text, known)
            raise self.error(f'is {self.seen}, expected one of {", ".join(known)}.'
                             f'{near if near.startswith(" Did") else ""}')
        return text

    def flag(self) -> bool:
        """Return true or false."""
        if not self._is('bool'):
            raise self.error(f'is {self.seen}, expected true or false.')
        return bool(yaml.SafeLoader('').construct_object(self._node))

    def number(self, low: float = -math.inf, high: float = math.inf, expected: str = 'a number', *,
               above: float = -math.inf) -> float:
        """Return a finite number in low..high and greater than `above`; `expected` says what is asked for."""
        value = math.nan
        try:
            if self._is('int') or self._is('float'):
                value = float(yaml.SafeLoader('').construct_object(self._node))
            elif self._is('str') and self._node.style is None and _EXPONENT.fullmatch(self._node.value):
                value = float(self._node.value)  # 1e-3: a number for people and YAML 1.2, a text for YAML 1.1
        except (ValueError, OverflowError):
            value = math.nan
        if not (math.isfinite(value) and low <= value <= high and value > above):
            raise self.error(f'is {self.seen}, expected {expected}.')
        return value

    def whole(self, low: int, high: int, expected: str) -> int:
        """Return a whole number in low..high."""
        if not self._is('int'):
            raise self.error(f'is {self.seen}, expected {expected}.')
        return int(self.number(low, high, expected))

    def time_s(self) -> float:
        """Return a time from the start on."""
        return self.number(0.0, 86400.0, 'a time of 0 s or later')

    def numbers(self, count: int, expected: str, *, above: float = -math.inf) -> tuple[float, ...]:
        """Return a list of `count` numbers in +-100,000 and greater than `above`."""
        if not isinstance(self._node, yaml.SequenceNode) or len(self._node.value) != count:
            raise self.error(f'is {self.seen}, expected {expected}.')
        return tuple(item.number(-1e5, 1e5, expected, above=above) for item in self.items(expected))

    def items(self, expected: str) -> list[Value]:
        """Return the values of a list."""
        if self._is('null'):
            return []
        if not isinstance(self._node, yaml.SequenceNode):
            raise self.error(f'is {self.seen}, expected {expected}.')
        return [Value(item, self._file, f'{self.key}[{place}]') for place, item in enumerate(self._node.value)]

    def keys(self, *known: str) -> Keys:
        """Return the mapping. Raises ScenarioError for a key that is not `known`, or stands there twice."""
        if not isinstance(self._node, yaml.MappingNode):
            raise self.error(f'is {self.seen}, expected a mapping with {", ".join(known)}.')
        found: dict[str, Value] = {}
        for name_node, node in self._node.value:
            name = str(name_node.value) if isinstance(name_node, yaml.ScalarNode) else '?'
            at = Value(name_node, self._file, f'{self.key}.{name}' if self.key else name)
            if known and name not in known:
                raise at.error(f'is no key of a scenario file here.{nearest(name, known)}')
            if name in found:
                raise at.error('stands here twice; keep one.')
            found[name] = Value(node, self._file, at.key)
        return Keys(self, found)

    def _is(self, tag: str) -> bool:
        return isinstance(self._node, yaml.ScalarNode) and self._node.tag == _TAG + tag


class Keys:
    """The keys of one mapping."""

    def __init__(self, whole: Value, found: dict[str, Value]) -> None:
        """Keep what was found in `whole`."""
        self.whole, self._found = whole, found

    def __contains__(self, name: str) -> bool:
        return name in self._found

    def get(self, name: str) -> Value | None:
        """Return the value of a key, None where it is left out or empty."""
        value = self._found.get(name)
        return None if value is None or value.seen == 'empty' else value

    def need(self, name: str, example: str) -> Value:
        """Return the value of a key that must stand there; `example` shows one."""
        value = self._found.get(name)
        if value is None:
            raise self.whole.error(f'has no {name}; write for example {name}: {example}.' if self.whole.key else
                                   f'the file has no {name}; write for example {name}: {example}.')
        return value

    def choice(self, name: str, known: Sequence[str], otherwise: str) -> str:
        """Return a word, or `otherwise` where it is left out."""
        value = self.get(name)
        return value.choice(known) if value else otherwise

    def flag(self, name: str, otherwise: bool) -> bool:
        """Return true or false, `otherwise` where it is left out."""
        value = self.get(name)
        return value.flag() if value else otherwise

    def items(self, name: str, expected: str) -> list[Value]:
        """Return the values of a list, none where it is left out."""
        value = self.get(name)
        return value.items(expected) if value else []

    def others(self) -> dict[str, Value]:
        """Return all keys with their values."""
        return dict(self._found)


def read(path: Path) -> Value:
    """Return the content of a file. Raises ScenarioError where it cannot be read or is no YAML."""
    try:
        with path.open('rb') as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise ScenarioError(f'{path}: cannot be read ({error.strerror}), expected a scenario file; '
                            'give one of config/scenarios.') from None
    if len(data) > _MAX_BYTES:
        raise ScenarioError(f'{path}: is larger than 1 MB, expected a scenario file; give one of config/scenarios.')
    try:
        return parse(data.decode('utf-8'), str(path))
    except UnicodeDecodeError:
        raise ScenarioError(f'{path}: is no UTF-8 text, expected a scenario file; save it as UTF-8.') from None


def parse(text: str, file: str) -> Value:
    """Return the content of a text; `file` stands in errors. Raises ScenarioError where it is no YAML."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = f':{error.problem_mark.line + 1}' if error.problem_mark else ''
        raise ScenarioError(f'{file}{line}: is no YAML ({error.problem}), expected a scenario file; '
                            'mend that line.') from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise ScenarioError(f'{file}: is no YAML ({" ".join(str(error).split())}), expected a scenario file.') from None
    if not isinstance(root, yaml.MappingNode):
        raise ScenarioError(f'{file}: holds no keys, expected a scenario file; see config/scenarios/README.md.')
    return Value(root, file, '')
