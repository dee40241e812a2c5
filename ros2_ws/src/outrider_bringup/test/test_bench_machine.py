"""A figure says on what it was measured."""

import subprocess

import pytest

from outrider_bringup.bench import machine
from outrider_bringup.bench.fresh import clean_environment
from outrider_bringup.paths import checkout


def test_the_processor_is_named():
    assert machine.cpu_model('processor : 0\nmodel name\t: Intel(R)  Xeon(R) CPU @ 2.20GHz\n') \
        == 'Intel(R) Xeon(R) CPU @ 2.20GHz'


def test_a_processor_without_a_name_is_its_architecture():
    assert machine.cpu_model('processor : 0\nCPU part : 0xd42\n')


def test_a_file_name_is_made_of_processor_and_cores():
    assert machine.slug({'cpu': 'Intel(R) Xeon(R) CPU @ 2.20GHz', 'cores': 2}) == 'intel-xeon-2'


def test_the_machine_is_described_in_full():
    assert all(machine.describe()[key] for key in ('cpu', 'cores', 'memory_gb', 'kernel', 'python', 'ros'))


@pytest.mark.parametrize(('after', 'percent'), [('cpu 10 0 0 90 0 0 0 0', 10.0), ('cpu 0 0 0 60 40 0 0 0', 0.0),
                                                ('cpu 50 0 25 25 0 0 0 0', 75.0), ('cpu 0 0 0 0 0 0 0 0', 0.0)])
def test_busy_is_what_is_neither_idle_nor_waiting_for_a_disk(after, percent):
    assert machine.busy('cpu 0 0 0 0 0 0 0 0 0 0\ncpu0 ...', after + ' 0 0\n') == pytest.approx(percent)


def test_busy_now_is_a_share():
    assert 0.0 <= machine.busy_now(sleep=lambda seconds: None) <= 100.0


def test_the_version_is_the_commits_and_unknown_outside_git(tmp_path):
    head = subprocess.run(['git', '-C', str(checkout()), 'describe', '--always', '--tags'], capture_output=True,
                          text=True, check=True).stdout.strip()
    assert machine.version(checkout()).startswith(head)
    assert machine.version(tmp_path) == 'unknown'


def test_a_fresh_clone_sees_nothing_of_this_environment():
    root = checkout()
    clean = clean_environment({'PATH': f'{root}/.venv/bin:/usr/bin:/bin', 'HOME': '/home/a', 'PYTHONPATH': str(root),
                               'OUTRIDER_ROOT': str(root), 'ROS_DISTRO': 'kilted', 'LD_LIBRARY_PATH': '/x'})
    assert clean == {'PATH': '/usr/bin:/bin', 'HOME': '/home/a'}
