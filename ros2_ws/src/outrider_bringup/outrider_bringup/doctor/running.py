"""What a stack that runs says of itself: for the doctor, which takes no port away from a driver that has it.

Asked are its control socket (which processes run) and /diagnostics (what each device says, once a second).
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from outrider_bringup import paths
from outrider_bringup.doctor.check import Check, Result
from outrider_bringup.up.control import ask

FIRST_S, LISTEN_S = 6.0, 2.6  # until the first word; from then on: each device speaks once a second
MOST_S = 12.0  # for those that must speak and have not: on a busy machine one is found seconds after another
STATUS = ('ok', 'warn', 'fail', 'fail')  # by DiagnosticStatus.level: OK, WARN, ERROR, STALE
LOOK = 'look at its lines in the terminal of ./outrider up'
# What a person does next about a device; a process of another name is started again.
NEXT = {
    'radar': 'check its USB cable and its 5 V supply, then start radar again',
    'camera': 'push its USB 3 plug home, then start camera again',
    'detector': 'try its weights: ./outrider doctor camera; then start detector again',
    'gps': 'put the antenna under open sky; check its USB cable',
    'imu': 'push the USB 3 plug of the camera home, then start camera again',
    'fusion': 'start fusion again',
    'recorder': 'make room on the disk: ./outrider view --list; then start recorder again',
    'pad': 'press its PS button; charge it',
    'governor': 'let everything go, then press arm at the pad',
    'motors': 'switch the motor battery off and on; check the USB cable of the VESC',
    'relays': 'release the e-stop; check the USB cable of the relay controller',
    'alerter': 'start alerter again', 'buzzer': 'check its wires, then start buzzer again',
    'page': 'start page again',
}
# Whose port a process or device has. Everything else belongs to the topic `stack`.
OF_TOPIC = {'pad': 'drive', 'pilot': 'drive', 'governor': 'drive', 'motors': 'drive', 'relays': 'relays',
            'radar': 'radar', 'camera': 'camera', 'imu': 'camera', 'detector': 'camera', 'gps': 'gps'}
STACK = 'stack'
AS = {'pilot': 'pad'}  # a process that speaks under the name of its device


@dataclass(frozen=True)
class Running:
    """What can be said of a stack that runs, and of which topics it has the devices."""

    checks: tuple[Check, ...]
    topics: frozenset[str]


class Spoken(NamedTuple):
    """The newest word of a device: level as in DiagnosticStatus, sentence."""

    level: int
    text: str


def look(run: Path | None = None) -> Running | None:
    """Ask the stack that runs in folder `run`; None where none does."""
    answer = ask(run or paths.run_folder(), {'do': 'nodes'})
    if answer is None or not isinstance(answer.get('nodes'), list):
        return None
    nodes = answer['nodes']
    held = frozenset(OF_TOPIC[name] for name in (str(node.get('name')) for node in nodes) if name in OF_TOPIC)
    return Running(tuple(judged(nodes, spoken(speakers(nodes)))), held)


def speakers(nodes: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Return the devices that speak once a second as long as their process runs. Pure."""
    names = (str(node.get('name')) for node in nodes if node.get('state') == 'running')
    return frozenset(NEXT) & {AS.get(name, name) for name in names}


def judged(nodes: Sequence[Mapping[str, Any]], said: Mapping[str, Spoken]) -> list[Check]:
    """Return a finding for every process that does not run and for every device that spoke. Pure."""
    found = []
    for node in nodes:
        name, state = str(node.get('name')), str(node.get('state'))
        if state != 'running':
            found.append(_check(f'process {name}', name, Result(
                'fail', f'{name} does not run: {state}', 'running', NEXT.get(name, LOOK))))
        elif int(node.get('restarts') or 0) > 0:
            found.append(_check(f'process {name}', name, Result(
                'warn', f'{name} had to be started again {node["restarts"]} times', 'never', LOOK)))
    for name in sorted(said):
        level, text = said[name]
        status = STATUS[level] if level < len(STATUS) else 'fail'
        action = '' if status == 'ok' else NEXT.get(name, LOOK)
        found.append(_check(name, name, Result(status, text, '', action)))
    if said:
        found += [_check(name, name, Result(
            'fail', f'{name} runs and says nothing', 'a word a second', NEXT[name]))
            for name in sorted(speakers(nodes) - said.keys())]
    else:
        found.append(_check('diagnostics', STACK, Result(
            'fail', 'a stack runs, and nobody speaks on /diagnostics in this ROS domain', 'a word a second',
            'run the doctor with the ROS_DOMAIN_ID of ./outrider up')))
    return found


def spoken(awaited: Collection[str] = (), first_s: float = FIRST_S, most_s: float = MOST_S) -> dict[str, Spoken]:
    """Return the newest word of every device; none where nobody speaks within `first_s`.

    Those of `awaited` are given `most_s` from the first word on.
    """
    import rclpy
    from diagnostic_msgs.msg import DiagnosticArray
    from rclpy.executors import SingleThreadedExecutor

    from outrider_node import qos

    said: dict[str, Spoken] = {}

    def hear(array: Any) -> None:
        for one in array.status:
            if one.name.startswith('outrider/'):
                # Humble's level is a byte string of one byte.
                level = one.level[0] if isinstance(one.level, bytes) else int(one.level)
                said[one.name.removeprefix('outrider/')] = Spoken(level, one.message)

    context = rclpy.Context()
    rclpy.init(context=context)
    node = rclpy.create_node('outrider_doctor', context=context)
    node.create_subscription(DiagnosticArray, '/diagnostics', hear, qos.EVENT)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)
    began_s = time.monotonic()
    first_at_s = None
    while True:
        executor.spin_once(timeout_sec=0.2)
        now_s = time.monotonic()
        if said and first_at_s is None:
            first_at_s = now_s
        if first_at_s is None:
            if now_s > began_s + first_s:
                break
        elif now_s > first_at_s + (LISTEN_S if said.keys() >= set(awaited) else most_s):
            break
    executor.shutdown()
    node.destroy_node()
    context.try_shutdown()
    return said


def _check(name: str, device: str, result: Result) -> Check:
    return Check(name, OF_TOPIC.get(device, STACK), lambda: result)
