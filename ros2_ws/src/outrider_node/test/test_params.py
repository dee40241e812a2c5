import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outrider_node.errors import NodeError
from outrider_node.params import Param, refuse_unknown

SPEED = Param('speed_mps', 1.0, 'm/s', 'speed', 0.0, 3.0)
COUNT = Param('count', 3, '', 'how many', 1)
SWITCH = Param('live', False, '', 'serve')
NAMES = Param('exclude', ['/rosout'], '', 'topics left out')


@pytest.mark.parametrize('value', [math.nan, math.inf, -math.inf, -0.1, 3.1])
def test_a_number_outside_its_range_or_not_finite_is_refused(value):
    with pytest.raises(NodeError, match=r'expected 0.0 to 3.0 m/s'):
        SPEED.check(value)


@pytest.mark.parametrize(('param', 'value'), [
    (SPEED, True), (SPEED, '1'), (SPEED, None), (COUNT, 1.5), (COUNT, True), (SWITCH, 1), (SWITCH, 'true'),
    (NAMES, 'text'), (NAMES, [1, 2]), (COUNT, 0),
])
def test_a_value_of_another_type_is_refused(param, value):
    with pytest.raises(NodeError, match=param.name):
        param.check(value)


@pytest.mark.parametrize(('param', 'value', 'kept'), [
    (SPEED, 2, 2.0), (COUNT, 7, 7), (SWITCH, True, True), (NAMES, ['a', 'b', 'c'], ['a', 'b', 'c']), (NAMES, [], []),
])
def test_a_fitting_value_is_kept_as_the_declared_type(param, value, kept):
    assert param.check(value) == kept
    assert type(param.check(value)) is type(kept)


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.floats()), st.binary()))
def test_any_value_is_either_taken_as_declared_or_refused(value):
    for param in (SPEED, COUNT, SWITCH, NAMES):
        try:
            kept = param.check(value)
        except NodeError:
            continue
        assert isinstance(kept, type(param.default))


def test_an_unknown_key_names_the_nearest_or_all():
    with pytest.raises(NodeError, match=r"'seed_mps'. Did you mean 'speed_mps'"):
        refuse_unknown(['seed_mps'], ['speed_mps', 'count'])
    with pytest.raises(NodeError, match=r"'zzz'. Known: count, speed_mps"):
        refuse_unknown(['zzz'], ['speed_mps', 'count'])
    refuse_unknown(['use_sim_time', 'qos_overrides./x.reliability', 'count'], ['count'])


def test_descriptors_carry_unit_range_and_whether_they_may_change():
    assert SPEED.descriptor().description == 'speed [m/s]'
    assert SPEED.descriptor().read_only
    assert not Param('rate', 1.0, 'Hz', 'rate', live=True).descriptor().read_only
    assert COUNT.descriptor().integer_range[0].from_value == 1
    assert Param('a', 'x', '', 'b', choices=('x', 'y')).descriptor().additional_constraints == 'one of: x, y'
