"""Plays a scenario to all drivers over their own wires, in real time: `world --scenario FILE --run DIR`.

| in DIR | is |
|---|---|
| radar_cli, radar_data | the ptys of a TI radar |
| gps | the pty of a u-blox receiver |
| camera_feed | a RealSense, for a driver that opens it as `feed:FILE` |
| world.json | written at t = 0: scenario, name, begin_ns (CLOCK_REALTIME), begin_boot_ns, duration_s, pid |

t = 0 comes when the camera has loaded its pictures, the radar has been started over its wire (one that is dead from the
first instant is not waited for) and the file of --hold is gone. Until then camera and radar send nothing, and the
receiver has no fix. After the scenario's duration everything is unplugged and it ends with 0.

Lines for the control FIFO begin with the device: `radar ...` (ti_device.py), `gps ...` (ubx_gps.py), `camera ...`
(realsense.py).
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from pathlib import Path
from typing import IO

from outrider_sim.devices.process import Control, hurry, own_arguments, size, stop_pipe
from outrider_sim.devices.ptys import claim
from outrider_sim.devices.ti_device import TiRadar
from outrider_sim.devices.ubx_gps import UbxGps
from outrider_sim.devices.world_camera import CameraProcess
from outrider_sim.devices.world_clock import WorldClock, boot_ns
from outrider_sim.devices.world_faults import Faults
from outrider_sim.devices.world_feed import cameras
from outrider_sim.devices.world_gps import WorldGps
from outrider_sim.devices.world_machine import DrivenRide, Machine, PoseRing
from outrider_sim.devices.world_radar import WorldRadar
from outrider_sim.devices.world_ride import PathRide, Ride
from outrider_sim.devices.world_run import Stage
from outrider_sim.world import places, scenario
from outrider_sim.world.model import Scenario
from outrider_sim.world.radar.chirp import read_cfg
from outrider_sim.world.world import World


def main(argv: list[str] | None = None) -> int:
    """Play until the end, SIGINT or SIGTERM; 0, 1 where the camera was lost, 2 with one sentence for wrong input."""
    args = _arguments(own_arguments(argv))
    try:
        scene = scenario.load(args.scenario)
        read_cfg(places.radar_file(scene.radar).read_text())
        _check(args, scene)
    except (scenario.ScenarioError, ValueError) as error:
        return _refuse(str(error))
    except (OSError, KeyError) as error:
        return _refuse(f'{args.scenario}: {error}, expected a scenario file whose radar is under config/radar.')
    try:
        lock = claim(args.run)
    except OSError as error:
        return _refuse(f'--run {args.run}: {error.strerror}, expected a folder that can be written to.')
    if lock is None:
        return _refuse(f'--run {args.run} is used by another world or fake radar; end that one or name another folder.')
    with contextlib.ExitStack() as stack:
        stack.enter_context(lock)
        return _play(args, scene, lock, stack)


def _play(args: argparse.Namespace, scene: Scenario, lock: IO[bytes], stack: contextlib.ExitStack) -> int:
    world, clock, ring = World(scene), WorldClock(), PoseRing()
    ride: Ride = PathRide(world) if scene.rig.drive == 'path' else DrivenRide(world, ring)
    (args.run / 'world.json').unlink(missing_ok=True)  # of the world before: it says when this one begins
    stop = stop_pipe()
    camera = None
    device = cameras(scene, args.size, args.fps)
    if device.colour or device.depth or device.gyro_hz:
        # Before any other descriptor is open and any thread runs.
        camera = CameraProcess(args.run / 'camera_feed', device, ride, clock, [lock.fileno(), stop])
        stack.callback(camera.close)
    hurry()  # after the fork
    journal = stack.enter_context(args.journal.open('a')) if args.journal else None
    radar = TiRadar(args.run, journal, plugged=not Faults(scene, 'radar').dead(0.0))
    stack.callback(radar.close)
    gps = None
    if 'gps' in scene.sensors:
        receiver = UbxGps(args.run / 'gps', plugged=not Faults(scene, 'gps').dead(0.0))
        stack.callback(receiver.unplug)
        gps = WorldGps(receiver, ride, clock, boot_ns())
    machine = None
    if scene.rig.drive != 'path':
        machine = Machine(world, ring, clock, wheels=args.wheels, relays=args.relays, pad=args.pad, hit=args.hit)
        stack.callback(machine.let_go)
    stage = Stage(scene, args.scenario, args.run, clock, WorldRadar(radar, ride, clock), gps, camera, machine,
                  args.hold, Control(args.control) if args.control else None, stop)
    print(f'world {scene.name} on {args.run}', flush=True)
    return stage.play()


def _check(args: argparse.Namespace, scene: Scenario) -> None:
    missing = [name for name in ('wheels', 'relays', 'pad') if getattr(args, name) is None]
    if scene.rig.drive != 'path' and missing:
        raise ValueError(f"{args.scenario} has 'drive: {scene.rig.drive}', expected --{' and --'.join(missing)} of the "
                         'fakes that move the ramp; play it with ./outrider up ramp --sim.')


def _refuse(sentence: str) -> int:
    print(f'world: {sentence}', file=sys.stderr, flush=True)
    return 2


def _arguments(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog='world', description='Plays a scenario to all drivers over their wires.')
    parser.add_argument('--scenario', type=Path, required=True, help='the scenario file')
    parser.add_argument('--run', type=Path, required=True, help='folder of the ports, the feed and world.json')
    parser.add_argument('--hold', type=Path, metavar='FILE', help='the world does not begin while FILE exists')
    parser.add_argument('--journal', type=Path, help='file for one JSON line a radar frame')
    parser.add_argument('--control', type=Path, help='FIFO that takes lines which break a device')
    parser.add_argument('--wheels', type=Path, metavar='FILE', help='state file of fake_vesc_pair, for a driven ramp')
    parser.add_argument('--relays', type=Path, metavar='FILE', help='state file of fake_relay_board, likewise')
    parser.add_argument('--pad', type=Path, metavar='FIFO', help='control FIFO of fake_pad, likewise')
    parser.add_argument('--hit', type=Path, metavar='FIFO', help='control FIFO of fake_vesc_pair: what it runs into')
    parser.add_argument('--size', type=size, default=(424, 240), metavar='WxH', help='of images (default 424x240)')
    parser.add_argument('--fps', type=int, default=15, help='images a second (default 15)')
    args = parser.parse_args(given)
    if not 1 <= args.fps <= 90:
        parser.error(f'--fps is {args.fps}, expected 1 to 90')
    for name in ('journal', 'control'):
        path = getattr(args, name)
        if path and (path.is_dir() or not path.absolute().parent.is_dir()):
            parser.error(f'--{name} {path} is no place for a file')
    if args.control and args.control.exists() and not args.control.is_fifo():
        parser.error(f'--control {args.control} is no FIFO')
    return args


if __name__ == '__main__':
    sys.exit(main())
