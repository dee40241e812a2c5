"""How fast the list answers a question over 1,000 rides, beside opening every ride.json in the same run."""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from outrider_bringup.bench.figure import Figure, Measured
from outrider_bringup.rides import index, listing
from outrider_recorder import ride

RIDES, PASSES, ROUNDS = 1000, 12, 15
QUESTION = 'pass < 1 and night'
MOST_MS = 100.0
SECOND_NS = 1_000_000_000


def _fill(rides: Path, seed: int = 1) -> int:
    """Make the folders of RIDES rides of an hour, and their rows; return how many fit QUESTION."""
    drawn, fit = random.Random(seed), 0
    rides.mkdir()
    with index.Index(rides) as known:
        for number in range(RIDES):
            folder = ride.create(rides, f'ride-{number}')
            begin_ns = (1_760_000_000 + number * 86_400) * SECOND_NS
            ride.write_info(folder, {'format': 1, 'start_ns': begin_ns, 'stop_ns': begin_ns + 3600 * SECOND_NS})
            passes = [(folder.name, drawn.uniform(0, 3600), drawn.uniform(0.6, 1.5), drawn.randrange(9),
                       drawn.randrange(4), int(drawn.random() < 0.05), 15.0, 10.0) for _ in range(PASSES)]
            fit += any(clearance < 1.0 and night for _, _, clearance, _, _, night, _, _ in passes)
            known.put_rows((folder.name, index.stamp(folder), begin_ns, 3600.0, 4 << 30, 0, 'bicycle', 0, 1, 18_000.0,
                            3, 9, PASSES, 0.0, 1, 1), passes)
    return fit


def _median_ms(work: Callable[[], int]) -> tuple[float, int]:
    spent, found = [], 0
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        found = work()
        spent.append(time.perf_counter() - begin)
    return sorted(spent)[ROUNDS // 2] * 1e3, found


def measure(say: Callable[[str], None]) -> tuple[Measured, ...]:
    """Answer QUESTION as the verb does: the index opened, every ride looked at for a change, the question asked."""
    say(f'{RIDES} rides with {PASSES} passes each')
    with tempfile.TemporaryDirectory(prefix='outrider-bench-') as made:
        rides = Path(made) / 'rides'
        fit = _fill(rides)
        asked_ms, found = _median_ms(lambda: len(listing.find(rides, QUESTION)))
        if found != fit:
            raise RuntimeError(f'{found} rides were found, {fit} fit')
        read_ms, _ = _median_ms(lambda: sum(len(json.loads((folder / ride.RIDE_FILE).read_text()))
                                            for folder in ride.all_rides(rides)))
    return (Measured(asked_ms, f"'{QUESTION}' fits {found}, median of {ROUNDS}",
                     'ms to open every ride.json', read_ms),)


FIGURES = (
    Figure((f'a question over {RIDES} rides',), ('ms',), (MOST_MS,), '<=', measure, about='from the index',
           group='rides'),
)
