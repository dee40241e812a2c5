"""Classes are known by name: what weights call a thing, as one of our names. Numbers mean other things in each set."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterable, Mapping, Sequence

from outrider_sensors.detector.errors import DetectorError, WeightsError

NAMES = ('car', 'truck', 'bus', 'motorcycle', 'scooter', 'bicycle', 'person', 'dog')
# What is ours by another word: VOC, KITTI, Cityscapes, BDD100K, VisDrone, Open Images.
_ALSO = {
    'automobile': 'car', 'van': 'car', 'taxi': 'car', 'pickup': 'car', 'suv': 'car', 'lorry': 'truck', 'coach': 'bus',
    'motorbike': 'motorcycle', 'motor': 'motorcycle', 'motorcyclist': 'motorcycle', 'moped': 'motorcycle',
    'kick scooter': 'scooter', 'e scooter': 'scooter', 'bike': 'bicycle', 'cyclist': 'bicycle',
    'pedestrian': 'person', 'people': 'person', 'human': 'person', 'man': 'person', 'woman': 'person',
    'rider': 'person', 'child': 'person',
}
_SAID = 12  # names of a stranger's classes in a sentence


def ours(name: str) -> str | None:
    """Return our name of what weights call `name`; None: nothing of ours."""
    plain = ' '.join(name.lower().replace('-', ' ').replace('_', ' ').split())
    return plain if plain in NAMES else _ALSO.get(plain)


def read_names(text: str) -> dict[int, str]:
    """Return number -> name from the metadata of an export: a dict or a list literal. Raises WeightsError."""
    try:
        said = ast.literal_eval(text)
        return {int(number): str(name) for number, name in (said if isinstance(said, dict) else dict(enumerate(said))
                                                           ).items()}
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        raise WeightsError(f"names of the classes are {text[:40]!r}, expected a table like {{0: 'car'}}. "
                           'Export the weights again with ultralytics.') from None


def wanted_kinds(kinds: Iterable[str]) -> tuple[str, ...]:
    """Return our names among `kinds` in our order, all of them where none is given. Raises DetectorError."""
    asked = set()
    for kind in kinds:
        name = ours(kind)
        if name is None:
            raise DetectorError(f"'{kind}' is no class of ours.{_near(kind)}")
        asked.add(name)
    return tuple(name for name in NAMES if name in asked or not asked)


def least_scores(least: float | Mapping[str, float]) -> dict[str, float]:
    """Return the least score of every class of ours; what a mapping leaves out is 0.25. Raises DetectorError."""
    if not isinstance(least, Mapping):
        least = dict.fromkeys(NAMES, least)
    scores = dict.fromkeys(NAMES, 0.25)
    for kind, score in least.items():
        name = ours(kind)
        if name is None:
            raise DetectorError(f"'{kind}' is no class of ours.{_near(kind)}")
        if not 0.0 < score <= 1.0:
            raise DetectorError(f'least score of {kind} is {score:g}, expected more than 0 and at most 1.')
        scores[name] = float(score)
    return scores


def class_scores(texts: Sequence[str], least: float) -> dict[str, float]:
    """Return `least` of every class, but what `texts` like 'person:0.3' say. Raises DetectorError."""
    scores = dict.fromkeys(NAMES, least)
    for text in texts:
        if not text.strip():
            continue
        kind, _, score = text.partition(':')
        try:
            scores |= {ours(kind) or kind: float(score)}
        except ValueError:
            raise DetectorError(f"class_scores says '{text}', expected a class and its least score like "
                                "'person:0.3'.") from None
    return least_scores(scores)


class Sieve:
    """Which classes of some weights count, as which of ours, from which score on."""

    def __init__(self, names: Mapping[int, str], least: float | Mapping[str, float], kinds: Iterable[str]) -> None:
        """Map by name. Raises WeightsError where nothing is left, DetectorError for a class nobody knows."""
        wanted = wanted_kinds(kinds)
        known = {number: kind for number, name in names.items() if (kind := ours(name))}
        if not known:
            said = ', '.join(list(names.values())[:_SAID]) + (' ...' if len(names) > _SAID else '')
            raise WeightsError(f'they know {said or "nothing"}, expected some of {", ".join(NAMES)}. '
                               'Take weights of road users, as those trained on COCO.')
        self.kind_of = {number: kind for number, kind in known.items() if kind in wanted}
        if not self.kind_of:
            raise WeightsError(f'they know {", ".join(dict.fromkeys(known.values()))}, and of these '
                               f'{", ".join(wanted)} are asked for. Correct kinds in the rig file, or take others.')
        scores = least_scores(least)
        self.least = {number: scores[kind] for number, kind in self.kind_of.items()}
        self.lowest = min(self.least.values())

    @property
    def kinds(self) -> tuple[str, ...]:
        """Which of our names can come, in our order."""
        said = set(self.kind_of.values())
        return tuple(name for name in NAMES if name in said)


def _near(kind: str) -> str:
    near = difflib.get_close_matches(kind, NAMES, n=1, cutoff=0.5)
    return f" Did you mean '{near[0]}'?" if near else f' Known: {", ".join(NAMES)}.'
