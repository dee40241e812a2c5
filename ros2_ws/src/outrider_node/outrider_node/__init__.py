"""The floor that every node stands on: base class, run_node, QoS table, frames, parameters, clock."""

from outrider_node.base import MOUNT, Diagnosis, OutriderNode
from outrider_node.clock import boottime_ns
from outrider_node.errors import NodeError
from outrider_node.params import Param
from outrider_node.run import run_node

__all__ = ['MOUNT', 'Diagnosis', 'NodeError', 'OutriderNode', 'Param', 'boottime_ns', 'run_node']
