"""Reads a launch file action by action, in the order and with the scopes of the launch system.

`arg`, `let`, `set_env` and `push_ros_namespace` hold until the end of the group they stand in. An included file is no
scope of its own: what it sets stays set, as under `ros2 launch`; put the include into a group to keep it in.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from outrider_bringup.errors import nearest
from outrider_bringup.launchfile import command, processes
from outrider_bringup.launchfile.context import Context, as_condition
from outrider_bringup.launchfile.errors import LaunchFileError
from outrider_bringup.launchfile.plan import Plan, ProcessSpec
from outrider_bringup.launchfile.text import TextError
from outrider_bringup.launchfile.tree import BOOL, Entity, read

MAX_INCLUDES = 20


def load(path: Path, arguments: Mapping[str, str], environment: Mapping[str, str] | None = None) -> Plan:
    """Return the plan of a launch file with these arguments; starts nothing.

    `environment` (default: this process's) answers $(env) and says where packages lie. Raises LaunchFileError: one
    sentence with file and line.
    """
    path = path.absolute()
    given = dict(os.environ if environment is None else environment)
    reader = _Reader(given)
    context = Context(dict(arguments), dict(given), path.parent)
    reader.file(path, context)
    for name in arguments:
        if name not in reader.declared:
            raise LaunchFileError(f"{path}: unknown argument '{name}'.{nearest(name, reader.declared)}")
    return Plan(tuple(_unique(reader.specs)), frozenset(reader.nodes),
                {name: value for name, value in context.values.items() if name in reader.declared})


class _Reader:
    def __init__(self, outside: dict[str, str]) -> None:
        self.outside = outside
        self.specs: list[ProcessSpec] = []
        self.nodes: set[str] = set()
        self.declared: set[str] = set()

    def file(self, path: Path, context: Context) -> None:
        root = read(path)
        before, context.folder = context.folder, path.parent
        self.actions(root.children(), context)
        context.folder = before

    def actions(self, entities: list[Entity], context: Context) -> None:
        for entity in entities:
            if entity.tag not in _TAGS:
                raise entity.error(f"unknown tag '{entity.tag}'.{nearest(entity.tag, _TAGS)}")
            keys, act = _TAGS[entity.tag]
            if not (entity.tag == 'group' and entity.is_list):
                entity.only(*keys)
            try:
                if self.holds(entity, context):
                    act(self, entity, context)
                else:
                    self.passed_over(entity, context)
            except TextError as error:
                raise entity.error(str(error)) from None

    def holds(self, entity: Entity, context: Context) -> bool:
        wanted, unwanted = entity.text('if'), entity.text('unless')
        if wanted is not None and unwanted is not None:
            raise entity.error(f"'{entity.tag}' has 'if' and 'unless'; keep one")
        if wanted is not None:
            return as_condition(context.resolve(wanted))
        return unwanted is None or not as_condition(context.resolve(unwanted))

    def passed_over(self, entity: Entity, context: Context) -> None:
        """Learn the names of nodes and arguments that stand behind a condition which does not hold."""
        name = entity.text('name') if entity.tag in ('node', 'arg') else None
        if name is not None and '$' not in name:
            (self.nodes if entity.tag == 'node' else self.declared).add(name)
        for child in entity.children() if entity.tag == 'group' else ():
            self.passed_over(child, context)

    def arg(self, entity: Entity, context: Context) -> None:
        name = context.resolve(entity.needs('name'))
        self.declared.add(name)
        default = entity.text('default')
        if name not in context.values:
            if default is None:
                about = f' ({entity.text("description")})' if entity.has('description') else ''
                raise entity.error(f"argument '{name}'{about} has no default; give {name}:=VALUE")
            context.values[name] = context.resolve(default)

    def let(self, entity: Entity, context: Context) -> None:
        context.values[context.resolve(entity.needs('name'))] = context.resolve(entity.needs('value'))

    def set_env(self, entity: Entity, context: Context) -> None:
        context.environment[context.resolve(entity.needs('name'))] = context.resolve(entity.needs('value'))

    def push_ros_namespace(self, entity: Entity, context: Context) -> None:
        pushed = context.resolve(entity.needs('namespace'))
        context.values['ros_namespace'] = command.namespace(context.values.get('ros_namespace', ''), pushed)

    def group(self, entity: Entity, context: Context) -> None:
        scoped = entity.scalar('scoped', BOOL) if not entity.is_list else None
        if isinstance(scoped, str):
            raise entity.error(f"'scoped' is {scoped!r}, expected true or false", 'scoped')
        self.actions(entity.children(), context if scoped is False else context.scoped())

    def include(self, entity: Entity, context: Context) -> None:
        path = Path(context.resolve(entity.needs('file')))
        if context.depth >= MAX_INCLUDES:
            raise entity.error(f'includes are nested deeper than {MAX_INCLUDES}: does {path.name} include itself?')
        for argument in entity.entities('arg'):
            argument.only('name', 'value')
            context.values[context.resolve(argument.needs('name'))] = context.resolve(argument.needs('value'))
        if not path.is_file():
            raise entity.error(f'{path} was not found', 'file')
        context.depth += 1
        self.file(path, context)
        context.depth -= 1

    def node(self, entity: Entity, context: Context) -> None:
        spec = processes.node(entity, context)
        if spec.node:
            self.nodes.add(spec.node.rsplit('/', 1)[-1])
        self.add(spec)

    def executable(self, entity: Entity, context: Context) -> None:
        self.add(processes.executable(entity, context))

    def add(self, spec: ProcessSpec) -> None:
        """Keep a process, with only that part of the environment which the launch file set itself."""
        own = {name: value for name, value in spec.env.items() if self.outside.get(name) != value}
        self.specs.append(replace(spec, env=own))


def _unique(specs: list[ProcessSpec]) -> list[ProcessSpec]:
    """Return `specs` with their names made distinct: radar, radar-2, ..."""
    seen: dict[str, int] = {}
    named = []
    for spec in specs:
        seen[spec.name] = seen.get(spec.name, 0) + 1
        named.append(spec if seen[spec.name] == 1 else replace(spec, name=f'{spec.name}-{seen[spec.name]}'))
    return named


_IF = ('if', 'unless')
_TAGS: dict[str, tuple[tuple[str, ...], Callable[[_Reader, Entity, Context], None]]] = {
    'arg': (('name', 'default', 'description', *_IF), _Reader.arg),
    'let': (('name', 'value', *_IF), _Reader.let),
    'set_env': (('name', 'value', *_IF), _Reader.set_env),
    'push_ros_namespace': (('namespace', *_IF), _Reader.push_ros_namespace),
    'group': (('scoped', 'children', *_IF), _Reader.group),
    'include': (('file', 'arg', *_IF), _Reader.include),
    'node': (processes.NODE_KEYS, _Reader.node),
    'executable': (processes.EXECUTABLE_KEYS, _Reader.executable),
}
