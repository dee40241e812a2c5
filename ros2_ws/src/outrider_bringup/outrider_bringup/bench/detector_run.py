"""The world's camera, its driver and the detector as real processes, on a domain and in a folder of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from outrider_bringup import paths
from outrider_bringup.bench import subjects
from outrider_bringup.demo import claim
from outrider_bringup.demo.processes import Ledger, family, pss_kib, snapshot
from outrider_bringup.errors import UserError

Say = Callable[[str], None]

DOMAIN = 91
SCENARIO = 'road_busy_minute'
LOOK_S, MOST_S = 20.0, 50.0       # the scenario has a minute
START_S, SETTLE_S = 60.0, 3.0
WIDTH, HEIGHT, FPS = 848, 480, 15
EVERY_S = 0.25
DETECTOR = ('-p', 'simulated:=true')


@dataclass(frozen=True)
class Seen:
    """What came of it. `late` is from the arrival of a picture to that of its boxes; `placed` per cent of the boxes."""

    percent: float
    pss_mb: float
    looks_per_s: float
    came_per_s: float
    boxes: float
    placed: float
    late_p50_ms: float
    late_p99_ms: float


def look_s() -> float:
    """Return for how many seconds is looked on: 20, or what `bench --seconds` says, 50 at most."""
    return min(float(os.environ.get(subjects.SECONDS) or LOOK_S), MOST_S)


def watch(seconds: float, say: Say) -> Seen:
    """Let them run for so long. Raises UserError where one does not get going or ends."""
    with tempfile.TemporaryDirectory(prefix='outrider-bench-') as folder, claim.domain(DOMAIN) as own:
        stage = Stage(Path(folder), own)
        try:
            return stage.watch(seconds, say)
        finally:
            stage.close()


class Ears:
    """Hears pictures, boxes and places in this process."""

    def __init__(self, domain: int) -> None:
        """Join the domain."""
        import rclpy
        from diagnostic_msgs.msg import DiagnosticArray
        from rclpy.signals import SignalHandlerOptions
        from sensor_msgs.msg import CompressedImage
        from vision_msgs.msg import Detection2DArray, Detection3DArray

        from outrider_node import qos
        from outrider_node.run import executor_named

        self.pictures: dict[int, float] = {}
        self.boxes: dict[int, tuple[float, int]] = {}
        self.told: dict[str, str] = {}
        self.placed = 0
        rclpy.init(domain_id=domain, signal_handler_options=SignalHandlerOptions.NO)
        self._rclpy, self._node = rclpy, rclpy.create_node('bench_ears', start_parameter_services=False)
        for kind, topic, hear in ((CompressedImage, 'camera/color/compressed', self._picture),
                                  (Detection2DArray, 'detections', self._boxes),
                                  (Detection3DArray, 'detections_3d', self._places)):
            self._node.create_subscription(kind, topic, hear, qos.SENSOR)
        self._node.create_subscription(DiagnosticArray, '/diagnostics', self._diagnostics, qos.EVENT)
        self._executor = executor_named('auto')
        self._executor.add_node(self._node)

    def hear(self, seconds: float) -> None:
        """Listen for so long."""
        end = time.monotonic() + seconds
        while (left_s := end - time.monotonic()) > 0.0:
            self._executor.spin_once(timeout_sec=left_s)

    def close(self) -> None:
        """Leave."""
        self._node.destroy_node()
        self._executor.shutdown()
        self._rclpy.try_shutdown()

    def _picture(self, message: Any) -> None:
        self.pictures[_stamp_ns(message)] = time.monotonic()

    def _boxes(self, message: Any) -> None:
        self.boxes[_stamp_ns(message)] = (time.monotonic(), len(message.detections))

    def _places(self, message: Any) -> None:
        self.placed += len(message.detections)

    def _diagnostics(self, message: Any) -> None:
        for status in message.status:
            if status.name == 'outrider/detector':
                self.told = {pair.key: pair.value for pair in status.values}


class Stage:
    """World, driver, detector."""

    def __init__(self, folder: Path, domain: int) -> None:
        """Run in `folder`, heard by nobody outside `domain`."""
        self._folder, self._run = folder, folder / 'run'
        self._run.mkdir()
        self._env = {**os.environ, 'ROS_DOMAIN_ID': str(domain)}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._ears = Ears(domain)

    def watch(self, seconds: float, say: Say) -> Seen:
        """Return what came of `seconds` after all is well."""
        hold = self._run / 'hold'
        hold.touch()
        rig = paths.checkout() / 'config' / 'rigs' / 'bicycle.yaml'
        self._spawn('world', 'outrider_sim.devices.world', '--scenario', str(self._scenario()), '--run',
                    str(self._run), '--hold', str(hold), '--size', f'{WIDTH}x{HEIGHT}', '--fps', str(FPS))
        self._spawn('camera', 'outrider_sensors.camera.node', '--ros-args', '--params-file', str(rig), '-p',
                    f'source:=feed:{self._run / "camera_feed"}')
        self._spawn('detector', 'outrider_sensors.detector.node', '--ros-args', *DETECTOR)
        self._until(lambda: bool(self._ears.told), 'detector', say)
        hold.unlink()
        self._until(lambda: len(self._ears.boxes) > 2, 'detector', say)
        self._listen(SETTLE_S, say)
        ears, ledger = self._ears, Ledger()
        ears.pictures.clear()
        ears.boxes.clear()
        ears.placed = 0
        self._enter(ledger)
        begun = time.monotonic()
        self._listen(seconds, say)
        self._enter(ledger)
        took_s = time.monotonic() - begun
        pss_kb = sum(pss_kib(pid) for pid in self._family())
        if not ears.boxes:
            raise UserError(f'the detector published nothing in {seconds:g} s: {self._last_word("detector")}')
        late = [1e3 * (at_s - ears.pictures[stamp]) for stamp, (at_s, _) in ears.boxes.items()
                if stamp in ears.pictures]
        p50, p99 = np.percentile(late, [50, 99]).tolist() if late else (float('nan'), float('nan'))
        found = sum(count for _, count in ears.boxes.values())
        by_depth = [int(ears.told.get(name) or 0) for name in ('by depth', 'boxes')]
        return Seen(ledger.percent(os.sysconf('SC_CLK_TCK')), pss_kb * 1024 / 1e6, len(ears.boxes) / took_s,
                    len(ears.pictures) / took_s, found / len(ears.boxes),
                    100.0 * by_depth[0] / by_depth[1] if by_depth[1] else 0.0, p50, p99)

    def close(self) -> None:
        """Leave nothing behind."""
        self._ears.close()
        for process in reversed(self._processes.values()):
            process.terminate()
        end = time.monotonic() + 5.0
        for process in self._processes.values():
            try:
                process.wait(max(end - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _scenario(self) -> Path:
        """Return the scenario on a rig of which only the camera lives: nobody waits for its radar."""
        source = paths.checkout() / 'config' / 'scenarios' / f'{SCENARIO}.yaml'
        told = yaml.safe_load(source.read_text(encoding='utf-8'))
        told.pop('expect', None)
        told |= {'gps': False, 'faults': [{'at_s': 0.0, 'sensor': 'radar', 'do': 'die'}]}
        file = self._folder / source.name
        file.write_text(yaml.safe_dump(told), encoding='utf-8')
        return file

    def _listen(self, seconds: float, say: Say) -> None:
        end = time.monotonic() + seconds
        while (left_s := end - time.monotonic()) > 0.0:
            say(f'{left_s:.0f} s of the road to go')
            self._ears.hear(min(EVERY_S, left_s))
            self._alive()

    def _until(self, here: Callable[[], bool], name: str, say: Say) -> None:
        end = time.monotonic() + START_S
        while not here():
            say(f'waiting for the {name}')
            self._ears.hear(0.1)
            self._alive()
            if time.monotonic() > end:
                raise UserError(f'the {name} does not get going within {START_S:g} s: {self._last_word(name)}')

    def _alive(self) -> None:
        for name, process in self._processes.items():
            if process.poll() is not None:
                raise UserError(f'the {name} ended: {self._last_word(name)}')

    def _family(self) -> set[int]:
        return family(snapshot(), [self._processes['detector'].pid])

    def _enter(self, ledger: Ledger) -> None:
        stats = snapshot()
        ledger.take(time.monotonic(), [stats[pid] for pid in self._family() if pid in stats])

    def _spawn(self, name: str, module: str, *arguments: str) -> None:
        with (self._folder / f'{name}.log').open('wb') as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, '-m', module, *arguments], stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, env=self._env, start_new_session=True)

    def _last_word(self, name: str) -> str:
        said = (self._folder / f'{name}.log').read_text(errors='replace').strip().splitlines()
        return (said or ['not a word'])[-1]


def _stamp_ns(message: Any) -> int:
    return int(message.header.stamp.sec) * 1_000_000_000 + int(message.header.stamp.nanosec)
