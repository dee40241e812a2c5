"""Runs faults one after another: on a course as long as it is sound, on a fresh one where the fault needs another."""

from __future__ import annotations

import contextlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from outrider_bringup.faults.course import Course, CourseError, Options, Variant
from outrider_bringup.faults.judge import Record, Strike, judge
from outrider_bringup.faults.table import FAULTS, MANY, SAMPLE, Fault
from outrider_node import boottime_ns

ATTEMPTS = 3  # to strike a ramp that moves
STAND_S = 8.0
EACH, EACH_OF_MANY = 20, 300


@dataclass
class Outcome:
    """What a campaign did. `records` in the order of running."""

    priority: str  # of the nodes, as granted: fifo, nice, default
    records: list[Record] = field(default_factory=list)
    not_struck: int = 0  # runs that did not count and were made again
    restarts: list[str] = field(default_factory=list)  # why a course was given up


class Campaign:
    """Owns the course in use. close() it."""

    def __init__(self, options: Options, domain: int, tell: Callable[[Fault, Record], None],
                 keep: Path | None = None) -> None:
        """Take what all runs share; `tell` hears of each record. `keep`: folder for what each run saw."""
        self.outcome = Outcome(options.priority)
        self._options, self._domain, self._tell, self._keep = options, domain, tell, keep
        self._folder = Path(tempfile.mkdtemp(prefix='outrider_faults_'))
        self._course: Course | None = None
        self._started = 0

    def course(self, variant: Variant) -> Course:
        """Return a running course of that kind."""
        if self._course is None or self._course.variant != variant:
            self.end_course()
            self._started += 1
            self._course = Course(variant, self._options, self._folder / str(self._started), self._domain)
            self._course.start()
            self.outcome.priority = self._course.priority
        return self._course

    def run(self, faults: Sequence[Fault]) -> Outcome:
        """Run them all, those that need the same course together."""
        for fault in in_order(faults):
            record = self._counted(fault)
            self.outcome.records.append(record)
            if self._keep is not None and self._course is not None:
                save(self._keep / f'{len(self.outcome.records):04d}_{fault.name}.json', record, self._course)
            self._tell(fault, record)
        return self.outcome

    def _counted(self, fault: Fault) -> Record:
        """Repeat a run until it counts. A ramp that cannot be brought to move is a failed run, for it should."""
        why = ''
        for _ in range(ATTEMPTS):
            try:
                record = one_run(self.course(fault.variant), fault)
            except (CourseError, OSError) as error:
                why = str(error)
                self.outcome.restarts.append(f'{fault.name}: {why}')
                self.end_course()
                continue
            if record.struck:
                return record
            why = f'{record.erpm_at_fault:.0f} eRPM and no relay on when it struck'
            self.outcome.not_struck += 1
        return Record(fault.name, why=[f'no run counted: {why}'])

    def end_course(self) -> None:
        """Stop the course in use; its folder goes too."""
        if self._course is not None:
            self._course.close()
            shutil.rmtree(self._course.run, ignore_errors=True)
        self._course = None

    def close(self) -> None:
        """Stop everything and leave nothing."""
        self.end_course()
        shutil.rmtree(self._folder, ignore_errors=True)


@contextlib.contextmanager
def campaign(options: Options, domain: int, tell: Callable[[Fault, Record], None],
             keep: Path | None = None) -> Iterator[Campaign]:
    """Give a campaign and close it."""
    made = Campaign(options, domain, tell, keep)
    try:
        yield made
    finally:
        made.close()


def one_run(course: Course, fault: Fault) -> Record:
    """Bring the ramp to move, strike, watch with the controls held, judge; leave it standing and disarmed.

    Raises CourseError where it does not come to that.
    """
    person = course.person
    course.begin()
    person.arm()
    if fault.motion == 'jack':
        person.move_jack()
    elif fault.motion != 'whole':
        person.lift()
        person.drive(fault.control)
        if fault.motion == 'steer':
            person.steer()
    strike = fault.act(course)
    record = watched(course, fault, strike)
    if fault.motion == 'whole':
        person.let_go()
        person.lower()
    person.disarm()
    course.wait(lambda: course.devices.erpm < 50.0 and not course.devices.relays_on(), 'the ramp to stand', STAND_S)
    return record


def watched(course: Course, fault: Fault, strike: Strike) -> Record:
    """Watch on after the fault, then judge what was seen."""
    course.pause(fault.watch_s - (boottime_ns() - strike.over_ns) / 1e9)
    course.devices.update()
    return judge(fault.name, course.devices.seen, replace(strike, over_ns=boottime_ns()),
                 fault.limit_at(course.priority))


def save(file: Path, record: Record, course: Course) -> None:
    """Write what a run saw, and the last lines of its processes."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({'record': record.as_json(), **asdict(course.devices.seen), 'log': list(course.log)}))


def in_order(faults: Sequence[Fault]) -> list[Fault]:
    """Return them so that a course is started as seldom as can be."""
    variants = list(dict.fromkeys(fault.variant for fault in faults))
    return sorted(faults, key=lambda fault: (variants.index(fault.variant), fault.motion == 'jack'))


def sample(runs: int, only: Sequence[Fault]) -> list[Fault]:
    """Return `runs` of them: the fixed sample first, then all in the table's order, round and round."""
    names = [fault.name for fault in only]
    first = [fault for name in SAMPLE for fault in only if fault.name == name]
    rest = [fault for fault in only if fault.name not in SAMPLE] if names else []
    turn = first + rest
    return [turn[i % len(turn)] for i in range(runs)]


def whole() -> list[Fault]:
    """Return the campaign of hundreds: each fault 20 times, those that the figures name 300 times a kind."""
    runs = []
    for fault in FAULTS:
        sisters = sum(other.kind == fault.kind for other in FAULTS)
        runs += [fault] * (max(EACH, -(-EACH_OF_MANY // sisters)) if fault.kind in MANY else EACH)
    return runs
