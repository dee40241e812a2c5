"""tools/allow_priority writes the one file that lets the drive's nodes run before others."""

import getpass
import os
import subprocess
from pathlib import Path

TOOL = Path(__file__).resolve().parent.parent / 'tools' / 'allow_priority'


def run(*words, **env):
    return subprocess.run([TOOL, *map(str, words)], env={**os.environ, **env}, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=20, check=False)


def rules(prefix):
    lines = (prefix / 'etc/security/limits.d/outrider.conf').read_text().splitlines()
    return [line for line in lines if not line.startswith('#')]


def test_the_three_limits_of_the_user_who_called_sudo_are_written(tmp_path):
    me = getpass.getuser()
    done = run('--prefix', tmp_path, SUDO_USER=me)
    assert done.returncode == 0, done.stderr
    assert rules(tmp_path) == [f'{me} - rtprio 20', f'{me} - nice -10', f'{me} - memlock unlimited']
    assert f'{me} may take SCHED_FIFO 20' in done.stdout


def test_it_may_be_run_again_and_for_another_user(tmp_path):
    assert run('--prefix', tmp_path).returncode == 0
    assert run('--prefix', tmp_path, '--user', 'nobody').returncode == 0
    assert rules(tmp_path)[0] == 'nobody - rtprio 20'
    assert len(os.listdir(tmp_path / 'etc/security/limits.d')) == 1


def test_what_cannot_be_is_one_sentence_and_writes_nothing(tmp_path):
    for words, says in ((('--user', 'no-such-user-here'), "there is no user 'no-such-user-here'"),
                        (('--usr', 'x'), "'--usr' is not known"), (('--user',), '--user stands without its word')):
        done = run('--prefix', tmp_path, *words)
        assert done.returncode == 2
        assert says in done.stderr
    assert os.listdir(tmp_path) == []
