"""The radar node: parameters in; radar/points, radar/info and outrider/radar out. The link decides about the device."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

from outrider_interfaces.msg import RadarInfo
from sensor_msgs.msg import PointCloud2

from outrider_node import MOUNT, Diagnosis, NodeError, OutriderNode, Param, frames, qos, run_node
from outrider_sensors.radar import cfg
from outrider_sensors.radar.cloud import CloudMessage
from outrider_sensors.radar.commands import FAMILIES
from outrider_sensors.radar.link import RadarLink

POLL_S = 1.0  # the reader sleeps in select(); this only bounds it
_LEVELS = {'streaming': 'ok', 'configuring': 'warn', 'connecting': 'error', 'silent': 'error'}


class RadarNode(OutriderNode):
    """One TI mmWave radar. A thread sleeps on its data port and publishes each frame as soon as it is complete."""

    PARAMETERS = (
        Param('cli_port', 'auto', '', 'command port, 115200 baud: a path, or auto to look in /dev/serial/by-id'),
        Param('data_port', 'auto', '', 'data port, 921600 baud: a path, or auto'),
        Param('config_file', '', '', 'absolute path of the .cfg that is sent to the device'),
        Param('device', 'auto', '', 'family whose commands the .cfg holds; auto tells by the argument counts',
              choices=('auto', *FAMILIES)),
        Param('latency_s', 0.0, 's', 'age of a measurement when its first byte arrives', minimum=0.0, maximum=0.5),
        *MOUNT,
    )

    def __init__(self, **kwargs: Any) -> None:
        """Judge the configuration, announce mount and topic, start reading. Raises NodeError."""
        super().__init__('radar', **kwargs)
        try:
            self._link = self._make_link()
        except NodeError:
            self.destroy_node()
            raise
        self._latency_ns = round(self.value('latency_s') * 1e9)
        self._cloud = CloudMessage(frames.RADAR)
        self._points = self.create_publisher(PointCloud2, 'radar/points', qos.SENSOR)
        self._infos = self.create_publisher(RadarInfo, 'radar/info', qos.STATE)
        self._configured = 0  # times that were told on radar/info
        self._told = (self.get_clock().now().nanoseconds, 0, 0)  # time, frames and points at the last diagnosis
        self._failure: BaseException | None = None
        self._ending = False
        self.publish_mount(frames.RADAR)
        self.diagnose('radar', self._diagnosis)
        self._reader = threading.Thread(target=self._read, name='radar reader', daemon=True)
        self._reader.start()

    def _make_link(self) -> RadarLink:
        given = self.value('config_file')
        if not given:
            raise NodeError("radar: parameter 'config_file' is empty, expected the path of a .cfg file. "
                            'Give it, for example config/radar/road.cfg.')
        try:
            self._config = cfg.load(Path(given), self.value('device'))
        except cfg.CfgError as error:
            raise NodeError(f'radar: {error}') from None
        for warning in self._config.warnings:
            self._say('warn', f'{self._config.name}: {warning}')
        return RadarLink(self._config, self.value('cli_port'), self.value('data_port'), say=self._say,
                         stamp_ns=lambda: self.get_clock().now().nanoseconds)

    def _say(self, level: str, sentence: str) -> None:
        log, text = self.get_logger(), sentence.removeprefix('radar: ')  # the logger names the node already
        # One call a level: rclpy refuses a place in the source that changes its level.
        if level == 'info':
            log.info(text)
        elif level == 'warn':
            log.warning(text)
        else:
            log.error(text)

    def _read(self) -> None:
        try:
            while not self._ending:
                heard = self._link.poll(POLL_S)
                if self._link.connections != self._configured:
                    self._configured = self._link.connections
                    self._infos.publish(self._info())
                for frame in heard:
                    self._points.publish(self._cloud.fill(frame.points, frame.arrival_ns - self._latency_ns))
        except Exception as failure:  # a dead reader must not look like a quiet road: the diagnosis raises it
            self._failure = failure

    def _info(self) -> RadarInfo:
        """Return what the chirp that was sent can tell."""
        chirp = self._config.chirp
        message = RadarInfo(velocity_max_mps=chirp.velocity_max_mps, velocity_step_mps=chirp.velocity_step_mps,
                            range_resolution_m=chirp.range_resolution_m, transmitters=chirp.chirps_per_loop)
        message.header.frame_id = frames.RADAR
        message.header.stamp = self.get_clock().now().to_msg()
        return message

    def _diagnosis(self) -> Diagnosis:
        if self._failure is not None:
            raise self._failure
        link, counts, chirp = self._link, self._link.parser.counts, self._config.chirp
        now_ns, frames_now, points_now = self.get_clock().now().nanoseconds, counts.frames, counts.points
        then_ns, frames_then, points_then = self._told
        self._told = (now_ns, frames_now, points_now)
        elapsed_s = max((now_ns - then_ns) * 1e-9, 1e-3)
        came = frames_now - frames_then
        state = link.state
        return Diagnosis(_LEVELS[state.name], state.sentence, {
            'state': state.name,
            'frames/s': f'{came / elapsed_s:.1f}',
            'points/frame': f'{(points_now - points_then) / came:.1f}' if came else '0',
            'frames': frames_now,
            'points': points_now,
            'empty frames': counts.empty,
            'damaged frames': sum(counts.damaged.values()),
            'junk bytes': counts.junk_bytes,
            'connections': link.connections,
            **link.clock.values(),
            'listeners': self._points.get_subscription_count(),
            'configuration': self._config.name,
            'range_max_m': f'{self._config.range_max_m:.1f}',
            'range_resolution_m': f'{chirp.range_resolution_m:.3f}',
            'velocity_max_mps': f'{chirp.velocity_max_mps:.3f}',
            'velocity_step_mps': f'{chirp.velocity_step_mps:.4f}',
            'frame_rate_hz': f'{chirp.frame_rate_hz:.1f}',
        })

    def close(self) -> None:
        """End the reader and stop the sensor."""
        self._ending = True
        self._link.wake()
        self._reader.join()
        self._link.close()


def main() -> None:
    """Entry point `ros2 run outrider_sensors radar`."""
    sys.exit(run_node(RadarNode))


if __name__ == '__main__':
    main()
