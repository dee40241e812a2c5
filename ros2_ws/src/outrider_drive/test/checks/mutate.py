"""Takes each rule of a table (governor_rules.py, ...) out in turn and runs the tests beside it: one has to fail.

    python ros2_ws/src/outrider_drive/test/checks/mutate.py [all|governor|motors|gate|relays] [--only WORDS]

Prints the rule and the first test that missed it. Exits 1 when a rule can go unnoticed, 2 when the table no longer fits
the source. A copy of the package is changed, never the package; each mutant runs in a forked child, which saves it the
start of pytest.
"""

from __future__ import annotations

import argparse
import importlib
import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import hypothesis.stateful
import pytest
from governor_rules import Rule

TESTS = Path(__file__).resolve().parent.parent
PACKAGE = TESTS.parent / 'outrider_drive'
SUPPORT = TESTS.parents[3] / 'tests' / 'support'
SIM = TESTS.parents[1] / 'outrider_sim'
# Of each table: the folder of the package that it is about, and the tests that have to miss its rules.
TABLES = {
    'governor': ('governor', ('governor_refusals', 'governor_arming', 'governor_motion', 'governor_speed',
                              'governor_jack', 'governor_failures', 'governor_limits', 'governor_properties')),
    'motors': ('motors', ('motors_judge', 'motors_voids', 'motors_clamp', 'motors_guards', 'motors_ending',
                          'motors_link', 'motors_failures', 'motors_port')),
    'gate': ('', ('gate', 'motors_judge', 'relays_judge')),
    'relays': ('relays', ('relays_judge',)),
}
TIMEOUT_S = 120
IMPORTED = (hypothesis.stateful, pytest)  # before the fork


def fits(rule: Rule, folder: str) -> bool:
    """Say whether the rule still has one place in the source; print what is wrong."""
    count = (PACKAGE / folder / rule.file).read_text().count(rule.source)
    if count != 1:
        print(f'{rule.name}: its source stands {count} times in {rule.file}, expected once')
    return count == 1


def run_tests(tree: Path, said: Path, tests: tuple[str, ...]) -> int:
    """Run `tests` on the package in `tree`, in a child; return its exit code, negative for a signal."""
    child = os.fork()
    if child == 0:
        signal.alarm(TIMEOUT_S)
        with said.open('w') as out:
            os.dup2(out.fileno(), 1)
            os.dup2(out.fileno(), 2)
        sys.path[:0] = [str(tree), str(SUPPORT), str(SIM)]
        os.environ['PYTHONPATH'] = f'{tree}:{SUPPORT}:{SIM}:{os.environ.get("PYTHONPATH", "")}'
        importlib.invalidate_caches()
        code = pytest.main(['-x', '-q', '-rfE', '--noconftest', '-c', str(tree / 'none.ini'), '--rootdir', str(tree),
                            '-p', 'no:cacheprovider', '--import-mode=importlib', '--tb=no',
                            *(str(TESTS / f'test_{name}.py') for name in tests)])
        sys.stdout.flush()
        os._exit(int(code))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killer(rule: Rule | None, place: Path, table: str) -> str:
    """Return the name of the test that fails without the rule; empty when none does."""
    tree, (folder, tests) = place / 'tree', TABLES[table]
    shutil.copytree(PACKAGE, tree / 'outrider_drive', ignore=shutil.ignore_patterns('__pycache__'))
    (tree / 'none.ini').write_text('[pytest]\n')
    if rule is not None:
        source = tree / 'outrider_drive' / folder / rule.file
        source.write_text(source.read_text().replace(rule.source, rule.without))
    try:
        code = run_tests(tree, place / 'said', tests)
        if code == 0:
            return ''
        if code == -signal.SIGALRM:
            return f'the clock: no end after {TIMEOUT_S} s'
        found = re.search(r'^(?:FAILED|ERROR) \S*?::(\S+)', (place / 'said').read_text(), re.MULTILINE)
        return found[1] if found else f'exit code {code}: ' + (place / 'said').read_text()[-300:]
    finally:
        shutil.rmtree(tree)


def tried(chosen: Sequence[tuple[str, Rule]]) -> int:
    """Try these rules of (table, rule); return how many went unnoticed."""
    survivors = 0
    with tempfile.TemporaryDirectory(prefix='mutants_') as folder:
        for table, rule in chosen:
            by = killer(rule, Path(folder), table)
            survivors += not by
            print(f"{table:<9}{rule.name:<58} {'SURVIVED' if not by else 'killed by: ' + by}", flush=True)
    return survivors


def in_children(chosen: Sequence[tuple[str, Rule]], jobs: int) -> int:
    """Share the rules among `jobs` children; return how many went unnoticed in all."""
    children = []
    for number in range(jobs):
        child = os.fork()
        if child == 0:
            os._exit(min(tried(chosen[number::jobs]), 100))
        children.append(child)
    return sum(abs(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])) for child in children)


def main() -> int:
    """Try every chosen rule; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or '').splitlines()[0])
    parser.add_argument('table', nargs='?', default='all', choices=['all', *TABLES], help='whose rules')
    parser.add_argument('--only', default='', help='rules whose name holds these words')
    parser.add_argument('--jobs', type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    tables = list(TABLES) if options.table == 'all' else [options.table]
    rules = {table: importlib.import_module(f'{table}_rules').RULES for table in tables}
    if [rule for table in tables for rule in rules[table] if not fits(rule, TABLES[table][0])]:
        return 2
    with tempfile.TemporaryDirectory(prefix='mutants_') as folder:
        for table in tables:
            broken = killer(None, Path(folder), table)
            if broken:
                print(f'the tests of {table} fail before any rule is taken away: {broken}')
                return 2
    chosen = [(table, rule) for table in tables for rule in rules[table] if options.only in rule.name]
    survivors = in_children(chosen, max(1, options.jobs))
    print(f'{len(chosen) - survivors} of {len(chosen)} rules are missed when they are gone')
    return 1 if survivors else 0


if __name__ == '__main__':
    sys.exit(main())
