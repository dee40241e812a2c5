"""Asks the nodes that run for their parameters, once each a ride: a replay makes the same nodes again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rcl_interfaces.srv import GetParameters, ListParameters
from rclpy.node import Node
from rclpy.parameter import parameter_value_to_python

ALL = ListParameters.Request.DEPTH_RECURSIVE

Told = Callable[[str, dict[str, Any]], None]


class Asking:
    """`look()` now and then; `told(node, parameters)` when one has answered. Nobody waits for an answer."""

    def __init__(self, node: Node, told: Told) -> None:
        """Nobody was asked yet."""
        self._node, self._told = node, told
        self._known: dict[str, dict[str, Any]] = {}
        self._asked: dict[str, list[Any]] = {}

    def known(self) -> dict[str, dict[str, Any]]:
        """Return all answers so far, by the full name of the node, for the ride that begins now."""
        return dict(self._known)

    def look(self) -> None:
        """Ask the nodes that are new, forget those that are gone: who comes back may have others."""
        own = self._node.get_name(), self._node.get_namespace()
        present = {f'{space.rstrip("/")}/{name}' for name, space in self._node.get_node_names_and_namespaces()
                   if (name, space) != own and not name.startswith('_')}
        for name in [name for name in self._asked if name not in present]:
            self._drop(name)
            self._known.pop(name, None)
        for name in present - set(self._asked):
            client = self._node.create_client(ListParameters, f'{name}/list_parameters')
            self._asked[name] = [client]
        for name, clients in self._asked.items():
            if len(clients) == 1 and clients[0].service_is_ready():
                getter = self._node.create_client(GetParameters, f'{name}/get_parameters')
                clients.append(getter)
                future = clients[0].call_async(ListParameters.Request(depth=ALL))
                future.add_done_callback(lambda done, name=name, getter=getter: self._get(name, getter, done))

    def _get(self, name: str, getter: Any, done: Any) -> None:
        if done.exception() is not None or name not in self._asked:
            return
        names = list(done.result().result.names)
        future = getter.call_async(GetParameters.Request(names=names))
        future.add_done_callback(lambda answered: self._take(name, names, answered))

    def _take(self, name: str, names: list[str], answered: Any) -> None:
        if answered.exception() is not None or name not in self._asked:
            return
        self._known[name] = {key: _plain(parameter_value_to_python(value))
                             for key, value in zip(names, answered.result().values, strict=False)}
        self._told(name, self._known[name])

    def _drop(self, name: str) -> None:
        for client in self._asked.pop(name):
            self._node.destroy_client(client)


def _plain(value: Any) -> Any:
    """Return `value` as JSON has it: arrays as lists, bytes as numbers."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return [_plain(item) for item in value] if not isinstance(value, bytes) else list(value)
