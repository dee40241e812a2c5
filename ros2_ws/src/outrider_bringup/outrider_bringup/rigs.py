"""Rig files: standard ROS 2 parameter files, checked for their structure before anything is started.

Names and values inside a section are the node's own matter: it refuses unknown ones when it starts.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from outrider_bringup.errors import UserError, nearest
from outrider_bringup.launchfile.plan import Plan

PARAMETERS = 'ros__parameters'
EVERYONE = ('/**', '/*', '**', '*')


class RigError(UserError):
    """One sentence that begins with file and line."""


def value(plan: Plan, node: str, name: str) -> str:
    """Return parameter `name` of `node` as the rig's parameter files say it, '' where none does."""
    said = ''
    for path in sorted({path for spec in plan.processes for path in spec.params_files}):
        try:
            content = yaml.safe_load(Path(path).read_text(encoding='utf-8')) or {}
            said = str(content[f'/**/{node}'][PARAMETERS].get(name, said))
        except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError, AttributeError):
            continue  # check() says what is wrong with it
    return said


def check(plan: Plan) -> None:
    """Check every parameter file of a plan. Raises RigError."""
    for path in sorted({path for spec in plan.processes for path in spec.params_files}):
        check_file(Path(path), plan.nodes)


def check_file(path: Path, nodes: frozenset[str]) -> None:
    """Check that `path` has one section per node, each for one of `nodes`. Raises RigError."""
    try:
        root = yaml.compose(path.read_text(encoding='utf-8'), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise RigError(f'{path}: cannot be read: {error}; expected a parameter file') from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RigError(f'{path}:{line}: no YAML: {error.problem}') from None
    except (yaml.YAMLError, RecursionError) as error:
        raise RigError(f'{path}: no YAML: {" ".join(str(error).split())}') from None
    if root is None:
        return
    for section, body in _keys(root, path, 'sections named /**/<node>:'):
        name = section.value.rstrip('/').rsplit('/', 1)[-1]
        if section.value not in EVERYONE and name not in nodes:
            raise RigError(f"{_at(path, section)}: section '{section.value}' names no node of this rig."
                           f'{nearest(name, nodes)}')
        for key, values in _keys(body, path, f'{PARAMETERS}:'):
            if key.value != PARAMETERS:
                raise RigError(f"{_at(path, key)}: '{key.value}' stands where '{PARAMETERS}' is expected")
            _parameters(values, path)


def _parameters(node: yaml.Node, path: Path) -> None:
    for key, value in _keys(node, path, 'parameters'):
        if isinstance(value, yaml.MappingNode):
            _parameters(value, path)
            continue
        items = value.value if isinstance(value, yaml.SequenceNode) else [value]
        types = {item.tag for item in items}
        if any(not isinstance(item, yaml.ScalarNode) for item in items) or 'tag:yaml.org,2002:null' in types:
            raise RigError(f"{_at(path, value)}: '{key.value}' is no number, text, switch or list of one of them")
        if len(types) > 1:
            raise RigError(f"{_at(path, value)}: '{key.value}' mixes types, and ROS refuses such a list; "
                           'write 1.0 for 1 among numbers with a point')


def _keys(node: yaml.Node, path: Path, wanted: str) -> list[tuple[yaml.ScalarNode, yaml.Node]]:
    if not isinstance(node, yaml.MappingNode):
        raise RigError(f'{_at(path, node)}: seen {node.value or "nothing"!r}, expected {wanted}')
    seen: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise RigError(f'{_at(path, key)}: a key is no name, expected {wanted}')
        if key.value in seen:
            raise RigError(f"{_at(path, key)}: '{key.value}' stands here twice; keep one")
        seen.add(key.value)
    pairs: list[tuple[yaml.ScalarNode, yaml.Node]] = node.value
    return pairs


def _at(path: Path, node: yaml.Node) -> str:
    return f'{path}:{node.start_mark.line + 1}'
