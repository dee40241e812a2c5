"""Small nets as files whose answer is known: they see colours. Real graphs for the real onnxruntime.

The picture is averaged in cells of `CELL` pixels. A cell is as sure a car as it is red, a person as it is blue, a
bicycle as it is green: its own channel less the other two, 0..1. Its box lies around the cell, `box_px` wide and high.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

CELL = 8
NAMES = {0: 'car', 1: 'person', 2: 'bicycle'}
RED, BLUE, GREEN, GREY = (255, 0, 0), (0, 0, 255), (0, 255, 0), (114, 114, 114)
_SEES = [[1, -1, -1], [-1, -1, 1], [-1, 1, -1]]  # R, G, B of each class


def make(path: Path, *, size_px: tuple[int, int] = (64, 48), box_px: float = 8.0, ends: bool = False,
         names: object = NAMES, kind: int = TensorProto.FLOAT, dynamic: bool = False,
         inputs: tuple[object, ...] | None = None, meta: dict[str, str] | None = None) -> Path:
    """Write a net. `ends`: it answers [1, n, 6] instead of the raw head. `inputs`: another shape of its input,
    which it gives back."""
    width, height = size_px
    columns, rows = width // CELL, height // CELL
    number = np.float16 if kind == TensorProto.FLOAT16 else np.float32
    v, u = (part.reshape(-1) for part in np.mgrid[0:rows, 0:columns])
    centre = np.stack([u, v]) * CELL + CELL / 2
    whole = np.full_like(centre, box_px)
    boxes = np.concatenate([centre - whole / 2, centre + whole / 2] if ends else [centre, whole])[None]
    shape = inputs or ((1, 3, 'height', 'width') if dynamic else (1, 3, height, width))
    nodes = [
        helper.make_node('AveragePool', ['images'], ['mean'], kernel_shape=[CELL, CELL], strides=[CELL, CELL]),
        helper.make_node('Conv', ['mean', 'sees'], ['seen']),
        helper.make_node('Clip', ['seen', 'zero', 'one'], ['sure']),
        helper.make_node('Reshape', ['sure', 'flat'], ['scores']),
    ]
    if ends:
        nodes += [
            helper.make_node('Transpose', ['scores'], ['rows'], perm=[0, 2, 1]),
            helper.make_node('ReduceMax', ['rows'], ['best'], axes=[2], keepdims=1),
            helper.make_node('ArgMax', ['rows'], ['which'], axis=2, keepdims=1),
            helper.make_node('Cast', ['which'], ['class'], to=kind),
            helper.make_node('Concat', ['boxes', 'best', 'class'], ['output0'], axis=2),
        ]
    else:
        nodes.append(helper.make_node('Concat', ['boxes', 'scores'], ['output0'], axis=1))
    if inputs:
        nodes = [helper.make_node('Identity', ['images'], ['output0'])]
    known = {} if inputs else {
        'sees': np.array(_SEES, number)[:, :, None, None], 'zero': np.array(0, number),
        'one': np.array(1, number), 'flat': np.array([1, 3, -1], np.int64),
        'boxes': (boxes.transpose(0, 2, 1) if ends else boxes).astype(number)}
    graph = helper.make_graph(
        nodes, 'colours', [helper.make_tensor_value_info('images', kind, list(shape))],
        [helper.make_tensor_value_info('output0', kind, None)],
        [numpy_helper.from_array(value, name) for name, value in known.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 13)], ir_version=8)
    said = {'names': repr(names), 'imgsz': f'[{height}, {width}]', 'task': 'detect', 'stride': str(CELL)}
    for key, value in (said if meta is None else meta).items():
        model.metadata_props.add(key=key, value=value)
    onnx.save(model, str(path))
    return path


def picture(size_px: tuple[int, int] = (64, 48), *patches: tuple[int, int, int, int, tuple[int, int, int]],
            ground: tuple[int, int, int] = GREY) -> np.ndarray:
    """Return a picture (height, width, 3) with patches of left, top, right, bottom, colour."""
    made = np.full((size_px[1], size_px[0], 3), ground, np.uint8)
    for left, top, right, bottom, colour in patches:
        made[top:bottom, left:right] = colour
    return made
