"""From what the ramp did on the wire to its rows of the closing table."""

from __future__ import annotations

from collections import Counter

from outrider_bringup.demo.course import Course
from outrider_bringup.demo.ride import COMMANDS, STATES, RideRead
from outrider_bringup.demo.table import Row

MS = 1_000_000
LAST_FRAME_MS = 100.0
# A machine so busy that neither priority nor cores are left for the drive may take this long (see ./outrider faults).
BUSY_MS = 250.0
RELAY_MS = 100.0
JUST_MS = 5.0
JOIN_MS = 500.0  # between two listeners that a node finds
TAIL_MS = 500.0  # commands come every 20 ms until the end
REST_S = 2.0
ROLLED_M = 0.1
MOVED_MPS = 0.15  # faster than anything creeps in a handbrake
NOTHING = Row('ramp', '', 'lift to lower', None)


def course_row(course: Course) -> Row:
    """The course as a whole, each part seen on the wires."""
    lifted = any(edge.relay == 'jack U' and edge.on for edge in course.edges)
    lowered = any(edge.relay == 'jack D' and edge.on for edge in course.edges)
    let_go, rest = course.let_go_ns, course.rest_ns
    drove_m = course.travelled_m(0, rest or course.until_ns)
    parts = [*(['lifted'] if lifted else []), *([f'drove {drove_m:.1f} m'] if drove_m > 0.1 else []),
             *(['stopped'] if rest else []), *(['lowered'] if lowered else [])]
    if course.failed:
        parts.append(course.failed)
    whole = lifted and lowered and let_go is not None and rest is not None and course.finished
    return Row('ramp', ', '.join(parts), 'lift to lower', whole if course.finished or course.failed else None,
               figures={'drove_m': drove_m})


def release_row(course: Course) -> Row:
    """R1 let go -> the last frame that drives, at either VESC."""
    let_go = course.let_go_ns
    limit = f'{LAST_FRAME_MS:g} ms'
    drove = [frame.ns for frame in course.frames if frame.drives]
    # Before the release a driving frame came every 20 ms, or there was nothing to let go of.
    if let_go is None or not any(let_go - 100 * MS < ns <= let_go for ns in drove):
        return Row('R1 let go', '', limit, None)
    last_ms = max(0.0, (max(drove) - let_go) / MS)
    told = f'last driving frame {last_ms:.0f} ms after' if last_ms else 'no driving frame after it'
    return Row('R1 let go', told, limit, last_ms <= LAST_FRAME_MS,
               must=last_ms > BUSY_MS, figures={'release_to_last_driving_frame_ms': last_ms})


def rest_rows(course: Course) -> list[Row]:
    """The wheels at rest, and that they stayed there."""
    let_go, rest = course.let_go_ns, course.rest_ns
    if let_go is None or rest is None:
        late = let_go is not None and course.until_ns - let_go > REST_S * 1e9
        return [Row('wheels at rest', 'they never were' if late else '', f'{REST_S:g} s', False if late else None),
                Row('rolled after that', '', f'{ROLLED_M:g} m', None)]
    stood_s = (rest - let_go) / 1e9
    at_mps = next((speed for ns, speed in reversed(course.speeds) if ns <= let_go), 0.0)
    rolled_m = course.travelled_m(rest, course.until_ns)
    watched_s = (course.until_ns - rest) / 1e9
    return [
        Row('wheels at rest', f'{stood_s:.2f} s after, from {at_mps * 3.6:.1f} km/h', f'{REST_S:g} s',
            stood_s <= REST_S, figures={'release_to_rest_s': stood_s}),
        Row('rolled after that', f'{rolled_m:.3f} m in {watched_s:.0f} s, slope {100 * course.slope:g} %',
            f'{ROLLED_M:g} m', rolled_m <= ROLLED_M, figures={'rolled_m': rolled_m}),
    ]


def held_row(course: Course) -> Row:
    """Cross stayed held after R1 was let go: nothing may come of it."""
    let_go, rest = course.let_go_ns, course.rest_ns
    end = course.when('release cross', let_go) if let_go is not None else None
    if let_go is None or rest is None or end is None:
        return Row('cross still held', '', 'nothing moves', None)
    from_ns = let_go + int(BUSY_MS * MS)
    again = sum(frame.drives for frame in course.frames if frame.ns > from_ns)
    fastest = max((abs(speed) for ns, speed in course.speeds if ns > rest), default=0.0)
    on = sum(edge.on for edge in course.edges if let_go < edge.ns <= end)
    moved = [*([f'{again} driving frames'] if again else []), *([f'{fastest:.2f} m/s'] if fastest > MOVED_MPS else []),
             *([f'{on} relays'] if on else [])]
    return Row('cross still held', f'{(end - let_go) / 1e9:.1f} s, {", ".join(moved) or "nothing moved again"}',
               'nothing moves', not moved, figures={'driving_frames_again': again})


def relay_row(course: Course) -> Row:
    """The jack's button let go -> its relay off."""
    limit = f'{RELAY_MS:g} ms'
    let_go = course.let_go('down', 'down')
    jack = [edge for edge in course.edges if edge.relay == 'jack D']
    on = [edge.ns for edge in jack if edge.on and let_go is not None and edge.ns < let_go]
    off = next((edge.ns for edge in jack if on and not edge.on and edge.ns > on[-1]), None)
    # The pad notes a line just after it has obeyed it. Much earlier than that the relay went off for another reason.
    if let_go is None or not on or (off is not None and off < let_go - JUST_MS * MS):
        return Row('jack let go', '', limit, None)
    if off is None:
        return Row('jack let go', 'relay stayed on', limit, False)
    off_ms = max(0.0, (off - let_go) / MS)
    return Row('jack let go', f'relay off {off_ms:.0f} ms after', limit, off_ms <= RELAY_MS,
               must=off_ms > BUSY_MS, figures={'jack_release_to_relay_off_ms': off_ms})


def recorded_row(course: Course, ride: RideRead | None) -> Row:
    """Every command by its number, every state by its stamp, from the skater's first touch on.

    They count from the first that the recorder heard: those who listen to one node are found by it one after the
    other, on a busy machine seconds apart. What it heard much later than the touch, or than this process, is torn.
    """
    begun = course.begun_ns
    if ride is None or begun is None:
        return Row('drive recorded', '' if begun is None else 'no ride', 'all', None if begun is None else False)
    kept, due, torn = 0, 0, ''
    for topic in COMMANDS:
        numbers = ride.numbers.get(topic, [])
        if not numbers or numbers[0][0] > begun + JOIN_MS * MS:
            torn = f', {topic} not from the start'
        elif numbers[-1][0] < course.until_ns - TAIL_MS * MS:
            torn = f', {topic} not to the end'
        mine = {number for stamp, number in numbers if begun <= stamp <= course.until_ns}
        kept += len(mine)
        due += max(mine) - min(mine) + 1 if mine else 1
    for topic in STATES:
        stamps: Counter[int] = ride.stamps.get(topic, Counter())
        heard: Counter[int] = course.heard.get(topic, Counter())
        first = min(stamps, default=0)
        if first > min(heard, default=first) + JOIN_MS * MS:
            torn = f', {topic} not from the start'
        wanted = Counter({stamp: count for stamp, count in heard.items() if stamp >= first})
        kept += sum((stamps & wanted).values())
        due += sum(wanted.values())
    return Row('drive recorded', f'{kept:,} of {due:,} messages{torn}', 'all', kept == due and not torn,
               figures={'drive_recorded': kept, 'drive_due': due})


def rows(course: Course | None, ride: RideRead | None) -> list[Row]:
    """What the act with the ramp proves."""
    if course is None:
        return [NOTHING]
    return [course_row(course), release_row(course), *rest_rows(course), held_row(course), relay_row(course),
            recorded_row(course, ride)]
