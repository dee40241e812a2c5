"""A voice in real processes: the test is radar or fusion, and reads at the buzzer's output what a rider would hear."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from geometry_msgs.msg import TransformStamped
from outrider_interfaces.msg import AlertArray, Hazard, HazardArray
from sensor_msgs.msg import PointCloud2, PointField
from tf2_msgs.msg import TFMessage

from outrider_node import qos

PERIOD_S = 0.05  # of the radar
POINT = 20       # bytes


def arguments(**values: Any) -> list[str]:
    """Return the words that give a node parameters."""
    words = ['--ros-args']
    for name, value in values.items():
        text = json.dumps(value) if isinstance(value, (bool, list)) else str(value)
        words += ['-p', f'{name}:={text}']
    return words


class Voice:
    """Alerter and buzzer, and what they say. `alive`: the test publishes hazards, or radar frames with `radar`."""

    def __init__(self, spawn: Any, ros: Any, folder: Path, *, radar: bool = False, **alerter: Any) -> None:
        self.ros, self.journal = ros, folder / 'beeps.jsonl'
        self.alerts = ros.collect(AlertArray, 'alerts', qos.STATE)
        self.hazards: list[Hazard] = []
        self.degraded: list[str] = []
        self.alive = True
        self.fusion = spawn(module='outrider_perception.fusion_node') if radar else None
        kind, topic = (PointCloud2, 'radar/points') if radar else (HazardArray, 'hazards')
        self._source = ros.node.create_publisher(kind, topic, qos.SENSOR)
        self._mount = ros.node.create_publisher(TFMessage, '/tf_static', qos.STATE)
        settings = {'senses': [''], 'camera': False, 'gps': False, 'recorder': False, 'page': False} | alerter
        self.alerter = spawn(*arguments(**settings), module='outrider_alerts.alerter_node')
        self.buzzer = spawn(*arguments(output='file', path=self.journal), module='outrider_alerts.buzzer_node')
        ros.matched(self._source)
        if radar:
            ros.matched(self._mount)
            self._mount.publish(_mount())
        ros.node.create_timer(PERIOD_S, self._frame if radar else self._told)
        self._health = ros.node.create_publisher(DiagnosticArray, '/diagnostics', qos.EVENT)
        ros.node.create_timer(1.0, self._well)

    def _well(self) -> None:
        """Say for radar and fusion that they are well, or they would be missed after the start."""
        self._health.publish(DiagnosticArray(status=[
            DiagnosticStatus(name=f'outrider/{name}', level=DiagnosticStatus.OK) for name in ('radar', 'fusion')]))

    def _told(self) -> None:
        if not self.alive:
            return
        message = HazardArray(degraded=self.degraded, hazards=self.hazards)
        message.header.stamp = self.ros.node.get_clock().now().to_msg()
        for hazard in self.hazards:
            hazard.oldest_measurement = message.header.stamp
        self._source.publish(message)

    def _frame(self) -> None:
        if not self.alive:
            return
        message = PointCloud2(height=1, width=0, point_step=POINT, row_step=0, is_dense=True)
        message.header.frame_id = 'radar_link'
        message.header.stamp = self.ros.node.get_clock().now().to_msg()
        message.fields = [PointField(name=name, offset=4 * at, datatype=PointField.FLOAT32, count=1)
                          for at, name in enumerate(('x', 'y', 'z', 'velocity', 'snr'))]
        self._source.publish(message)

    def lines(self) -> list[dict[str, Any]]:
        """Return what was put out so far."""
        text = self.journal.read_text() if self.journal.exists() else ''
        return [json.loads(line) for line in text[:text.rfind('\n') + 1].splitlines()]

    def beep(self, tone: str, after_ns: int, timeout_s: float = 10.0) -> float:
        """Wait for the first beep of `tone` after `after_ns` (CLOCK_MONOTONIC); return after how many seconds."""
        found = self.ros.until(lambda: [line for line in self.lines() if line['at_ns'] > after_ns
                                        and line['tone'] == tone and line['hz']], f'a beep of {tone}', timeout_s)
        return (found[0]['at_ns'] - after_ns) * 1e-9

    def quiet(self, colour: str = '#2e9d4f') -> None:
        """Wait until nothing sounds and the light is of one colour."""
        self.ros.until(lambda: self.lines() and (self.lines()[-1]['tone'], self.lines()[-1]['colour']) == ('', colour),
                       'peace')

    def signal(self, process: Any, number: int) -> int:
        """Signal a process; return when."""
        at_ns = time.monotonic_ns()
        process.signal(number)
        return at_ns


def car(level: int = Hazard.LEVEL_URGENT) -> Hazard:
    """Return a car close behind, to the left."""
    return Hazard(track_id=7, level=level, class_id=1, side=Hazard.SIDE_LEFT, distance_m=9.0, closing_speed_mps=8.0,
                  time_to_collision_s=1.1)


def _mount() -> TFMessage:
    sits = TransformStamped()
    sits.header.frame_id, sits.child_frame_id = 'base_link', 'radar_link'
    sits.transform.rotation.z, sits.transform.rotation.w = 1.0, 0.0
    return TFMessage(transforms=[sits])
