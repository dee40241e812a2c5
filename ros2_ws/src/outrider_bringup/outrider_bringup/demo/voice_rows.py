"""From what page and buzzer said in one run to their rows of the closing table."""

from __future__ import annotations

import numpy as np

from outrider_bringup.demo.journal import percentile
from outrider_bringup.demo.road import Played
from outrider_bringup.demo.table import Row
from outrider_bringup.demo.voice import Spoken

P50_MS, P99_MS = 40.0, 120.0  # issue: published -> shown; here to the socket, the browser's part is in its own tests
NO_DATA_S = 1.5  # one second of silence, and half a second for whoever looks
ENOUGH = 100  # messages that a percentile needs
WANTED = ('clear', 'caution', 'urgent', 'clear')
NO_DATA = 'no_data'
SHOWN = {NO_DATA: 'NO DATA'}


def latency_row(spoken: Spoken) -> Row:
    """Alert chosen to the socket of the page."""
    limit = f'{P50_MS:g} / {P99_MS:g} ms'
    if not spoken.delays_ms:
        return Row('alert to page', '', limit, None, must=False)
    p50, p99 = (percentile(np.array(spoken.delays_ms), share) for share in (50, 99))
    count = len(spoken.delays_ms)
    return Row('alert to page', f'p50 {p50:.1f}, p99 {p99:.1f} ms of {count}, at its socket', limit,
               p50 <= P50_MS and p99 <= P99_MS if count >= ENOUGH else None, must=False,
               figures={'page_p50_ms': p50, 'page_p99_ms': p99, 'page_samples': count})


def rows(spoken: Spoken, played: Played | None) -> list[Row]:
    """What page and buzzer said while one road was played."""
    if played is not None and played.cable_out_s is None:
        return []  # of the tour; what those roads lead to is another matter
    if played is None or not spoken.states:
        return [Row('page', '', 'clear, caution, urgent, clear', None, must=False)]
    out_s = played.cable_out_s
    out_ns = played.begun_ns + round(out_s * 1e9) if out_s is not None else played.until_ns
    return [_states_row(spoken, played, out_ns), *([] if out_s is None else _no_data_rows(spoken, played, out_ns)),
            _buzzer_row(spoken, played, out_ns)]


def _states_row(spoken: Spoken, played: Played, out_ns: int) -> Row:
    limit = ', '.join(WANTED)
    standing = [level for at, level in spoken.states if at <= played.begun_ns][-1:]
    seen = standing + [level for at, level in spoken.states if played.begun_ns < at <= out_ns]
    if played.until_ns < out_ns:
        return Row('page', '', limit, None, must=False)
    # What stood before the radar had begun to look is not of this road.
    while seen and seen[0] == NO_DATA:
        seen.pop(0)
    return Row('page', ', '.join(SHOWN.get(level, level) for level in seen) or 'nothing', limit, _within(WANTED, seen),
               must=False, figures={'page_changes': len(seen)})


def _no_data_rows(spoken: Spoken, played: Played, out_ns: int) -> list[Row]:
    standing = [level for at, level in spoken.states if at <= out_ns][-1:] == [NO_DATA]
    page = out_ns if standing else next(
        (at for at, level in spoken.states if out_ns < at <= played.until_ns and level == NO_DATA), None)
    sound = next((at for at, tone in spoken.beeps if out_ns < at <= played.until_ns and tone == NO_DATA), None)
    made = []
    for name, at in (('page NO DATA', page), ('buzzer NO DATA', sound)):
        if at is None:
            late = played.until_ns > out_ns + NO_DATA_S * 1e9
            made.append(Row(name, 'never' if late else '', f'{NO_DATA_S:g} s', False if late else None))
            continue
        after_s = (at - out_ns) / 1e9
        made.append(Row(name, f'{after_s:.2f} s after the cable was out', f'{NO_DATA_S:g} s', after_s <= NO_DATA_S,
                        must=after_s > 2 * NO_DATA_S, figures={f'{name.replace(" ", "_").lower()}_s': after_s}))
    return made


def _buzzer_row(spoken: Spoken, played: Played, out_ns: int) -> Row:
    tones = [tone for at, tone in spoken.beeps if played.begun_ns < at <= out_ns]
    heard = [tone for i, tone in enumerate(tones) if not i or tones[i - 1] != tone]
    return Row('buzzer sounded', ', '.join(SHOWN.get(tone, tone) for tone in heard) or 'nothing', 'caution, urgent',
               _within(('caution', 'urgent'), heard), must=False, figures={'buzzer_notes': len(tones)})


def _within(wanted: tuple[str, ...], seen: list[str]) -> bool:
    """Tell whether `wanted` stands in `seen` in its order."""
    rest = iter(seen)
    return all(any(one == level for level in rest) for one in wanted)
