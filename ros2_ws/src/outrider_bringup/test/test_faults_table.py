"""The faults are those that the project promises to show, and the samples cover them."""

from __future__ import annotations

from collections import Counter

import pytest

from outrider_bringup.faults import limits
from outrider_bringup.faults.campaign import EACH, EACH_OF_MANY, in_order, sample, whole
from outrider_bringup.faults.table import BY_NAME, FAULTS, MANY, SAMPLE

PROMISED = {
    'no fault: the whole course': ['none'],
    'dead-man released': ['release', 'release_button', 'jack_release', 'steer_release'],
    'pad lost': ['pad_lost', 'jack_pad_lost', 'steer_pad_lost'],
    'link stalled 0.1..5 s with backlog delivered at once': [f'pad_stall_{s}' for s in ('0.1', '0.3', '1', '5')],
    'js frozen while motion flows': ['buttons_frozen'],
    'each process SIGKILLed': [f'{node}_killed' for node in ('pilot', 'governor', 'motors', 'relays')],
    'each process SIGSTOPped and resumed': [
        f'{node}_stopped_{s}' for node in ('pilot', 'governor', 'motors', 'relays') for s in ('0.3', '1', '5')],
    'hung inside': [f'{node}_{point}_{s}' for node in ('motors', 'governor')
                    for point in ('executor', 'writer', 'reader', 'gil') for s in ('0.1', '0.3', '1')],
    'CPU starved': ['starved_2', 'starved_8'],
    'port unplugged, replugged under another name': ['port_unplugged'],
    'garbage': ['garbage'],
    'reader stalled then released': ['reader_stalled_0.3', 'reader_stalled_1'],
    'VESC fault': ['vesc_fault_port', 'vesc_fault_can'],
    'CAN cut': ['can_cut'],
    'clock stepped by an hour': [
        f'clock_{way}_{what}' for way in ('ahead', 'back') for what in ('release', 'pad_lost')],
    'second governor': ['second_governor'],
    'replay beside a running ramp': ['replay'],
    'host dead': ['hosts_killed', 'jack_hosts_killed', 'steer_hosts_killed'],
    'stands on a slope': ['release_slope'],
}


@pytest.mark.parametrize('promise', PROMISED)
def test_every_promised_fault_is_there(promise: str) -> None:
    assert not set(PROMISED[promise]) - BY_NAME.keys()


def test_names_are_unique_and_each_kind_has_one_purpose() -> None:
    assert len(BY_NAME) == len(FAULTS)
    promised = {name for names in PROMISED.values() for name in names}
    assert {fault.name for fault in FAULTS if fault.motion in ('drive', 'whole')} == {
        name for name in promised if not name.startswith(('jack_', 'steer_'))}


def test_the_promised_figures_are_the_limits() -> None:
    assert (limits.RELEASED.driving_p99_ms, limits.RELEASED.driving_ms) == (60, 100)
    assert limits.LINK_LOST.driving_ms == 60  # 260 ms from the last report, t0 is 200 ms after it
    assert limits.GOVERNOR_GONE.stopping_ms == 170
    assert limits.MOTORS_GONE.torque_ms == limits.HOST_GONE.torque_ms == 250
    assert limits.CAN_CUT.torque_ms == 200 + 20
    assert limits.MOTORS_FROZEN.late_frames == 1
    assert BY_NAME['starved_8'].limit_at('default').driving_ms == 250
    assert BY_NAME['starved_8'].limit_at('fifo').driving_ms == 100
    assert BY_NAME['starved_2'].limit_at('default').driving_ms == 100


def test_only_dead_or_unplugged_motors_may_creep() -> None:
    creeping = {fault.kind for fault in FAULTS if not fault.limit.holds and fault.motion == 'drive'}
    assert creeping == {'motors_killed', 'hosts_killed'}


def test_whatever_goes_on_after_a_freeze_is_held_to_its_driving_frames() -> None:
    for fault in FAULTS:
        if '_stopped_' in fault.name:
            assert fault.limit.late_frames == 1, fault.name
        elif fault.kind not in ('reader_stalled', *(f'{node}_{point}' for node in ('motors', 'governor')
                                                    for point in ('executor', 'writer', 'reader', 'gil'))):
            assert fault.limit.late_frames == 0, fault.name


def test_the_sample_of_ci_has_thirty_runs_of_most_kinds() -> None:
    assert len(SAMPLE) == len(set(SAMPLE)) == 30
    assert [fault.name for fault in sample(30, FAULTS)] == list(SAMPLE)
    missed = {fault.kind for fault in FAULTS} - {BY_NAME[name].kind for name in SAMPLE}
    assert missed <= {'buttons_frozen', 'clock_pad_lost', *(f'{node}_{point}' for node in ('motors', 'governor')
                                                             for point in ('executor', 'writer', 'reader', 'gil'))}


def test_more_runs_than_the_sample_go_through_all_and_begin_again() -> None:
    every = sample(len(FAULTS), FAULTS)
    assert {fault.name for fault in every} == BY_NAME.keys()
    assert sample(len(FAULTS) + 1, FAULTS)[-1].name == SAMPLE[0]
    two = [BY_NAME['garbage'], BY_NAME['replay']]
    assert [fault.name for fault in sample(3, two)] == ['garbage', 'replay', 'garbage']


def test_the_campaign_runs_each_fault_twenty_times_and_three_kinds_three_hundred() -> None:
    runs = Counter(fault.name for fault in whole())
    kinds = Counter(fault.kind for fault in whole())
    assert runs.keys() == BY_NAME.keys()
    assert min(runs.values()) >= EACH
    assert {'pad_stall', 'governor_killed', 'motors_stopped'} == MANY
    assert all(kinds[kind] >= EACH_OF_MANY for kind in MANY)


def test_faults_that_need_the_same_course_run_together() -> None:
    variants = [fault.variant for fault in in_order(sample(60, FAULTS))]
    changes = sum(before != after for before, after in zip(variants, variants[1:], strict=False))
    assert changes == len(set(variants)) - 1
