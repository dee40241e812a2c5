"""Entry: refuses machines that cannot run Outrider before anything newer than Python 3.6 is parsed."""

import os
import sys

from . import machine


def main():
    """Run the set-up; return the exit code: 0 done, 1 a step broke, 2 cannot run here, 130 interrupted."""
    here = machine.observe(os.environ)
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
    sentence = machine.refusal(here) or machine.bad_folder(root)
    if not sentence and sys.version_info < (3, 8):
        sentence = machine.old_python(sys.version_info[:2])
    if sentence:
        sys.stderr.write(f'outrider: {sentence}\n')
        return 2
    from .main import run
    return run(here, root, sys.argv[1:])


if __name__ == '__main__':
    sys.exit(main())
