"""Line and branch coverage of the core by its tests, with floors. Exits 1 below them and names what was not reached."""

import re
import subprocess
import sys
from pathlib import Path

FIRMWARE = Path(__file__).resolve().parent.parent
BUILD = FIRMWARE / '.build' / 'coverage'
FLOORS = {'lines': 95.0, 'branches': 90.0}  # per cent


def run(*command: str, quietly: bool = False) -> None:
    """Run `command` in firmware/; raises CalledProcessError."""
    subprocess.run(command, cwd=FIRMWARE, check=True, stdout=subprocess.DEVNULL if quietly else None)


def build() -> None:
    """Compile everything for coverage and run it once."""
    subprocess.run(['rm', '-rf', str(BUILD)], check=True)
    run('make', '-s', '-j2', f'OUT={BUILD.relative_to(FIRMWARE)}', f'{BUILD.relative_to(FIRMWARE)}/unit',
        'CXX=g++ --coverage', 'OPTIMISE=-O0', 'CORE_ONLY=-fno-exceptions')
    run(str(BUILD / 'unit'), quietly=True)


def capture() -> Path:
    """Return the trace of core/src alone: tests reach themselves."""
    everything, core = BUILD / 'all.info', BUILD / 'core.info'
    rc = ('--rc', 'lcov_branch_coverage=1', '--quiet')
    run('lcov', *rc, '--capture', '--directory', str(BUILD), '--base-directory', str(FIRMWARE),
        '--output-file', str(everything))
    run('lcov', *rc, '--extract', str(everything), '*/core/src/*', '--output-file', str(core))
    return core


def misses(trace: str) -> list[str]:
    """Return `file:line` of every line, and of every branch, that no test took."""
    found, name = [], ''
    for row in trace.splitlines():
        if row.startswith('SF:'):
            name = Path(row[3:]).name
        elif match := re.match(r'DA:(\d+),0\b', row):
            found.append(f'{name}:{match[1]} line')
        elif match := re.match(r'BRDA:(\d+),\d+,\d+,(0|-)$', row):
            found.append(f'{name}:{match[1]} branch')
    return found


def share(trace: str, hit: str, of: str) -> float:
    """Return what part of `of` was `hit`, in per cent, over all files."""
    total = {key: sum(int(n) for n in re.findall(rf'^{key}:(\d+)$', trace, re.M)) for key in (hit, of)}
    return 100.0 * total[hit] / total[of]


def main() -> int:
    """Build, measure, say what was missed; return the exit code."""
    build()
    trace = capture().read_text()
    shares = {'lines': share(trace, 'LH', 'LF'), 'branches': share(trace, 'BRH', 'BRF')}
    for miss in dict.fromkeys(misses(trace)):
        print(f'not reached: {miss}')
    for what, floor in FLOORS.items():
        print(f'{what}: {shares[what]:.1f} % (at least {floor:.0f} %)')
    return 0 if all(shares[what] >= floor for what, floor in FLOORS.items()) else 1


if __name__ == '__main__':
    sys.exit(main())
