"""The node base class: parameters refused by name, diagnostics at 1 Hz, mounts on /tf_static."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from geometry_msgs.msg import TransformStamped
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from rclpy.parameter import Parameter
from tf2_msgs.msg import TFMessage

from outrider_node import frames, qos
from outrider_node.errors import NodeError
from outrider_node.params import Param, ParamValue, refuse_unknown

MOUNT = (
    Param('mount_xyz_m', [0.0, 0.0, 0.0], 'm', 'place in base_link, x forward, y left, z up'),
    Param('mount_rpy_deg', [0.0, 0.0, 0.0], 'deg', 'roll, pitch, yaw in base_link'),
)


@dataclass(frozen=True)
class Diagnosis:
    """What a device says of itself once a second."""

    level: str  # ok, warn, error, stale
    message: str  # one sentence
    values: dict[str, object] = field(default_factory=dict)


_LEVELS = {
    'ok': DiagnosticStatus.OK,
    'warn': DiagnosticStatus.WARN,
    'error': DiagnosticStatus.ERROR,
    'stale': DiagnosticStatus.STALE,
}


class OutriderNode(Node):
    """A node with declared parameters and a voice on /diagnostics.

    A subclass lists its parameters in `PARAMETERS`. Unknown or unfit ones raise NodeError, which run_node() prints.
    """

    PARAMETERS: tuple[Param, ...] = ()

    def __init__(self, name: str, **kwargs: Any) -> None:
        """Declare PARAMETERS and refuse what was given beside them. Raises NodeError. `kwargs` go to rclpy's Node."""
        super().__init__(name, **kwargs)
        try:
            self._declare()
        except NodeError as error:
            self.destroy_node()
            raise NodeError(f'{name}: {error}') from None
        self._diagnosed: dict[str, Callable[[], Diagnosis]] = {}
        self._diagnostics = self.create_publisher(DiagnosticArray, '/diagnostics', qos.EVENT)
        self._mounts: dict[str, TransformStamped] = {}
        self._tf_static = self.create_publisher(TFMessage, '/tf_static', qos.STATE) if self._has_mount() else None
        # On the steady clock: a replay that stands still must not silence the health of what runs.
        self._diagnostics_timer = self.create_timer(1.0, self._publish_diagnostics,
                                                    clock=Clock(clock_type=ClockType.STEADY_TIME))

    def _declare(self) -> None:
        # rclpy has no public door to overrides that nobody declared; the attribute is the same on 3.3, 7.1 and 9.1.
        overrides: dict[str, Parameter] = self._parameter_overrides
        refuse_unknown(overrides, [param.name for param in self.PARAMETERS])
        for param in self.PARAMETERS:
            value = param.check(overrides[param.name].value if param.name in overrides else param.default)
            if param.name in overrides:
                overrides[param.name] = Parameter(param.name, value=value)
            self.declare_parameter(param.name, param.default, param.descriptor())

    def value(self, name: str) -> Any:
        """Return the present value of a declared parameter."""
        value = self.get_parameter(name).value
        return list(value) if not isinstance(value, (bool, int, float, str)) else value

    def values(self) -> dict[str, ParamValue]:
        """Return all declared parameters by name."""
        return {param.name: self.value(param.name) for param in self.PARAMETERS}

    def diagnose(self, device: str, ask: Callable[[], Diagnosis]) -> None:
        """Ask once a second and publish the answer as `outrider/<device>`."""
        self._diagnosed[device] = ask

    def publish_mount(self, child: str, xyz_m: Sequence[float] | None = None,
                      rpy_deg: Sequence[float] | None = None, parent: str = frames.BASE) -> None:
        """Publish on /tf_static where `child` sits; left out, the node's own mount parameters say it.

        Raises NodeError where the node has no MOUNT among its PARAMETERS.
        """
        if self._tf_static is None:
            raise NodeError(f'{self.get_name()}: has no mount parameters, so it cannot place {child}.')
        x, y, z = self.value('mount_xyz_m') if xyz_m is None else xyz_m
        turn = frames.quaternion_from_rpy_deg(self.value('mount_rpy_deg') if rpy_deg is None else rpy_deg)
        sits = TransformStamped()
        sits.header.stamp = self.get_clock().now().to_msg()
        sits.header.frame_id, sits.child_frame_id = parent, child
        sits.transform.translation.x, sits.transform.translation.y, sits.transform.translation.z = x, y, z
        rotation = sits.transform.rotation
        rotation.x, rotation.y, rotation.z, rotation.w = turn
        self._mounts[child] = sits
        self._tf_static.publish(TFMessage(transforms=list(self._mounts.values())))

    def _has_mount(self) -> bool:
        return any(param.name == 'mount_xyz_m' for param in self.PARAMETERS)

    def _publish_diagnostics(self) -> None:
        if not self._diagnosed:
            return
        array = DiagnosticArray()
        array.header.stamp = self.get_clock().now().to_msg()
        for device, ask in self._diagnosed.items():
            said = ask()
            array.status.append(DiagnosticStatus(
                level=_LEVELS[said.level], name=f'outrider/{device}', message=said.message,
                hardware_id=device, values=[KeyValue(key=k, value=str(v)) for k, v in said.values.items()]))
        self._diagnostics.publish(array)
