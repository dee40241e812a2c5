"""The ramp's view: what the governor decided and why, and a button that asks until it is told that the drive stands."""

import threading
import time

import pytest
from page_at import BAR_IS_DONE, level
from teller import alert

SIZES = {'portrait': (390, 844), 'landscape': (844, 390)}
DOUBT_MS, AGAIN_MS = 500, 200
LATE_MS = 150  # of a busy machine
NUMBERS = {'disarmed': 0, 'armed': 1, 'moving': 2, 'stopping': 3, 'estopped': 4}


def drive(state, *refusals, speed_mps=0.0, wanted_mps=0.0, battery_v=37.8):
    from outrider_interfaces.msg import DriveState

    return DriveState(state=NUMBERS[state], refusals=[10 + at for at in range(len(refusals))],
                      refusal_texts=list(refusals), speed_mps=speed_mps, speed_wanted_mps=wanted_mps,
                      battery_v=battery_v)


def motors(fault=0):
    from outrider_interfaces.msg import MotorState

    return MotorState(present=[True, True], temperature_fet_c=[41.0, 43.0], temperature_motor_c=[52.0, 55.0],
                      fault=[0, fault])


def relays(jack=0, estop_open=False):
    from outrider_interfaces.msg import RelayState

    return RelayState(present=True, jack=jack, steer=1, master=True, jack_limit_open=[True, False],
                      jack_limit_fitted=[True, True], estop_open=estop_open)


class Governor:
    """Answers the e-stop: 'latch', 'refuse' or 'hang'."""

    def __init__(self, teller):
        from outrider_interfaces.srv import EStop
        from rclpy.callback_groups import ReentrantCallbackGroup

        self.does, self.asked_s, self.let_go = 'latch', [], threading.Event()
        self._teller = teller
        teller.node.create_service(EStop, 'drive/estop', self._answer, callback_group=ReentrantCallbackGroup())

    def _answer(self, request, response):
        self.asked_s.append(time.time())
        if self.does == 'hang':
            self.let_go.wait()
        response.latched = self.does == 'latch'
        response.message = 'latched' if response.latched else 'not now'
        if response.latched:
            self._teller.also('drive/state', drive('estopped', 'e-stop is latched'), self.profile)
        return response


@pytest.fixture
def rig(pages, phone, teller):
    from outrider_node import qos

    governor = Governor(teller)
    governor.profile = qos.STATE
    teller.also('drive/state', drive('moving', speed_mps=1.4, wanted_mps=1.5), qos.STATE)
    teller.also('motors/state', motors(), qos.STATE)
    teller.also('relays/state', relays(), qos.STATE)
    page = pages('ramp')
    page.pair(phone)
    phone.until('document.querySelector("#ramp .word").innerText === "MOVING"')
    phone.tap('#ramp .drive')
    phone.until(BAR_IS_DONE)
    yield governor
    governor.let_go.set()


def pictures(phone, folder, name):
    for held, size in SIZES.items():
        phone.size(*size)
        phone.until(f'innerWidth === {size[0]}')
        phone.picture(folder / 'pictures' / f'{name}_{held}.png')


def test_the_ramp_tells_how_it_is_and_why_not(rig, phone, teller, tmp_path):
    text = phone.text('#ramp')
    for part in ('Speed\n5.0', '37.8 V', '52°', 'driver 41°', '55°', 'at the top', 'steer left'):
        assert part in text
    pictures(phone, tmp_path, 'ramp_moving')
    why = ('gamepad is not connected', 'battery is low')
    teller.also('drive/state', drive('disarmed', *why), rig.profile)
    teller.also('motors/state', motors(fault=5), rig.profile)
    teller.also('relays/state', relays(jack=1), rig.profile)
    phone.until('document.querySelector("#ramp .word").innerText === "DISARMED"')
    phone.until('document.querySelector("#ramp").innerText.includes("fault 5")')
    phone.until('document.querySelector("#ramp").innerText.includes("lifting")')
    assert phone.text('.reasons').split('\n') == list(why)
    pictures(phone, tmp_path, 'ramp_disarmed')
    teller.alerts(alert('urgent', 'PERSON', 'ahead', 2.3, 1.1))
    phone.until(level('urgent'))
    assert phone.text('#ramp .alert') == 'PERSON AHEAD 2.3 m'
    pictures(phone, tmp_path, 'ramp_person')


def test_a_silent_governor_is_unknown_and_not_what_it_said_last(rig, phone, teller, tmp_path):
    teller.close_topic('drive/state')
    teller.close_topic('relays/state')
    phone.until('document.querySelector("#ramp .word").innerText === "UNKNOWN"')
    phone.until('document.querySelectorAll(".tile[data-state=unknown]").length >= 4')
    teller.fall_silent()
    phone.until(level('no_data'))
    pictures(phone, tmp_path, 'ramp_unknown')


def test_the_stop_is_confirmed_by_the_governor_and_cannot_be_cleared_here(rig, phone, teller, tmp_path):
    phone.tap('#estop_button')
    phone.until('document.querySelector(".stopping").dataset.phase === "latched"')
    assert phone.text('#estop_button') == 'STOPPED'
    phone.until('document.querySelector("#ramp .word").innerText === "E-STOP"')
    pictures(phone, tmp_path, 'ramp_stopped')
    phone.tap('#estop_button')
    phone.until('document.querySelector(".stopping").dataset.phase === "latched"')
    assert phone.text('#ramp .word') == 'E-STOP'


def test_what_is_not_acknowledged_is_asked_again_and_said_to_be_not_confirmed(rig, phone, tmp_path):
    rig.does = 'refuse'
    phone.evaluate("""window.turned = []; new MutationObserver(() => window.turned.push([performance.now(),
        document.querySelector('.stopping').dataset.phase]))
          .observe(document.querySelector('.stopping'), {attributes: true});
        document.querySelector('#estop_button').addEventListener('pointerdown',
          () => { window.touched = performance.now(); }, {capture: true}); true""")
    phone.tap('#estop_button')
    phone.until('document.querySelector(".told").innerText.startsWith("NOT CONFIRMED")')
    turned = {phase: at for at, phase in reversed(phone.evaluate('window.turned'))}
    assert DOUBT_MS <= turned['doubt'] - phone.evaluate('window.touched') < DOUBT_MS + LATE_MS
    pictures(phone, tmp_path, 'ramp_not_confirmed')
    phone.until('performance.getEntriesByType("resource").filter((one) => one.name.endsWith("/api/estop")).length >= 5')
    starts = phone.evaluate('performance.getEntriesByType("resource").filter((one) => one.name.endsWith("/api/estop"))'
                            '.map((one) => one.startTime)')
    gaps = [later - sooner for sooner, later in zip(starts, starts[1:], strict=False)]
    assert AGAIN_MS - 20 < sorted(gaps)[len(gaps) // 2] < AGAIN_MS + LATE_MS
    rig.does = 'latch'
    phone.until('document.querySelector(".stopping").dataset.phase === "latched"')
    asked = len(rig.asked_s)
    phone.until('document.querySelector("#ramp .word").innerText === "E-STOP"')
    assert len(rig.asked_s) <= asked + 1  # what was on its way


def test_a_governor_that_hangs_is_not_confirmed(rig, phone):
    rig.does = 'hang'
    phone.tap('#estop_button')
    phone.until('document.querySelector(".told").innerText.startsWith("NOT CONFIRMED")', 2)
    rig.does = 'latch'
    rig.let_go.set()
    phone.until('document.querySelector(".stopping").dataset.phase === "latched"')


def test_a_phone_revoked_while_the_drive_is_armed_can_still_stop_it(rig, phone, tmp_path):
    from outrider_alerts.door.pairings import Pairings

    pairings = Pairings(tmp_path / 'state')
    assert pairings.revoke(pairings.phones()[0].id)
    phone.until('document.querySelector(".reasons").innerText.includes("was revoked")')
    assert phone.text('#ramp .word') == 'UNKNOWN'
    phone.tap('#estop_button')
    phone.until('document.querySelector(".stopping").dataset.phase === "latched"')
    assert rig.asked_s


def test_the_page_says_that_it_is_not_the_safety_stop(rig, phone):
    for size in SIZES.values():
        phone.size(*size)
        assert 'Not the safety stop' in phone.text('.stopping')
        box = phone.evaluate("""(() => {const b = document.querySelector("#estop_button").getBoundingClientRect();
            return [b.left, b.top, innerWidth - b.right, innerHeight - b.bottom, b.width, b.height]})()""")
        assert min(box[:4]) >= 0
        assert min(box[4:]) >= 100
