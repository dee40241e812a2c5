"""`outrider up RIG`: start a rig, show what it does, stop it with Ctrl+C."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from outrider_bringup import launchfile, paths, rigs
from outrider_bringup.errors import UserError, nearest
from outrider_bringup.up import lock, play
from outrider_bringup.up.session import Session, Stop
from outrider_drive import rig_lock

HELP = 'start a rig: up bicycle|ramp|bench [--sim]'
GROUP = 'go'
LAUNCH = '.launch.yaml'
FAKE_PAD, PAD_CONTROL = 'fake_pad', 'pad_control'
# Links and addresses of a run that has ended point at terminals and ports that now belong to somebody else.
STALE = ('live.json', 'radar_cli', 'radar_data', 'radar_hold', 'camera_feed', 'gps', 'world.json', 'vesc', 'vesc_state',
         'relays', 'relays_state', 'pad_js', 'pad_motion')
DEVICES = ('motor_port', 'relay_port', 'gamepad', 'gamepad_alive')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the words of `up`."""
    parser.add_argument('rig', nargs='?', default='', help='name of a rig: a file launch/RIG.launch.yaml')
    parser.add_argument('arguments', nargs='*', metavar='ARG:=VALUE', help='arguments of the launch file')
    parser.add_argument('--sim', action='store_true', help='a fake stands in for every device that is not given')
    parser.add_argument('--scenario', metavar='F', help='with --sim, what happens around it: a name under '
                                                        'config/scenarios, or a path; it ends when that is over')
    parser.add_argument('--no-record', action='store_true', help='write no ride')
    parser.add_argument('--no-live', action='store_true', help='serve no live view')
    parser.add_argument('--lan', action='store_true', help='open the page to the network, if a phone was ever paired')
    parser.add_argument('--motor-port', metavar='P', help='serial port of the VESC')
    parser.add_argument('--relay-port', metavar='P', help='serial port of the relay controller')
    parser.add_argument('--gamepad', metavar='F', help='joystick device file of the pad')
    parser.add_argument('--gamepad-alive', metavar='F', help='event file of its motion sensors, the sign of life')
    parser.add_argument('--radar', metavar='NAME', help='chirp configuration: a name under config/radar, or a path')


def run(args: argparse.Namespace) -> int:
    """Start the rig; return 0 after Ctrl+C, 1 when everything has ended by itself, 2 when a part refused to run."""
    stop = Stop()
    root = paths.checkout()
    launch = _named(args.rig, root / 'launch', LAUNCH, 'rig')
    given = _arguments(args.arguments)
    given.setdefault('run', str(paths.run_folder().absolute()))
    given.setdefault('rides', str(paths.rides().absolute()))
    for wanted, name, value in ((args.sim, 'sim', 'true'), (args.no_record, 'record', 'false'),
                                (args.no_live, 'live', 'false')):
        if wanted:
            given[name] = value
    for device in DEVICES:
        if value := getattr(args, device):
            given[device] = _device(value, device)
    if args.rig == 'bicycle' and given.get('sim') == 'true':
        given.setdefault('loop', 'true')  # a rig that is up does not end after twenty seconds
    folder = _made(Path(given['run']))
    if args.scenario:
        given.update(_scenario(args, root / 'config' / 'scenarios', folder, given.get('rig')))
    if args.radar:
        given['radar_config'] = str(_radar(args.radar, root / 'config' / 'radar'))
    held = lock.take(folder / f'{args.rig}.lock', args.rig)
    given.update(_chosen(args, given, folder))
    plan = launchfile.load(launch, given)
    _nobody_drives(plan)
    for name in STALE:
        (folder / name).unlink(missing_ok=True)
    env = {**os.environ, 'OUTRIDER_RUN': given['run'], 'OUTRIDER_RIDES': given['rides']}
    if args.scenario:
        (folder / play.HOLD).touch()  # nothing happens before everybody listens
    keys = folder / PAD_CONTROL if any(spec.executable == FAKE_PAD for spec in plan.processes) else None
    return Session(args.rig, plan, run=folder, rides=Path(given['rides']), env=env, lock=held, keys=keys,
                   until=play.WORLD if args.scenario else '',
                   arms=bool(args.scenario) and play.arms(Path(given['scenario']))).run(stop)


def _chosen(args: argparse.Namespace, given: dict[str, str], run: Path) -> dict[str, str]:
    """Return what the person's settings and pairings add."""
    from outrider_bringup.up import chosen, settings  # not needed by who is refused

    where, rig = settings.folder(), Path(given.get('rig') or _rig(args.rig))
    added = {}
    if (other := chosen.rig_file(args.rig, rig, run, where, print)) != rig:
        added['rig'] = str(other)
    if args.lan:
        added['page_address'] = chosen.page_address(where, print)
    return added


def _scenario(args: argparse.Namespace, folder: Path, run: Path, rig: str | None) -> dict[str, str]:
    if not args.sim:
        raise UserError('--scenario is played by simulated devices, so it goes with --sim. '
                        f'Try: ./outrider up {args.rig} --sim --scenario {args.scenario}')
    path = Path(args.scenario).absolute()
    if not (args.scenario.endswith('.yaml') or '/' in args.scenario):
        path = _named(args.scenario, folder, '.yaml', 'scenario')
    return play.arguments(path, args.rig, run, Path(rig) if rig else _rig(args.rig))


def _rig(name: str) -> Path:
    return paths.checkout() / 'config' / 'rigs' / f'{name}.yaml'


def _device(given: str, name: str) -> str:
    path = Path(given).absolute()  # the nodes may run elsewhere
    if not path.exists():
        option = '--' + name.replace('_', '-')
        raise UserError(f'{option} {given} was not found, expected a device file. Plug it in, or leave {option} out')
    return str(path)


def _nobody_drives(plan: launchfile.Plan) -> None:
    """Refuse at once what the governor would refuse a second later: a machine has one master."""
    if 'governor' not in plan.nodes or plan.arguments.get('lock_file') != 'auto':
        return
    rig = rigs.value(plan, 'governor', 'rig_name') or 'ramp'
    try:
        rig_lock.RigLock(rig_lock.path_of(rig), rig).release()
    except rig_lock.RigLockError as error:
        raise UserError(str(error)) from None


def _arguments(words: list[str]) -> dict[str, str]:
    given = {}
    for word in words:
        name, separator, value = word.partition(':=')
        if not separator or not name:
            raise UserError(f"'{word}' is no argument of a launch file, expected NAME:=VALUE")
        given[name] = value
    return given


def _named(name: str, folder: Path, ending: str, what: str) -> Path:
    known = [path.name.removesuffix(ending) for path in folder.glob(f'*{ending}')]
    if not name:
        raise UserError(f'which {what}?{nearest("", known)}')
    if name not in known:
        raise UserError(f"unknown {what} '{name}'.{nearest(name, known)}")
    return folder / f'{name}{ending}'


def _radar(name: str, folder: Path) -> Path:
    if name.endswith('.cfg') or '/' in name:
        path = Path(name).absolute()
        if not path.is_file():
            raise UserError(f'{path} was not found, expected a radar configuration (.cfg)')
        return path
    return _named(name, folder, '.cfg', 'radar configuration')


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f'{folder}: {error.strerror}; set OUTRIDER_RUN to a folder that can be written') from None
    return folder
