"""The acts of the demo, as data: a new act is a new entry of ACTS."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from outrider_bringup.demo import rows
from outrider_bringup.demo.table import Row


@dataclass(frozen=True)
class Act:
    """One act: what it is called, in full and where the screen is narrow, and its share of the demo's time.

    `proves` gives the rows that it adds to the closing table.
    """

    title: str
    short: str
    share: float
    proves: Callable[[rows.Seen], list[Row]]


ACTS = (
    Act('a real radar recording, a person walking', 'a real radar recording', 1.0,
        rows.real_recording),
)


@dataclass(frozen=True)
class Scene:
    """An act with its place in time, seconds after the first frame."""

    number: int
    of: int
    act: Act
    start_s: float
    end_s: float


def schedule(acts: Sequence[Act], seconds: float) -> tuple[Scene, ...]:
    """Divide `seconds` among `acts` by their shares. Raises ValueError without acts, time or shares."""
    whole = sum(act.share for act in acts)
    if not acts or seconds <= 0 or whole <= 0:
        raise ValueError(f'{len(acts)} acts with shares of {whole:g} cannot fill {seconds:g} s')
    scenes = []
    start = 0.0
    for number, act in enumerate(acts, 1):
        end = seconds if number == len(acts) else start + seconds * act.share / whole
        scenes.append(Scene(number, len(acts), act, start, end))
        start = end
    return tuple(scenes)


def scene_at(scenes: Sequence[Scene], elapsed_s: float) -> Scene:
    """Return the scene that plays at `elapsed_s`: the first before the start, the last after the end."""
    return next((scene for scene in scenes if elapsed_s < scene.end_s), scenes[-1])
