"""What a person sees on the screen: the governor's state and its reasons, heard on the run's own ROS domain."""

from __future__ import annotations

import time
from typing import Any

import rclpy
from outrider_interfaces.msg import DriveState, MotorState
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor

from outrider_node import qos

DISARMED, ARMED, MOVING, STOPPING, ESTOPPED = (
    DriveState.STATE_DISARMED, DriveState.STATE_ARMED, DriveState.STATE_MOVING, DriveState.STATE_STOPPING,
    DriveState.STATE_ESTOPPED)
RAMP_DOWN = 500  # of the governor's refusals
# What the person can do away with: what is latched, let go, arm, dead-man, the jack.
ORDINARY = frozenset({10, 30, 40, RAMP_DOWN, 700, 710, 720})
EVERY_ONE = qos.STATIC_FRAMES  # of the states: a reason that held for one step only is told too
# Somebody is not there (yet): motors, relays, the pad's program, and the proof of the VESCs' timeout.
ABSENT = frozenset({150, 160, 180, 190, 240, 250, 270, 280})


class Eyes:
    """Sees one ROS domain. Not a thread: look() takes what has come."""

    def __init__(self, domain: int) -> None:
        """Join `domain`."""
        self.state: Any = None
        self.motors: Any = None
        self._heard = 0
        self.grave: tuple[float, str] = (0.0, '')  # time.monotonic() and text of the newest reason that is not ordinary
        self._context = Context()
        rclpy.init(context=self._context, domain_id=domain)
        self._node = rclpy.create_node('faults', context=self._context, start_parameter_services=False)
        self._node.create_subscription(DriveState, 'drive/state', self._see_state, EVERY_ONE)
        self._node.create_subscription(MotorState, 'motors/state', self._see_motors, qos.STATE)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self._node)

    def look(self, for_s: float) -> None:
        """Wait for news at most `for_s`, then take all there is."""
        before = self._heard
        self._executor.spin_once(timeout_sec=for_s)
        while self._heard != before:
            before = self._heard
            self._executor.spin_once(timeout_sec=0.0)

    def forget(self) -> None:
        """Wait for new words: those who spoke have been killed."""
        self.state = self.motors = None

    @property
    def refusals(self) -> frozenset[int]:
        """The governor's reasons now."""
        return frozenset(int(number) for number in self.state.refusals) if self.state is not None else frozenset()

    @property
    def ready(self) -> bool:
        """Whether nothing is in the way but what the person does next."""
        return self.state is not None and not self.refusals - ORDINARY

    @property
    def all_there(self) -> bool:
        """Whether all four processes and their devices are heard."""
        return self.state is not None and self.motors is not None and not self.refusals & ABSENT

    def said(self) -> str:
        """Return what the governor says, for an error."""
        if self.state is None:
            return 'no governor is heard'
        said = ', '.join(self.state.refusal_texts) or 'nothing is refused'
        said += f'; {self.state.speed_wanted_mps:.2f} m/s wanted'
        if self.grave[1]:
            said += f'; {time.monotonic() - self.grave[0]:.1f} s ago: {self.grave[1]}'
        if self.motors is None:
            return f'{said}; no motors are heard'
        return (f'{said}; motors: {self.motors.problem or "no problem"}, latch {self.motors.latch}, '
                f'{self.motors.commands_dropped} commands dropped')

    def _see_state(self, message: Any) -> None:
        self.state = message
        self._heard += 1
        texts = [text for number, text in zip(message.refusals, message.refusal_texts, strict=True)
                 if number not in ORDINARY]
        if texts:
            self.grave = (time.monotonic(), ', '.join(texts))

    def _see_motors(self, message: Any) -> None:
        self.motors = message
        self._heard += 1

    def close(self) -> None:
        """Leave the domain."""
        self._executor.shutdown()
        self._node.destroy_node()
        self._context.try_shutdown()
