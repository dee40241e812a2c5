"""All numbers of the model from one sample: `fitted`; and how well it then says what was seen: `compared`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fitting import confused, recall, rest
from fitting.looks import Bools, Floats, Ints, Looks, Sample
from fitting.together import together_s
from outrider_sim.world.detector import Model
from outrider_sim.world.words import CLASSES, LIGHTS, WEATHERS

BANDS_PX = (0.0, 12.0, 18.0, 26.0, 38.0, 60.0, 1e4)
MANY = 40                  # looks that a row of the comparison stands on at least
_BODIES = 1 << 20          # more than a ride has
_QUARTILES_SIGMA = 1.349   # of a normal distribution lie between its quartiles


@dataclass(frozen=True)
class Fitted:
    """The model, and the recall of each look by it."""

    model: Model
    recall: recall.Recall
    shares: Floats


def fitted(sample: Sample, before: Model, extra_s: float = 0.0) -> Fitted:
    """Return what makes the sample likeliest; what it says nothing of stays as `before`.

    `extra_s`: what a picture needs beside the look itself. Raises ValueError where next to nothing was found.
    """
    looks = sample.looks
    if looks.found.sum() < MANY:
        raise ValueError(f'{int(looks.found.sum())} of {len(looks)} bodies were found in {sample.pictures} pictures, '
                         f'expected {MANY} at least. Give more --rides, or other weights.')
    told = recall.fit(looks, np.array([before.recall['reach_m'][name] for name in WEATHERS]), before.size_px[0],
                      np.array(before.recall['cut_px'], dtype=float))
    shares = told.of(looks)
    body = looks.ride * _BODIES + looks.body
    found = looks.take(looks.found)
    confusion, fall = confused.confusion(found, before)
    share, is_wrong = confused.wrong(found, replace(before, confusion=confusion, confusion_half_px=fall))
    whole = rest.whole(looks)
    free = rest.uncut(whole, before.size_px)
    inset = rest.insets(whole, free, before.edge_inset)
    errors, across = rest.left_over(whole, inset), np.tile(whole.edges_px[:, 2:] - whole.edges_px[:, :2], 2)
    edge = rest.edges(errors[free], across[free])
    sure = looks.found & (shares > 0.0)
    line = rest.scores(looks.score[sure], shares[sure])
    lone = rest.nothings(sample)
    late_s, spread_s = latency(sample.took_s)
    model = replace(
        before, latency_s=late_s + extra_s, latency_sigma_s=spread_s, recall=_as_table(told),
        together_s=together_s(body, looks.t_s, shares, looks.found, sample.period_s, before.together_s),
        confusion=confusion, confusion_half_px=fall,
        class_together_s=together_s(body[looks.found], found.t_s, share, is_wrong, sample.period_s,
                                    before.class_together_s),
        second=rest.seconds(looks, sample.nothings, before.second), edge_inset=inset,
        edge_sigma_px=edge.sigma_px, edge_share=edge.share,
        edge_together_s=rest.edges_together_s(whole, errors, free, sample.period_s),
        false_per_s=lone.per_s, false_for_s=lone.for_s, score=(line.low, line.high), score_sigma=line.sigma)
    return Fitted(model, told, shares)


def latency(took_s: Floats) -> tuple[float, float]:
    """Return the median and one sigma by the quartiles: single pictures that waited for the machine do not count."""
    low, middle, high = np.quantile(took_s, [0.25, 0.5, 0.75]).tolist()
    return middle, (high - low) / _QUARTILES_SIGMA


def _as_table(told: recall.Recall) -> dict[str, Any]:
    return {'best': dict(zip(LIGHTS, told.best.tolist(), strict=True)),
            'half_px': dict(zip(LIGHTS, told.half_px.tolist(), strict=True)), 'width_px': told.width_px,
            'by_class': dict(zip(CLASSES, told.by_class.tolist(), strict=True)),
            'weather': dict(zip(WEATHERS, told.weather.tolist(), strict=True)),
            'reach_m': dict(zip(WEATHERS, told.reach_m.tolist(), strict=True)), 'cut': told.cut.tolist(),
            'cut_px': told.cut_px.tolist(),
            'least_visible': told.least_visible}


@dataclass(frozen=True)
class Row:
    """Looks of one kind: what they are, how many, and how many of them were found, and should be by the model."""

    what: str
    looks: int
    found: float
    modelled: float


def compared(looks: Looks, shares: Floats) -> Iterator[Row]:
    """Yield recall as it was seen beside the model's: by light and size, by class and size, by weather."""
    bands = np.digitize(looks.size_px, BANDS_PX) - 1
    for names, column in ((LIGHTS, looks.light), (CLASSES, looks.kind), (WEATHERS, looks.weather)):
        for number, name in enumerate(names):
            for band in range(len(BANDS_PX) - 1):
                yield from _row(f'{name}, {_band(band)}', (column == number) & (bands == band), looks, shares)
            yield from _row(f'{name}, all', column == number, looks, shares)


def _row(what: str, which: Bools, looks: Looks, shares: Floats) -> Iterator[Row]:
    if which.sum() >= MANY:
        yield Row(what, int(which.sum()), float(looks.found[which].mean()), float(shares[which].mean()))


def _band(band: int) -> str:
    low, high = BANDS_PX[band], BANDS_PX[band + 1]
    return f'{low:g}..{high:g} px' if high < BANDS_PX[-1] else f'{low:g} px and more'


__all__ = ['Fitted', 'Ints', 'Row', 'compared', 'fitted', 'latency']
