"""Teaches the net. Needs torch and ultralytics.

On processors one process a core learns from pictures of its own, and all add up what they learnt at each step: threads
within one net would wait for each other a thousand times a step.
"""

from __future__ import annotations

import copy
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.distributed
import yaml

from outrider_sensors.detector.ultralytics_alone import ultralytics
from training.labels import KINDS, NET_PX
from training.samples import Sample, Samples

CROPS, WHOLES = 24, 6    # in one update of each process
_RATE, _LAST_RATE, _WARM_UPDATES = 2e-3, 0.02, 200
_DECAY = 0.03            # of weights, AdamW's
_WHOLE_SHARE = 0.12      # of the updates see whole pictures,
_ONLY_WHOLES = 0.72      # all of them from this part of the time on
_HALF = 0.88             # of the time in bfloat16 where the processor has it: faster by a half
_AVERAGE = 0.998         # of the weights that are kept: how much of the last ones is kept at each update


@dataclass
class Progress:
    """Where the training stands."""

    updates: int
    seconds: float
    part: float          # 0..1 of the time given
    loss: float
    pictures: int


class Crew:
    """The processes that learn together; this one is `place`, the first of which is 0."""

    def __init__(self, place: int = 0, size: int = 1, meeting: Path | None = None) -> None:
        """Meet the others at a file."""
        self.place, self.size = place, size
        if size > 1:
            os.environ.setdefault('GLOO_SOCKET_IFNAME', 'lo')
            torch.distributed.init_process_group('gloo', init_method=f'file://{meeting}', rank=place, world_size=size)

    def mean(self, values: torch.Tensor) -> torch.Tensor:
        """Return the mean over all of them; each waits for the slowest."""
        if self.size > 1:
            torch.distributed.all_reduce(values)
            values /= self.size
        return values

    def part(self) -> None:
        """Leave the others."""
        if self.size > 1:
            torch.distributed.destroy_process_group()


class Training:
    """The net, its averaged weights and its optimiser."""

    def __init__(self, folder: Path, crew: Crew | None = None) -> None:
        """Begin anew; `folder` is for what ultralytics keeps, `crew` who learns together."""
        ultralytics(folder)
        from ultralytics.cfg import get_cfg
        from ultralytics.nn.tasks import DetectionModel

        self.crew = crew or Crew()
        torch.set_num_threads(1 if self.crew.size > 1 else len(os.sched_getaffinity(0)))
        torch.manual_seed(1)  # all begin with the same weights
        self.device = torch.device('cuda' if torch.cuda.is_available() else 'cpu')
        net = yaml.safe_load(Path(__file__).with_name('net.yaml').read_text())
        self.model: Any = DetectionModel(net, ch=3, nc=len(KINDS), verbose=False)
        self.model.names = dict(enumerate(KINDS))
        self.model.args = get_cfg()
        self._halves = self.device.type == 'cuda' or torch.cpu._is_avx512_bf16_supported()
        self._ready()
        self.updates, self.seconds = 0, 0.0
        self._half = False

    def _ready(self) -> None:
        self.model.to(self.device, memory_format=torch.channels_last).train()
        self.average = copy.deepcopy(self.model).eval()
        decayed = [one for one in self.model.parameters() if one.ndim > 1]
        others = [one for one in self.model.parameters() if one.ndim <= 1]
        self.optimizer = torch.optim.AdamW([{'params': decayed, 'weight_decay': _DECAY},
                                            {'params': others, 'weight_decay': 0.0}], lr=_RATE, betas=(0.9, 0.999))

    @property
    def parameters(self) -> int:
        """Return how many numbers the net has learnt."""
        return sum(one.numel() for one in self.model.parameters())

    def load(self, path: Path) -> None:
        """Go on from a checkpoint: one of this script whole, one of ultralytics by its weights."""
        kept = torch.load(path, map_location=self.device, weights_only=False)
        own = kept.get('outrider') or {}
        self.model.load_state_dict(own.get('model') or kept['model'].float().state_dict())
        self._ready()
        self.average.load_state_dict(kept['model'].float().state_dict())
        if 'optimizer' in own:
            self.optimizer.load_state_dict(own['optimizer'])
        self.updates, self.seconds = int(own.get('updates', _WARM_UPDATES)), float(own.get('seconds', 0.0))

    def save(self, path: Path, whole: bool) -> None:
        """Write the averaged weights as ultralytics reads them, half precise; `whole`: and all to go on from."""
        averaged = copy.deepcopy(self.average).cpu().half()
        averaged.criterion = None
        averaged.args = {'task': 'detect', 'imgsz': list(NET_PX[::-1])}
        kept = {'epoch': -1, 'best_fitness': None, 'model': averaged, 'ema': None, 'updates': None, 'optimizer': None,
                'train_args': {'task': 'detect', 'imgsz': list(NET_PX[::-1]), 'data': 'rendered by outrider_sim'},
                'date': datetime.now(timezone.utc).isoformat(timespec='seconds'),
                'license': 'AGPL-3.0 (https://ultralytics.com/license)',
                'outrider': {'updates': self.updates, 'seconds': self.seconds}}
        if whole:
            kept['outrider'] |= {'model': self.model.state_dict(), 'optimizer': self.optimizer.state_dict()}
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix('.tmp')
        torch.save(kept, temporary)
        temporary.replace(path)

    def run(self, samples: Samples, seconds: float, rounds: int, a_round: int, told: Callable[[Progress], None]
            ) -> None:
        """Learn for so long or so many rounds of `a_round` steps, whichever ends first; after each comes `told`."""
        random = np.random.default_rng(self.updates)  # the same in the whole crew
        began, first = time.monotonic(), self.updates
        last, part, losses = began, 0.0, []
        while part < 1.0:
            for group in self.optimizer.param_groups:
                group['lr'] = _RATE * min((self.updates + 1) / _WARM_UPDATES, 1.0) * (
                    1.0 - (1.0 - _LAST_RATE) * part)
            whole = part > _ONLY_WHOLES or random.random() < _WHOLE_SHARE
            batch = [samples.whole() for _ in range(WHOLES)] if whole else [samples.crop() for _ in range(CROPS)]
            self._half = self._halves and part < _HALF
            own = max((time.monotonic() - began) / seconds, (self.updates + 1 - first) / (rounds * a_round))
            loss, part = self._update(batch, own)
            losses.append(loss)
            if self.updates % a_round == 0:
                now = time.monotonic()
                self.seconds, last = self.seconds + now - last, now
                told(Progress(self.updates, self.seconds, part, float(np.mean(losses)), len(samples)))
                losses.clear()
                samples.look()

    def _update(self, batch: list[Sample], part: float) -> tuple[float, float]:
        """Take one step; return the crew's mean loss and `part`, equal in all of it."""
        pixels = torch.from_numpy(np.stack([one.rgb for one in batch])).to(self.device)
        images = pixels.permute(0, 3, 1, 2).float().div_(255.0)
        high, wide = batch[0].rgb.shape[:2]
        edges = np.concatenate([one.edges for one in batch]) / [wide, high, wide, high]
        middles = np.concatenate([0.5 * (edges[:, :2] + edges[:, 2:]), edges[:, 2:] - edges[:, :2]], axis=1)
        of = np.repeat(np.arange(len(batch)), [len(one.kinds) for one in batch])
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self._half):
            seen = self.model(images)
        seen = {name: [one.float() for one in value] if isinstance(value, list) else value.float()
                for name, value in seen.items()}
        losses, _ = self.model.loss({
            'img': images, 'batch_idx': torch.from_numpy(of).float().to(self.device),
            'cls': torch.from_numpy(np.concatenate([one.kinds for one in batch])).float().view(-1, 1).to(self.device),
            'bboxes': torch.from_numpy(middles).float().to(self.device)}, seen)
        loss = losses.sum()
        self.optimizer.zero_grad(set_to_none=True)
        loss.div(len(batch)).backward()
        wanted = [one for one in self.model.parameters() if one.grad is not None]
        told = torch.tensor([float(loss.detach()) / len(batch), part], device=self.device)
        flat = self.crew.mean(torch.cat([*(one.grad.flatten() for one in wanted), told]))
        torch.nn.utils.vector_to_parameters(flat[:-2], [one.grad for one in wanted])
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 10.0)
        self.optimizer.step()
        self.updates += 1
        keep = min(_AVERAGE, (1 + self.updates) / (20 + self.updates))
        with torch.no_grad():
            for kept, new in zip(self.average.state_dict().values(), self.model.state_dict().values(), strict=True):
                if kept.dtype.is_floating_point:
                    kept.mul_(keep).add_(new, alpha=1.0 - keep)
                else:
                    kept.copy_(new)
        return float(flat[-2]), float(flat[-1])


def export(weights: Path, onnx: Path, folder: Path) -> None:
    """Write the ONNX of a checkpoint: FP32, raw head, the net's own size."""
    net = ultralytics(folder).YOLO(str(weights), task='detect')
    made = Path(net.export(format='onnx', imgsz=list(NET_PX[::-1]), half=False, dynamic=False, simplify=True, opset=17,
                           device='cpu', verbose=False))
    onnx.parent.mkdir(parents=True, exist_ok=True)
    made.replace(onnx)
