"""`node` and `executable`: from an entity to a ProcessSpec."""

from __future__ import annotations

from pathlib import Path

from outrider_bringup.errors import nearest
from outrider_bringup.launchfile import command, packages
from outrider_bringup.launchfile.context import Context
from outrider_bringup.launchfile.plan import ProcessSpec
from outrider_bringup.launchfile.text import parse
from outrider_bringup.launchfile.tree import BOOL, FLOAT, Entity, Scalar, typed

COMMON = ('if', 'unless', 'output', 'cwd', 'respawn', 'respawn_delay')
NODE_KEYS = ('pkg', 'exec', 'name', 'namespace', 'args', 'remap', 'param', *COMMON)
EXECUTABLE_KEYS = ('cmd', 'name', *COMMON)
OUTPUTS = ('screen', 'log', 'both')


def node(entity: Entity, context: Context) -> ProcessSpec:
    """Return the process of a `node`. Raises LaunchFileError and TextError."""
    package, executable = _needed(entity, context, 'pkg'), _needed(entity, context, 'exec')
    program = str(packages.executable(package, executable, context.environment))
    name = _resolved(entity, context, 'name')
    if name is not None:
        command.check_name(name)
    where = command.namespace(context.values.get('ros_namespace', ''), _resolved(entity, context, 'namespace') or '')
    files, params = _parameters(entity, context)
    remaps = []
    for remap in entity.entities('remap'):
        remap.only('from', 'to')
        remaps.append((_needed(remap, context, 'from'), _needed(remap, context, 'to')))
    line = [program, *command.split(parse(entity.text('args') or ''), context.perform),
            *command.ros_arguments(name, where, files, params, remaps)]
    return _spec(entity, context, name or executable, line, executable,
                 node_name=f'{where.rstrip("/")}/{name}' if name else None, params_files=tuple(files))


def executable(entity: Entity, context: Context) -> ProcessSpec:
    """Return the process of an `executable`. Raises LaunchFileError and TextError."""
    line = command.split(parse(entity.needs('cmd')), context.perform)
    if not line:
        raise entity.error("'cmd' is empty, expected a command", 'cmd')
    program = Path(line[0]).name
    return _spec(entity, context, _resolved(entity, context, 'name') or program, line, program)


def _spec(entity: Entity, context: Context, name: str, line: list[str], executable: str, *,
          node_name: str | None = None, params_files: tuple[str, ...] = ()) -> ProcessSpec:
    output = entity.text('output') or 'log'
    if output not in OUTPUTS:
        raise entity.error(f"'output' is '{output}'.{nearest(output, OUTPUTS)}", 'output')
    return ProcessSpec(
        name=name, command=tuple(line), executable=executable, env=dict(context.environment),
        cwd=_resolved(entity, context, 'cwd'), respawn=_switch(entity, context, 'respawn'),
        respawn_delay_s=_seconds(entity, context, 'respawn_delay'), output=output, node=node_name,
        params_files=params_files, where=entity.where)


def _parameters(entity: Entity, context: Context) -> tuple[list[str], list[tuple[str, Scalar | list[Scalar]]]]:
    files: list[str] = []
    single: dict[str, Scalar | list[Scalar]] = {}
    for param in entity.entities('param'):
        param.only('name', 'value', 'from')
        if param.has('from'):
            if param.has('name') or param.has('value'):
                raise param.error("a 'param' has either 'from', or 'name' and 'value'")
            path = _needed(param, context, 'from')
            if not Path(path).is_file():
                raise param.error(f'parameter file {path} was not found', 'from')
            files.append(path)
            continue
        name = _needed(param, context, 'name')
        if name in single:
            raise param.error(f"parameter '{name}' is given twice; keep one", 'name')
        single[name] = _param_value(param.value('value'), context)
    return files, list(single.items())


def _param_value(value: Scalar | list[Scalar], context: Context) -> Scalar | list[Scalar]:
    if isinstance(value, list):
        return [part if not isinstance(part, str) else context.resolve(part) for part in value]
    if not isinstance(value, str):
        return value
    template = parse(value)
    # A plain text stays a text; what substitutions gave is read as YAML, as the launch frontend does.
    return context.perform(template) if all(isinstance(part, str) for part in template) else typed(
        context.perform(template))


def _needed(entity: Entity, context: Context, key: str) -> str:
    text = context.resolve(entity.needs(key))
    if not text:
        raise entity.error(f"'{key}' of '{entity.tag}' is empty", key)
    return text


def _resolved(entity: Entity, context: Context, key: str) -> str | None:
    text = entity.text(key)
    return None if text is None else context.resolve(text)


def _typed(entity: Entity, context: Context, key: str, tag: str) -> Scalar | list[Scalar] | None:
    value = entity.scalar(key, tag)
    return typed(context.resolve(value)) if isinstance(value, str) else value


def _switch(entity: Entity, context: Context, key: str) -> bool:
    value = _typed(entity, context, key, BOOL)
    if value is not None and not isinstance(value, bool):
        raise entity.error(f"'{key}' is {value!r}, expected true or false", key)
    return bool(value)


def _seconds(entity: Entity, context: Context, key: str) -> float:
    value = _typed(entity, context, key, FLOAT)
    if value is None:
        return 0.0
    if not isinstance(value, float) or not 0.0 <= value < 1e6:
        raise entity.error(f"'{key}' is {value!r}, expected seconds of 0.0 or more, written with a point", key)
    return value
