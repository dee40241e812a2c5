"""The YAML of a launch file as entities that know their line, strictly typed as the launch frontend types them.

A text attribute must be a YAML string: `default: true` or `default: 5` are refused there, and so here, because YAML has
made something else of them. Keys that an entity does not know are refused, naming the nearest.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import yaml

from outrider_bringup.errors import nearest
from outrider_bringup.launchfile.errors import LaunchFileError

MAX_DEPTH = 40
STRING, BOOL, INT, FLOAT = (f'tag:yaml.org,2002:{name}' for name in ('str', 'bool', 'int', 'float'))
_SPOKEN = {BOOL: 'true or false', INT: 'a whole number', FLOAT: 'a number', STRING: 'a text',
           'tag:yaml.org,2002:null': 'nothing', 'tag:yaml.org,2002:seq': 'a list',
           'tag:yaml.org,2002:map': 'a mapping', 'tag:yaml.org,2002:timestamp': 'a date'}

Scalar = bool | int | float | str


class Entity:
    """One tag of a launch file with its attributes; `where` is file:line."""

    def __init__(self, tag: str, node: yaml.Node, path: Path, where: str, depth: int = 0) -> None:
        """Take the value under `tag`. Raises LaunchFileError for duplicate keys and for what is nested too deep."""
        self.tag, self.path, self.where, self._node, self._depth = tag, path, where, node, depth
        if depth > MAX_DEPTH:
            raise LaunchFileError(f'{where}: nested deeper than {MAX_DEPTH} levels')
        keys = _keys(node, path) if isinstance(node, yaml.MappingNode) else {}
        self._attributes = {name: value for name, (_, value) in keys.items()}
        self._places = {name: place for name, (place, _) in keys.items()}

    def error(self, text: str, key: str | None = None) -> LaunchFileError:
        """Return an error at this entity, or at the line of its attribute `key`."""
        return LaunchFileError(f'{self._places.get(key or "", self.where)}: {text}')

    def only(self, *known: str) -> None:
        """Raise LaunchFileError for a key beside `known`, and where there are no keys at all."""
        if not isinstance(self._node, yaml.MappingNode):
            raise self.error(f"'{self.tag}' is {_spoken(self._node)}, expected a mapping of its keys."
                             f'{nearest("", known)}')
        for key in self._attributes:
            if key not in known:
                raise self.error(f"unknown key '{key}' in '{self.tag}'.{nearest(key, known)}", key)

    def has(self, key: str) -> bool:
        """Tell whether the attribute stands there."""
        return key in self._attributes

    def text(self, key: str) -> str | None:
        """Return a text attribute, None where it is left out."""
        node = self._attributes.get(key)
        if node is None:
            return None
        if not isinstance(node, yaml.ScalarNode) or node.tag != STRING:
            quote = f' Put it in quotes: "{node.value}".' if isinstance(node, yaml.ScalarNode) else ''
            raise self.error(f"'{key}' of '{self.tag}' is {_spoken(node)}, expected a text.{quote}", key)
        return str(node.value)

    def needs(self, key: str) -> str:
        """Return a text attribute that must stand there."""
        text = self.text(key)
        if text is None:
            raise self.error(f"'{self.tag}' has no '{key}'; write it")
        return text

    def scalar(self, key: str, *tags: str) -> Scalar | None:
        """Return an attribute typed by YAML, None where left out; a text is always allowed (it may be resolved)."""
        node = self._attributes.get(key)
        if node is None:
            return None
        if not isinstance(node, yaml.ScalarNode) or node.tag not in (*tags, STRING):
            wanted = ' or '.join(_SPOKEN[tag] for tag in tags)
            raise self.error(f"'{key}' of '{self.tag}' is {_spoken(node)}, expected {wanted}", key)
        return constructed(node)

    def value(self, key: str) -> Scalar | list[Scalar]:
        """Return a scalar or a list of scalars of one type."""
        node = self._attributes.get(key)
        if node is None:
            raise self.error(f"'{self.tag}' has no '{key}'; write it")
        items = node.value if isinstance(node, yaml.SequenceNode) else [node]
        for item in items:
            if not isinstance(item, yaml.ScalarNode) or item.tag not in (STRING, BOOL, INT, FLOAT):
                raise self.error(f"'{key}' of '{self.tag}' holds {_spoken(item)}, expected texts, numbers or switches",
                                 key)
        if len({item.tag for item in items}) > 1:
            raise self.error(f"'{key}' of '{self.tag}' mixes types, expected a list of one type", key)
        values = [constructed(item) for item in items]
        return values if isinstance(node, yaml.SequenceNode) else values[0]

    def entities(self, key: str) -> list[Entity]:
        """Return the list of mappings under `key`; empty where left out."""
        node = self._attributes.get(key)
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode) or not all(isinstance(n, yaml.MappingNode) for n in node.value):
            raise self.error(f"'{key}' of '{self.tag}' is {_spoken(node)}, expected a list of mappings", key)
        return [Entity(key, item, self.path, place(self.path, item), self._depth + 1) for item in node.value]

    def children(self) -> list[Entity]:
        """Return the actions inside: a list, or the list under `children`."""
        node = self._attributes.get('children', self._node)
        if not isinstance(node, yaml.SequenceNode):
            raise self.error(f"'{self.tag}' is {_spoken(node)}, expected a list of actions")
        found = []
        for item in node.value:
            pairs = _keys(item, self.path) if isinstance(item, yaml.MappingNode) else {}
            if len(pairs) != 1:
                raise LaunchFileError(f'{place(self.path, item)}: an action is one tag with its keys, '
                                      f'seen {len(pairs) or _spoken(item)}; indent the keys below the tag')
            tag, (where, value) = next(iter(pairs.items()))
            found.append(Entity(tag, value, self.path, where, self._depth + 1))
        return found

    @property
    def is_list(self) -> bool:
        """Tell whether the actions stand directly below the tag."""
        return isinstance(self._node, yaml.SequenceNode)


def read(path: Path) -> Entity:
    """Return the `launch` entity of a file. Raises LaunchFileError."""
    try:
        root = yaml.compose(path.read_text(encoding='utf-8'), Loader=yaml.SafeLoader)
    except OSError as error:
        raise LaunchFileError(f'{path}: {error.strerror}; expected a launch file') from None
    except UnicodeDecodeError:
        raise LaunchFileError(f'{path}: is not UTF-8 text; expected a launch file') from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise LaunchFileError(f'{path}:{line}: no YAML: {error.problem}') from None
    except (yaml.YAMLError, RecursionError) as error:
        raise LaunchFileError(f'{path}: no YAML: {" ".join(str(error).split())}') from None
    keys = _keys(root, path) if isinstance(root, yaml.MappingNode) else {}
    if list(keys) != ['launch']:
        raise LaunchFileError(f"{path}:1: a launch file has the one key 'launch' at its top, "
                              f'seen {", ".join(keys) or "none"}')
    where, actions = keys['launch']
    return Entity('launch', actions, path, where)


def place(path: Path, node: yaml.Node | None) -> str:
    """Return file:line of a YAML node."""
    return f'{path}:{node.start_mark.line + 1}' if node is not None else str(path)


def constructed(node: yaml.ScalarNode) -> Scalar:
    """Return what YAML makes of a scalar."""
    value: Scalar = yaml.SafeLoader('').construct_object(node)
    return value


def typed(text: str) -> Scalar | list[Scalar]:
    """Return what YAML makes of a text that substitutions gave; what is neither scalar nor list stays text."""
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError:
        return text
    if isinstance(value, list) and all(isinstance(item, (bool, int, float, str)) for item in value):
        return value
    return value if isinstance(value, (bool, int, float, str)) else text


def _keys(node: yaml.MappingNode, path: Path) -> dict[str, tuple[str, yaml.Node]]:
    """Return, for each key, its file:line and its value."""
    found: dict[str, tuple[str, yaml.Node]] = {}
    for key, value in _pairs(node):
        if not isinstance(key, yaml.ScalarNode):
            raise LaunchFileError(f'{place(path, key)}: a key is {_spoken(key)}, expected a name')
        if key.value in found:
            raise LaunchFileError(f"{place(path, key)}: '{key.value}' stands here twice; keep one")
        found[key.value] = (place(path, key), value)
    return found


def _pairs(node: yaml.MappingNode) -> Iterable[tuple[yaml.Node, yaml.Node]]:
    pairs: list[tuple[yaml.Node, yaml.Node]] = node.value
    return pairs


def _spoken(node: yaml.Node) -> str:
    spoken = _SPOKEN.get(node.tag, node.tag)
    return f'{spoken} ({node.value})' if isinstance(node, yaml.ScalarNode) and node.value else spoken
