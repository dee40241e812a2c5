"""Takes each rule of rules.py out of the core in turn and runs the tests: one of them has to fail.

    python3 checks/mutate.py [--jobs 2] [--only WORDS]

Prints the rule and the first test that missed it. Exits 1 when a rule can go unnoticed, 2 when the table no longer fits
the source.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rules import RULES, Rule

FIRMWARE = Path(__file__).resolve().parent.parent
TIMEOUT_S = 180
MAKE = ('make', '-s', 'OUT=build', 'build/unit')


def fits(rule: Rule) -> bool:
    """Say whether the rule still has one place in the source; print what is wrong."""
    count = (FIRMWARE / 'core/src' / rule.file).read_text().count(rule.source)
    if count != 1:
        print(f'{rule.name}: its source stands {count} times in {rule.file}, expected once')
    return count == 1


def copy_of(tree: Path) -> Path:
    """Copy `tree` with the times of its files: only what the rule touches is compiled again."""
    place = Path(tempfile.mkdtemp(prefix='mutant_'))
    shutil.copytree(tree, place, dirs_exist_ok=True)
    return place


def prepare() -> Path:
    """Return a folder with the firmware built and its tests passed."""
    tree = Path(tempfile.mkdtemp(prefix='mutants_'))
    for folder in ('core', 'tests'):
        shutil.copytree(FIRMWARE / folder, tree / folder)
    shutil.copy(FIRMWARE / 'Makefile', tree)
    subprocess.run((*MAKE, '-j2'), cwd=tree, check=True)
    subprocess.run(('build/unit',), cwd=tree, check=True, stdout=subprocess.DEVNULL)
    return tree


def killer(rule: Rule, tree: Path) -> str:
    """Return the name of the test that fails without the rule; empty when none does."""
    place = copy_of(tree)
    try:
        source = place / 'core/src' / rule.file
        source.write_text(source.read_text().replace(rule.source, rule.without))
        # A warning may say "unused" about what is left: not what is asked here.
        built = subprocess.run((*MAKE, 'WARN=', 'TEST_WARN='), cwd=place, capture_output=True, text=True)
        if built.returncode != 0:
            return 'the compiler: ' + next((line for line in built.stderr.splitlines() if 'error' in line), '')[:90]
        result = subprocess.run(('build/unit', '--abort-after=1'), cwd=place, capture_output=True, text=True,
                                timeout=TIMEOUT_S)
        if result.returncode == 0:
            return ''
        before_error = re.split(r'ERROR:', result.stdout, maxsplit=1)[0]
        names = re.findall(r'TEST CASE:\s+(.*)', before_error)
        return names[-1] if names else f'a crash ({result.returncode})'
    except subprocess.TimeoutExpired:
        return f'the clock: no end after {TIMEOUT_S} s'
    finally:
        shutil.rmtree(place)


def main() -> int:
    """Try every chosen rule; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--jobs', type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument('--only', default='', help='rules whose name holds these words')
    options = parser.parse_args()
    if [rule for rule in RULES if not fits(rule)]:
        return 2
    chosen = [rule for rule in RULES if options.only in rule.name]
    tree = prepare()
    try:
        with ThreadPoolExecutor(options.jobs) as pool:
            survivors = 0
            for rule, by in zip(chosen, pool.map(lambda rule: killer(rule, tree), chosen), strict=True):
                survivors += not by
                print(f"{rule.name:<52} {'SURVIVED' if not by else 'killed by: ' + by}", flush=True)
    finally:
        shutil.rmtree(tree)
    print(f'{len(chosen) - survivors} of {len(chosen)} rules are missed when they are gone')
    return 1 if survivors else 0


if __name__ == '__main__':
    sys.exit(main())
