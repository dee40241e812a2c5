"""Where a replay through the fusion can begin, and with what parameters; found by a first look at the recording."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from outrider_interfaces.msg import FusionInputs, FusionSnapshot
from rclpy.serialization import deserialize_message

from outrider_bringup.errors import UserError
from outrider_bringup.replay.bag import Bag
from outrider_bringup.replay.pace import Stepped
from outrider_node.errors import NodeError
from outrider_node.params import ParamValue
from outrider_perception import front
from outrider_perception.config import Config, load
from outrider_perception.parameters import FOLDER, parameters, with_values
from outrider_perception.snapshot import code_version
from outrider_recorder.schema import SchemaError, Schemas
from outrider_recorder.segment import Topic

NODE = 'fusion'
INPUTS_KIND = 'outrider_interfaces/msg/FusionInputs'
STATICS = (front.FRAMES, front.RADAR_INFO, front.COLOUR_INFO, front.DEPTH_INFO, front.LIGHT)
SNAPSHOT_NS, LOOK_BACK_NS = 11_000_000_000, 15_000_000_000  # the fusion makes one every 10 s
LOOK_AHEAD_NS = 25_000_000_000
COLD_NS = 10_000_000_000
_FIELD = re.compile(r'^\s*([\w/<>=\[\]]+)\s+(\w+)\s*(=?)')


@dataclass(frozen=True)
class Look:
    """What a first look at the journal has found."""

    prefix: str                   # namespace of the fusion, '/' at its end
    at_ns: int                    # receipt, where it is to begin
    stamp_ns: int                 # what the clock of the stamps showed then
    first: int                    # the first line's number, 0: there is none
    notes_statics: bool           # the journal has mounts and lenses: those of old rides have not
    snapshots: tuple[tuple[int, Any], ...]  # receipt and message, in order

    @property
    def versions(self) -> set[str]:
        """Return which codes made the snapshots."""
        return {message.version for _, message in self.snapshots}


@dataclass(frozen=True)
class Start:
    """How it begins. `compare_from_ns`: of the stamps; outputs before it are made but not compared."""

    look: Look
    begins: str                   # in words: its first input, a snapshot, or neither
    read_from_ns: int             # receipt
    compare_from_ns: int
    snapshot: Any = None

    @property
    def cold(self) -> bool:
        """Tell whether it begins knowing nothing of what was before."""
        return self.compare_from_ns > 0 and self.snapshot is None


def look(bag: Bag, from_ns: int | None) -> Look:
    """Return what the journal holds around `from_ns` (None: the start). Raises UserError where there is none."""
    names = sorted((name for name, topic in bag.topics().items() if topic.kind == INPUTS_KIND
                    and name.endswith(front.INPUTS)), key=lambda name: (len(name), name))
    if not names:
        raise UserError(f'{bag.name} holds no {front.INPUTS}, the journal of the fusion, so it cannot be run through '
                        'it. Publish it: leave --through out')
    prefix = names[0][:-len(front.INPUTS)]
    at_ns = bag.first_ns if from_ns is None else from_ns
    first, notes_statics, snapshots = 0, False, []
    for kind, log_ns, message in _journal(bag, prefix, _back(at_ns, from_ns), at_ns + SNAPSHOT_NS):
        if kind == front.INPUTS:
            first = first or next((one.sequence for one in message.inputs), 0)
            notes_statics = notes_statics or any(one.topic in STATICS for one in message.inputs)
        elif from_ns is None or log_ns <= at_ns:
            snapshots.append((log_ns, message))
    if not first:
        raise UserError(f'{bag.name} has no line in its journal {names[0]} behind --from, so nothing can be run again. '
                        'Choose an earlier --from')
    return Look(prefix, at_ns, Stepped(bag.info).system_ns(at_ns), first, notes_statics, tuple(snapshots))


def find(seen: Look, code: str, from_ns: int | None) -> Start:
    """Return where `code` begins for `from_ns` (None: as early as can be)."""
    if from_ns is None and seen.first == 1:
        return Start(seen, 'its first input', seen.at_ns, 0)
    usable = [one for one in seen.snapshots if one[1].version == code]
    if usable:
        log_ns, snapshot = usable[0] if from_ns is None else usable[-1]
        after_ns = max(stamp_ns(snapshot) + 1, 0 if from_ns is None else seen.stamp_ns)
        return Start(seen, 'a snapshot', log_ns - LOOK_BACK_NS, after_ns, snapshot)
    return Start(seen, 'the middle, without a state,', seen.at_ns, seen.stamp_ns + COLD_NS)


def _back(at_ns: int, from_ns: int | None) -> int:
    return at_ns if from_ns is None else at_ns - LOOK_BACK_NS


def next_snapshot(bag: Bag, prefix: str, code: str, log_ns: int, sequence: int) -> Any | None:
    """Return the next snapshot of this code after input `sequence`, within LOOK_AHEAD_NS; None where there is none."""
    for kind, _, message in _journal(bag, prefix, log_ns, log_ns + LOOK_AHEAD_NS):
        if kind == front.SNAPSHOT and message.version == code and message.sequence >= sequence:
            return message
    return None


def stamp_ns(message: Any) -> int:
    """Return the stamp of a message's header in ns."""
    stamp = message.header.stamp
    return int(stamp.sec * 1_000_000_000 + stamp.nanosec)


def _journal(bag: Bag, prefix: str, from_ns: int, until_ns: int) -> Iterator[tuple[str, int, Any]]:
    wanted = {prefix + front.INPUTS: (front.INPUTS, FusionInputs),
              prefix + front.SNAPSHOT: (front.SNAPSHOT, FusionSnapshot)}
    for message in bag.messages(from_ns):
        if message.log_ns > until_ns:
            return
        if message.topic.name in wanted:
            as_here(bag, message.topic)
            name, kind = wanted[message.topic.name]
            yield name, message.log_ns, deserialize_message(message.data, kind)


def configured(bag: Bag, seen: Look) -> Config:
    """Return the numbers of the fusion, by ride.json.

    The code that made the ride gets the parameters of the node that ran. Other code gets what the rig's file in it
    says, and its own defaults for the rest. Both read config/perception of here: no path in a recording is followed.
    """
    ran = _filled(bag, of_node(bag.info, seen.prefix, NODE))
    if code_version(ran) in seen.versions or not seen.versions:
        return ran
    return _filled(bag, _of_rig(bag.info, NODE))


def _filled(bag: Bag, told: dict[str, Any]) -> Config:
    config = load()
    values: dict[str, ParamValue] = {}
    for param in parameters(config):
        values[param.name] = param.default
        if param is not FOLDER and param.name in told:
            try:
                values[param.name] = param.check(told[param.name])
            except NodeError as error:
                bag.complaints.append(f'{bag.name}: {error} The default is used.')
    return with_values(config, values)


def of_node(info: dict[str, Any], prefix: str, name: str) -> dict[str, Any]:
    """Return the parameters of the node that ran, by ride.json; by the rig's file in it where it does not tell."""
    nodes = info.get('nodes')
    told = nodes.get(f'{prefix}{name}') if isinstance(nodes, dict) else None
    return dict(told) if isinstance(told, dict) else _of_rig(info, name)


def _of_rig(info: dict[str, Any], node: str) -> dict[str, Any]:
    files = info.get('files')
    for text in files.values() if isinstance(files, dict) else ():
        try:
            sections = yaml.safe_load(text) if isinstance(text, str) and 'ros__parameters' in text else None
        except (yaml.YAMLError, RecursionError):
            continue
        for name, section in sections.items() if isinstance(sections, dict) else ():
            if str(name).rpartition('/')[2] == node and isinstance(section, dict):
                return dict(section.get('ros__parameters') or {})
    return {}


_fits: dict[tuple[str, str], bool] = {}


def as_here(bag: Bag, topic: Topic) -> None:
    """Raise UserError where a recorded type has other fields than it has here."""
    key = topic.kind, topic.schema
    if key not in _fits:
        try:
            _fits[key] = layout(topic.schema) == layout(Schemas().text(topic.kind))
        except SchemaError:
            _fits[key] = False
    if not _fits[key]:
        version = str(bag.info.get('version', 'another version'))[:60]
        raise UserError(f'{bag.name} was made by {version}, whose {topic.kind} has other fields than the one here. '
                        'Check that version out to run it again')


def layout(schema: str) -> list[str]:
    """Return the fields of a message definition in order, those of the types in it too; comments are none."""
    fields = []
    for line in schema.splitlines():
        line = line.split('#', 1)[0].rstrip()
        found = _FIELD.match(line)
        if line.startswith('MSG:'):
            fields.append(line.replace('/msg/', '/'))
        elif found and not found.group(3):
            fields.append(f'{found.group(1).rpartition("/")[2]} {found.group(2)}')
    return fields
