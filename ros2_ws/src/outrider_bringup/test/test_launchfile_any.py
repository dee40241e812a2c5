"""Whatever stands in a launch file: a plan or one sentence, never a traceback; texts survive their way through."""

import contextlib

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from outrider_bringup.launchfile import LaunchFileError, expression, load
from outrider_bringup.launchfile.command import ros_arguments
from outrider_bringup.launchfile.text import TextError, parse

_words = st.sampled_from(['launch', 'node', 'arg', 'let', 'group', 'include', 'set_env', 'executable', 'name', 'value',
                          'pkg', 'exec', 'cmd', 'default', 'if', 'unless', 'param', 'from', 'children', 'file',
                          '$(var a)', '$(env B c)', '$(eval "1 < 2")', '$(', ')', "'", '\\', 'true', '1.5', 'a'])
_values = st.recursive(_words | st.booleans() | st.integers() | st.none() | st.floats(),
                       lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_words, inner, max_size=4),
                       max_leaves=25)


@settings(max_examples=300, deadline=None)
@given(actions=st.lists(st.dictionaries(_words, _values, max_size=2), max_size=4))
def test_any_tree_gives_a_plan_or_one_sentence(tmp_path_factory, actions):
    path = tmp_path_factory.getbasetemp() / 'any.launch.yaml'
    path.write_text(yaml.safe_dump({'launch': actions}))
    said = f'{path} plan'
    try:
        load(path, {}, {})
    except LaunchFileError as error:
        said = str(error)
    assert '\n' not in said
    assert str(path) in said


@settings(max_examples=500, deadline=None)
@given(text=st.text('ab $()\'"\\{}', max_size=30))
def test_any_text_is_parsed_or_refused(text):
    with contextlib.suppress(TextError):
        parse(text)


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=40))
def test_escaped_text_comes_back_as_it_was(text):
    escaped = ''.join('\\' + char if char in '\\$' else char for char in text)
    assert ''.join(parse(escaped)) == text


@settings(max_examples=500, deadline=None)
@given(text=st.text('0123456789+-*/%<>=!()[]\'"abor tnd,.', max_size=40))
def test_any_expression_gives_a_text_or_a_refusal(text):
    with contextlib.suppress(expression.ExpressionError):
        assert isinstance(expression.evaluate(text), str)


_scalars = st.booleans() | st.integers(-2**60, 2**60) | st.floats(allow_nan=False) | st.text(max_size=30)


@settings(max_examples=300, deadline=None)
@given(value=_scalars | st.lists(st.text(max_size=10), max_size=4) | st.lists(st.integers(), max_size=4))
def test_a_parameter_reads_back_as_the_same_value_of_the_same_type(value):
    line = ros_arguments('n', '', [], [('p', value)], [])
    name, _, written = line[line.index('-p') + 1].partition(':=')
    assert name == 'p'
    assert '\n' not in written
    back = yaml.safe_load(written)
    assert back == value
    assert type(back) is type(value)
