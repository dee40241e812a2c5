"""`./outrider calibrate` hears a running rig: what it says, what it refuses, what it leaves alone."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from geometry_msgs.msg import TransformStamped
from outrider_interfaces.msg import MotorState
from sensor_msgs.msg import Imu
from tf2_msgs.msg import TFMessage

from outrider_bringup import cli
from outrider_node import frames, qos

RIGS = Path(__file__).resolve().parents[4] / 'config' / 'rigs'


@pytest.fixture
def rig_file(tmp_path) -> Callable[[str], Path]:
    """Copy a rig's file."""
    def copied(name: str) -> Path:
        path = tmp_path / f'{name}.yaml'
        path.write_bytes((RIGS / path.name).read_bytes())
        return path

    return copied


class Speaker:
    """Publishes real messages, 100 a second, until it is told to stop."""

    def __init__(self, ros: Any, kind: Any, topic: str, profile: Any, fill: Callable[[Any, float], None]) -> None:
        self._ros, self._kind, self._fill = ros, kind, fill
        self._publisher = ros.node.create_publisher(kind, topic, profile)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._speak, daemon=True)
        self._thread.start()

    def _speak(self) -> None:
        begun_s = None
        while not self._over.wait(0.01):
            if self._publisher.get_subscription_count():
                begun_s = time.monotonic() if begun_s is None else begun_s
                message = self._kind()
                message.header.stamp = self._ros.node.get_clock().now().to_msg()
                self._fill(message, time.monotonic() - begun_s)
                self._publisher.publish(message)

    def stop(self) -> None:
        self._over.set()
        self._thread.join()


@pytest.fixture
def speak(ros) -> Iterator[Callable[..., Speaker]]:
    speakers = []

    def start(*what: Any) -> Speaker:
        speakers.append(Speaker(ros, *what))
        return speakers[-1]

    yield start
    for speaker in speakers:
        speaker.stop()


def tell_mount(ros: Any, rpy_deg: tuple[float, float, float]) -> Any:
    """The mount of a camera, as its driver publishes it."""
    publisher = ros.node.create_publisher(TFMessage, '/tf_static', qos.STATE)
    sits = []
    for parent, child, xyz, rpy in ((frames.BASE, frames.CAMERA, (-0.9, 0.0, 0.86), rpy_deg),
                                    (frames.CAMERA, frames.IMU, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0))):
        one = TransformStamped()
        one.header.frame_id, one.child_frame_id = parent, child
        one.transform.translation.x, one.transform.translation.y, one.transform.translation.z = xyz
        turn = one.transform.rotation
        turn.x, turn.y, turn.z, turn.w = frames.quaternion_from_rpy_deg(rpy)
        sits.append(one)
    publisher.publish(TFMessage(transforms=sits))
    return publisher


def lean(message: Imu, age_s: float) -> None:
    """A sensor that is rolled by 2 degrees, at rest."""
    message.header.frame_id = frames.IMU
    message.linear_acceleration.y = 9.81 * math.sin(math.radians(2.0))
    message.linear_acceleration.z = 9.81 * math.cos(math.radians(2.0))


def drive(message: MotorState, age_s: float) -> None:
    """Stands 1 s, drives 5 s at 1 m/s by its wheels, stands."""
    message.present = [True, True]
    message.erpm_per_mps = 3342.3  # of a wheel of 90 mm
    message.erpm = [3342.3 * (1.0 <= age_s < 6.0)] * 2


def test_wheel_finds_it_from_a_tape_and_ends_when_the_machine_stands(rig_file, speak, capsys):
    rig = rig_file('ramp')
    speak(MotorState, 'motors/state', qos.STATE, drive)
    assert cli.main(['calibrate', 'wheel', '--rig', str(rig), '--distance', '5.25', '--write']) == 0
    assert 'it ends by itself' in capsys.readouterr().out
    for node in ('governor', 'motors'):
        values = yaml.safe_load(rig.read_text())[f'/**/{node}']['ros__parameters']
        assert values['wheel_diameter_m'] == pytest.approx(0.09 * 1.05, rel=0.01)


def test_without_write_nothing_is_written_and_the_whole_command_is_told(rig_file, ros, speak, capsys):
    rig = rig_file('bicycle')
    before = rig.read_bytes()
    kept = tell_mount(ros, (0.0, 0.0, 180.0))
    speak(Imu, 'imu/data', qos.IMU, lean)
    assert cli.main(['calibrate', 'level', '--rig', str(rig), '--seconds', '4']) == 0
    said = capsys.readouterr().out
    assert f'./outrider calibrate level --rig {rig} --seconds 4 --write' in said
    assert 'camera mount_rpy_deg[0]: 0 -> 2.00' in said
    assert rig.read_bytes() == before
    del kept


def test_a_rig_that_runs_with_another_file_is_not_written(rig_file, ros, speak, capsys):
    rig = rig_file('bicycle')
    before = rig.read_bytes()
    kept = tell_mount(ros, (5.0, 0.0, 180.0))
    speak(Imu, 'imu/data', qos.IMU, lean)
    assert cli.main(['calibrate', 'level', '--rig', str(rig), '--seconds', '4', '--write']) == 2
    told = capsys.readouterr().err
    assert 'nothing was written: the running rig has its camera 0.000 m and 5.00 degrees away' in told
    assert rig.read_bytes() == before
    del kept


@pytest.mark.parametrize(('words', 'sentence'), [
    (['camera-radar'], 'NO DATA on camera/depth/camera_info for 0.5 s. Start it in another terminal: ./outrider up'),
    (['level'], 'NO DATA on imu/data for 0.5 s. Start it in another terminal: ./outrider up bicycle'),
    (['wheel', '--distance', '5'], 'NO DATA on motors/state for 0.5 s. Start it in another terminal: ./outrider up r'),
])
def test_nobody_who_speaks_is_named_with_what_to_start(monkeypatch, capsys, words, sentence):
    monkeypatch.setattr('outrider_bringup.calibrate.hearing.FIRST_S', 0.5)
    assert cli.main(['calibrate', *words]) == 2
    assert sentence in capsys.readouterr().err


def test_a_topic_that_dies_and_a_mount_that_nobody_tells_are_named(monkeypatch, speak, capsys):
    monkeypatch.setattr('outrider_bringup.calibrate.hearing.SILENT_S', 1.0)
    speaker = speak(Imu, 'imu/data', qos.IMU, lean)
    threading.Timer(4.0, speaker.stop).start()
    assert cli.main(['calibrate', 'level', '--seconds', '30']) == 2
    assert 'imu/data went silent for 1 s' in capsys.readouterr().err
    speak(Imu, 'imu/data', qos.IMU, lean)
    assert cli.main(['calibrate', 'level', '--seconds', '3']) == 2
    assert '/tf_static does not say where camera_link sits in base_link' in capsys.readouterr().err


@pytest.mark.parametrize(('words', 'sentence'), [
    (['level', '--seconds', '1'], '--seconds is 1, expected 3 to 600'),
    (['wheel', '--distance', '1'], '--distance is 1, expected 3 to 1000 m'),
    (['wheel', '--rig', 'rampe'], "unknown rig 'rampe'. Did you mean 'ramp'?"),
    (['level', '--rig', 'ramp_without'], 'unknown rig'),
    (['wheel', '--rig', 'bicycle'], "has no '/**/motors' for the wheel_diameter_m of motors"),
])
def test_wrong_words_are_one_sentence_before_anything_is_heard(capsys, words, sentence):
    assert cli.main(['calibrate', *words]) == 2
    assert sentence in capsys.readouterr().err
