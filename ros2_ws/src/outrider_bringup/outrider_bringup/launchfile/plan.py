"""What a resolved launch file is: processes with their complete command lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ProcessSpec:
    """One process to start, every substitution done."""

    name: str  # shown before its output; unique in a plan
    command: tuple[str, ...]  # argv
    executable: str  # what decides the stop order: the `exec` of a node, the program of an executable
    env: Mapping[str, str] = field(default_factory=dict)  # set by set_env, on top of the runner's own environment
    cwd: str | None = None
    respawn: bool = False
    respawn_delay_s: float = 0.0
    output: str = 'log'  # screen, log or both, as written; this project's runner shows all of them
    node: str | None = None  # fully qualified ROS name, None where the launch file gives none
    params_files: tuple[str, ...] = ()
    where: str = ''  # file:line


@dataclass(frozen=True)
class Plan:
    """The processes of a launch file in its order.

    `nodes` holds the names of all nodes that the file knows, also of those whose condition did not hold: a parameter
    file may speak of them. `arguments` are the final values of the declared arguments.
    """

    processes: tuple[ProcessSpec, ...]
    nodes: frozenset[str] = frozenset()
    arguments: Mapping[str, str] = field(default_factory=dict)
