"""What a course gives its processes."""

from outrider_bringup.faults.course import Course, Options, Variant


def test_nodes_whose_clock_is_faked_claim_no_priority_that_could_take_the_machine(tmp_path):
    faked, plain = (Course(Variant(faked_clock=faked), Options(), tmp_path, 200) for faked in (True, False))
    assert faked.environment['OUTRIDER_PRIORITY'] == 'default'
    assert plain.environment.get('OUTRIDER_PRIORITY') != 'default'
