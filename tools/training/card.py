"""The model card: what the weights are, what they were taught and measured on, who may use them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from training.labels import KINDS, MEASURED, MEASURED_HIGH_PX, MEASURED_M, MEASURED_SHARE, NET_PX
from training.measure import LIGHTS, Measured

_TEXT = """# The detector's weights

Written by `tools/train_detector`. **Simulator only**: trained on rendered pictures of `outrider_sim` and on nothing
else. They show that the stack works and drive the demo; they have never seen a street. On a vehicle load weights that
were trained on photographs: a COCO model's classes are mapped by name.

| | |
|---|---|
| net | a slim yolo11 of ultralytics, {parameters:,} parameters, `tools/training/net.yaml` |
| input | `images`, 1 x 3 x {high} x {wide}, RGB 0..1; the picture shrunk, grey bars (114) around it |
| output | `output0`, 1 x {rows} x anchors: middle, size, a score for each class; no NMS inside |
| classes | {classes} |
| `detector.onnx` | {onnx_mb:.1f} MB, FP32: what the node looks with |
| `detector.pt` | {pt_mb:.1f} MB, half precision: what training goes on from |
| trained on | {trained} pictures, seeds below 10,000,000, {updates:,} steps, {minutes:.0f} minutes |
| data | crowds placed before the lens (64 %), drawn rides (22 %), the scenario library (14 %) |
| varied | both rigs, lean, mounts as somebody screws them on, day, dusk, night, tunnel, rain, fog, JPEG |
| licence | AGPL-3.0: ultralytics claims the weights that its software trains |

## What it finds

Mean average precision at half overlap (mAP50) on {pictures:,} pictures of other seeds, {night:.0f} % of them at night;
bodies at least {least_px:.0f} px high in the camera's 848 x 480, {share:.0f} % visible and up to {far:.0f} m away.
Bodies beyond that count neither way. The node's engine looked; p50 of a look {p50:.0f} ms on one core.

| class | bodies | mAP50 | {lights} |
|---|---|---|{rule}|
{table}
| mean of {mean_of} | {sum_of:,} | {mean:.2f} | {means} |
| pictures | | {pictures:,} | {counts} |

The mean leaves out scooter and dog: no public detector knows them. How many of each the measured pictures hold
follows from their seeds; nothing was left out.
"""


@dataclass(frozen=True)
class Trained:
    """What is told beside the measurement."""

    parameters: int
    pictures: int
    updates: int
    minutes: float
    onnx_bytes: int
    pt_bytes: int


def card(trained: Trained, measured: Measured) -> str:
    """Return the text of the card."""
    rows = [f'| {kind} | {measured.truths[kind]:,} | {_told(measured.precision[kind])} | '
            + ' | '.join(_told(measured.by_light[light][kind]) for light in LIGHTS) + ' |' for kind in KINDS]
    return _TEXT.format(
        parameters=trained.parameters, high=NET_PX[1], wide=NET_PX[0], rows=4 + len(KINDS), classes=', '.join(KINDS),
        onnx_mb=trained.onnx_bytes / 1e6, pt_mb=trained.pt_bytes / 1e6, trained=f'{trained.pictures:,}',
        updates=trained.updates, minutes=trained.minutes, pictures=measured.pictures,
        night=100.0 * measured.lights['night'] / measured.pictures, least_px=MEASURED_HIGH_PX,
        share=100.0 * MEASURED_SHARE, far=MEASURED_M, p50=measured.p50_ms, lights=' | '.join(LIGHTS),
        rule='|'.join('---' for _ in LIGHTS), table='\n'.join(rows), mean_of=', '.join(MEASURED),
        sum_of=sum(measured.truths[kind] for kind in MEASURED), mean=measured.mean,
        means=' | '.join(_told(measured.mean_by_light[light]) for light in LIGHTS),
        counts=' | '.join(f'{measured.lights[light]:,}' for light in LIGHTS))


def _told(value: float) -> str:
    return '' if math.isnan(value) else f'{value:.2f}'
