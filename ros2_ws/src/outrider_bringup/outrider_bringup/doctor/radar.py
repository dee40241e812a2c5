"""Is a radar there, may we speak to it, is its configuration sound, and do frames come?"""

from __future__ import annotations

import grp
import os
import time
from pathlib import Path

from outrider_bringup import paths
from outrider_bringup.doctor import said
from outrider_bringup.doctor.check import Check, Result
from outrider_sensors.port import IN_USE
from outrider_sensors.radar import cfg, ports
from outrider_sensors.radar.link import RadarLink
from outrider_sim.devices.ptys import claim

PLUG_IN = './outrider up bicycle --sim   # or plug the radar in: USB, 5 V supply, SOP jumpers for functional mode'
LISTEN_S = 10.0  # sensorStart alone may take 5
FRAMES = 10


def _names() -> tuple[str, str]:
    """Return the ports to ask for: those of a running fake where there is one, else whatever is plugged in."""
    run = paths.run_folder()
    if (run / 'radar_cli').exists() and (run / 'radar_data').exists() and _fake_lives(run):
        return str(run / 'radar_cli'), str(run / 'radar_data')
    return ports.AUTO, ports.AUTO


def _fake_lives(run: Path) -> bool:
    """Links alone say nothing: those of a killed fake may lead to anybody's terminal by now."""
    lock = claim(run)
    if lock is None:
        return True
    lock.close()
    return False


def _found() -> ports.Ports | None:
    try:
        return ports.find(*_names())
    except ports.PortsNotFoundError:
        return None


def plugged() -> Result:
    """Both serial ports of a TI board, by their stable names."""
    try:
        found = ports.find(*_names())
    except ports.PortsNotFoundError as missing:
        return Result('warn', str(missing), 'two ports of a TI radar', PLUG_IN)
    return Result('ok', f'commands {found.cli}, data {found.data}')


def permission() -> Result:
    """May this user open serial ports? On Debian and Ubuntu the group dialout may."""
    found = _found()
    join = 'sudo usermod -aG dialout $USER   # then log in again'
    if found:
        shut = [port for port in found if not os.access(port, os.R_OK | os.W_OK)]
        return Result('fail', f'no permission for {", ".join(shut)}', 'read and write', join) if shut else Result(
            'ok', 'both ports can be opened')
    if os.geteuid() == 0:
        return Result('ok', 'root opens every port')
    try:
        member = grp.getgrnam('dialout').gr_gid in os.getgroups()
    except KeyError:
        return Result('ok', 'this system has no group dialout')
    return Result('ok', 'in group dialout') if member else Result('warn', 'not in group dialout', 'a member', join)


def modem_manager(proc: Path = Path('/proc')) -> Result:
    """ModemManager takes TI's ports for modems: it types into the command port after every plugging in."""
    for comm in proc.glob('[0-9]*/comm'):
        try:
            running = comm.read_text().strip() == 'ModemManager'
        except OSError:  # ended meanwhile
            continue
        if running:
            return Result('warn', 'ModemManager runs and probes the command port for a modem', 'not running',
                          'sudo systemctl disable --now ModemManager')
    return Result('ok', 'no ModemManager')


def configurations(folder: Path | None = None) -> Result:
    """Every .cfg that comes with the project or was put beside, and what `road` reaches."""
    folder = folder or paths.checkout() / 'config' / 'radar'
    files = sorted(folder.glob('*.cfg'))
    if not files:
        return Result('fail', f'no .cfg in {folder}', 'road.cfg', 'git checkout config/radar')
    told = ''
    for file in files:
        try:
            config = cfg.load(file)
        except cfg.CfgError as error:
            return Result('fail', str(error), 'a configuration that the device takes', f'${{EDITOR:-nano}} {file}')
        if config.warnings:
            return Result('warn', f'{file.name}: {config.warnings[0]}', '', f'${{EDITOR:-nano}} {file}')
        if file.name == 'road.cfg' or not told:
            told = config.describe()
    return Result('ok', f'{len(files)} are sound; {told}')


def frames() -> Result:
    """Frames, from the driver that runs, else by starting the radar for a moment."""
    found = _found()
    if found is None:
        return Result('warn', 'no radar to listen to', 'frames', PLUG_IN)
    fake = found.cli.startswith(str(paths.run_folder()))
    config = cfg.load(paths.checkout() / 'config' / 'radar' / ('radhar.cfg' if fake else 'road.cfg'))
    link = RadarLink(config, *found, say=lambda level, sentence: None)
    try:
        end = time.monotonic() + LISTEN_S
        begun, count, points = 0.0, 0, 0
        while count <= FRAMES and time.monotonic() < end:
            got = link.poll(0.2)
            if got and not begun:
                begun = time.monotonic()
            count += len(got)
            points += sum(len(frame.points) for frame in got)
            if IN_USE in link.state.sentence:
                return _from_diagnostics()
            if link.state.name == 'connecting' and link.connections == 0 and 'trying again' not in link.state.sentence:
                break  # it refuses or does not answer: asking again will not help
        if count <= FRAMES:
            return Result('fail', link.state.sentence, f'{config.chirp.frame_rate_hz:.0f} frames/s with {config.name}',
                          'power the radar off and on, then: ./outrider doctor radar')
        rate = (count - 1) / max(time.monotonic() - begun, 1e-3)
        return Result('ok', f'{rate:.0f} frames/s, {points / count:.0f} points a frame with {config.name}')
    finally:
        link.close()


def _from_diagnostics() -> Result:
    """What the running driver says of itself."""
    spoken = said.by_driver('radar')
    if spoken is None:
        return Result('warn', 'another program holds the radar, and no driver of ours speaks in this ROS domain',
                      'outrider/radar on /diagnostics', 'fuser -v /dev/ttyACM* /dev/ttyUSB*')
    values = spoken.values
    seen = f'{spoken.message} {values["frames/s"]} frames/s, {values["points/frame"]} points a frame'
    if values['state'] != 'streaming':
        return Result('fail', seen, f'{values["frame_rate_hz"]} frames/s', 'power the radar off and on')
    return Result('ok', seen)


CHECKS = (
    Check('radar ports', 'radar', plugged),
    Check('radar permission', 'radar', permission),
    Check('radar modem manager', 'radar', modem_manager),
    Check('radar configurations', 'radar', configurations),
    Check('radar frames', 'radar', frames),
)
