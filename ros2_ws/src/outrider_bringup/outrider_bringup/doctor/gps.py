"""Is a GPS receiver there, may we speak to it, and do messages and a fix come?"""

from __future__ import annotations

import os
import time

from outrider_bringup import paths
from outrider_bringup.doctor import said
from outrider_bringup.doctor.check import Check, Result
from outrider_sensors.gps import ports, quality
from outrider_sensors.gps.link import GpsLink, Stamped
from outrider_sensors.port import IN_USE, LostError

PLUG_IN = './outrider up bicycle --sim --scenario demo_car   # or plug the receiver in; without it the rest works'
SKY = 'put the antenna under open sky; the first fix after power-up takes half a minute'
LISTEN_S, FIXES = 2.5, 8  # before the link opens the port anew, at 3 s
RATE_HZ = 10.0


def _name() -> str:
    """Return the port to ask for: that of a running fake where there is one, else whatever is plugged in."""
    fake = paths.run_folder() / 'gps'
    return str(fake) if fake.exists() else ports.AUTO  # the link of a dead fake leads nowhere


def plugged() -> Result:
    """The port of a u-blox receiver, by its stable name."""
    try:
        return Result('ok', ports.find(_name()))
    except LostError as missing:
        return Result('warn', str(missing), 'the port of a u-blox receiver', PLUG_IN)


def permission() -> Result:
    """May this user open the port? On Debian and Ubuntu the group dialout may."""
    try:
        port = ports.find(_name())
    except LostError:
        return Result('warn', 'no receiver whose port could be opened', 'read and write', PLUG_IN)
    if not os.access(port, os.R_OK | os.W_OK):
        return Result('fail', f'no permission for {port}', 'read and write',
                      'sudo usermod -aG dialout $USER   # then log in again')
    return Result('ok', f'{port} can be opened')


def fixes() -> Result:
    """Messages and fixes, from the driver that runs, else by asking the receiver for a moment."""
    try:
        port = ports.find(_name())
    except LostError:
        return Result('warn', 'no receiver to listen to', 'fixes', PLUG_IN)
    link = GpsLink(port, rate_hz=RATE_HZ, say=lambda level, sentence: None)
    try:
        got: list[Stamped] = []
        end = time.monotonic() + LISTEN_S
        while len(got) < FIXES and time.monotonic() < end:
            got += link.poll(0.2)
            if IN_USE in link.state.sentence:
                return _from_diagnostics()
        return _judged(link, got)
    finally:
        link.close()


def _judged(link: GpsLink, got: list[Stamped]) -> Result:
    if len(got) < FIXES:
        return Result('fail', link.state.sentence, f'{RATE_HZ:g} fixes/s',
                      'unplug the receiver and plug it in again, then: ./outrider doctor gps')
    rate_hz = (len(got) - 1) * 1e9 / max(got[-1].stamp_ns - got[0].stamp_ns, 1)
    fix = got[-1].fix
    seen = f'{rate_hz:.0f} fixes/s, {fix.satellites} satellites'
    verdict = quality.judge(fix, quality.Limits())
    if verdict.refusals:
        against = ' and '.join(refusal.value for refusal in verdict.refusals)
        return Result('warn', f'{seen}: {against}', 'a 3-D fix', SKY)
    told = link.clock.values()
    return Result('ok', f'{seen}, place within {fix.horizontal_error_m:.1f} m, speed within '
                        f'{fix.speed_error_mps:.2f} m/s, UTC {told["offset_ms"]} ms off')


def _from_diagnostics() -> Result:
    spoken = said.by_driver('gps')
    if spoken is None:
        return Result('warn', 'another program holds the receiver, and no driver of ours speaks in this ROS domain',
                      'outrider/gps on /diagnostics', 'fuser -v /dev/ttyACM*')
    values = spoken.values
    seen = f'{spoken.message} {values["fixes/s"]} fixes/s, {values.get("satellites", "0")} satellites'
    if values['state'] != 'streaming':
        return Result('fail', seen, 'fixes', 'unplug the receiver and plug it in again')
    refused = 'no fix' in spoken.message or 'no 3-D fix' in spoken.message
    return Result('warn', seen, 'a 3-D fix', SKY) if refused else Result('ok', seen)


CHECKS = (
    Check('gps port', 'gps', plugged),
    Check('gps permission', 'gps', permission),
    Check('gps fixes', 'gps', fixes),
)
