"""Launch files: golden command lines, scopes, conditions, and every refusal with file and line."""

import sys
from pathlib import Path

import pytest

from outrider_bringup.launchfile import LaunchFileError, load


@pytest.fixture
def environment(tmp_path):
    """A workspace with one package, `demo`, and its executables `talker` and `recorder`."""
    prefix = tmp_path / 'install'
    index = prefix / 'share/ament_index/resource_index/packages'
    index.mkdir(parents=True)
    (index / 'demo').touch()
    (prefix / 'lib/demo').mkdir(parents=True)
    for name in ('talker', 'recorder'):
        program = prefix / 'lib/demo' / name
        program.touch()
        program.chmod(0o755)
    return {'AMENT_PREFIX_PATH': str(prefix), 'HOME': '/home/rider'}


@pytest.fixture
def write(tmp_path):
    def written(text, name='a.launch.yaml'):
        path = tmp_path / name
        path.write_text(text)
        return path

    return written


@pytest.fixture
def play(write, environment):
    """Load a launch file given as the text below `launch:`."""
    return lambda text, **arguments: load(write(f'launch:\n{text}'), arguments, environment)


def argv(plan, number=0):
    command = plan.processes[number].command
    return [Path(command[0]).name, *command[1:]]


def test_a_node_gets_the_command_line_that_ros2_launch_makes(play, tmp_path):
    rig = tmp_path / 'rig.yaml'
    rig.touch()
    plan = play(f"""
- node:
    pkg: demo
    exec: talker
    name: radar
    namespace: bike
    args: --speed 3 "two words" $(env HOME)/x$(env NONE -y) 'a'b
    output: screen
    respawn: true
    respawn_delay: 0.5
    remap:
    - {{from: chatter, to: /talk}}
    - {{from: a, to: b}}
    param:
    - {{name: rate_hz, value: 20.0}}
    - from: {rig}
    - {{name: port, value: $(env HOME)/tty}}
    - {{name: count, value: $(eval '2 * 3')}}
    - {{name: text, value: "5"}}
    - {{name: switch, value: true}}
    - {{name: list, value: [1, 2]}}
    - {{name: nothing, value: $(env NONE "")}}
""")
    assert argv(plan) == [
        'talker', '--speed', '3', 'two words', '/home/rider/x-y', 'ab',
        '--ros-args', '-r', '__node:=radar', '-r', '__ns:=/bike', '--params-file', str(rig),
        '-p', 'rate_hz:=20.0', '-p', 'port:=/home/rider/tty', '-p', 'count:=6', '-p', "text:='5'", '-p', 'switch:=true',
        '-p', 'list:=[1, 2]', '-p', "nothing:=''", '-r', 'chatter:=/talk', '-r', 'a:=b']
    spec = plan.processes[0]
    assert (spec.name, spec.node, spec.executable) == ('radar', '/bike/radar', 'talker')
    assert (spec.respawn, spec.respawn_delay_s, spec.output) == (True, 0.5, 'screen')
    assert spec.params_files == (str(rig),)
    assert spec.where.endswith('a.launch.yaml:3')


def test_a_bare_node_and_a_bare_executable(play):
    plan = play("""
- node: {pkg: demo, exec: talker}
- node: {pkg: demo, exec: talker}
- executable: {cmd: 'sleep 5 $(dirname)/x', cwd: /tmp}
""")
    assert argv(plan) == ['talker', '--ros-args']
    assert [spec.name for spec in plan.processes] == ['talker', 'talker-2', 'sleep']
    assert plan.processes[0].node is None
    assert plan.processes[2].command[0:2] == ('sleep', '5')
    assert plan.processes[2].command[2].endswith('/x')
    assert plan.processes[2].cwd == '/tmp'


@pytest.mark.parametrize(('cmd', 'words'), [
    ('a $(var v)', ['a', 'x y']),
    ('a $(var v)b', ['a', 'x yb']),
    ('a$(var v) b', ['ax y', 'b']),
    ('$(var v)$(var v)', ['x yx y']),
    ('$(var v) $(var v)', ['x y', 'x y']),
    ('a=$(var v)c d', ['a=x yc', 'd']),
    ('a $(var empty) b', ['a', '', 'b']),
    ("a 'b c'$(var v)", ['a', 'b cx y']),
    (r'a \$x', ['a', '$x']),
])
def test_what_a_substitution_gives_is_never_split(play, cmd, words):
    plan = play(f"""
- let: {{name: v, value: x y}}
- let: {{name: empty, value: ""}}
- executable:
    cmd: |-
      {cmd}
""")
    assert list(plan.processes[0].command) == words


@pytest.mark.parametrize(('text', 'value'), [
    ('plain', 'plain'),
    ('$(var one)', 'ONE'),
    ('a$(var one)b$(var two)c', 'aONEbTWOc'),
    ('$(var $(var three))', 'ONE'),
    ('$(env MISSING $(var one))', 'ONE'),
    ('$(env MISSING $(var one)/$(var two))', 'ONE/TWO'),
    ('$(env MISSING "a $(var one) b")', 'a ONE b'),
    ("$(env MISSING 'a) \"b\"')", 'a) "b"'),
    ('$(env HOME)', '/home/rider'),
    (r'\$(var one) \\ \'', r'$(var one) \ ' + "'"),
    ('"quoted" and \'so\'', '"quoted" and \'so\''),
    ('$(not true)', 'false'),
    ('$(and true False)', 'false'),
    ('$(or $(not true) TRUE)', 'true'),
    ('$(eval "1 + 2 * 3")', '7'),
    ("$(eval '\"$(var one)\" == \"ONE\" and 2 < 3 <= 3')", 'True'),
    ('$(eval "\'x\' if \'$(var one)\' in [\'ONE\'] else \'y\'")', 'x'),
    ('$(eval -7//2)', '-4'),
    ('$(find-pkg-share demo)/config', '/install/share/demo/config'),
])
def test_substitutions(play, text, value):
    plan = play(f"""
- arg: {{name: one, default: ONE}}
- arg: {{name: two, default: TWO}}
- arg: {{name: three, default: one}}
- arg:
    name: seen
    default: |-
      {text}
""")
    assert plan.arguments['seen'].endswith(value) if 'find-pkg' in text else plan.arguments['seen'] == value


def test_arguments_given_from_outside_win_over_defaults_and_not_over_let(play):
    text = """
- arg: {name: a, default: own}
- let: {name: b, value: $(var a)}
- arg: {name: b, default: never}
"""
    assert play(text).arguments == {'a': 'own', 'b': 'own'}
    assert play(text, a='given').arguments == {'a': 'given', 'b': 'given'}


def test_groups_are_scopes_for_values_environment_and_namespaces(play):
    plan = play("""
- let: {name: v, value: outer}
- group:
  - push_ros_namespace: {namespace: left}
  - let: {name: v, value: inner}
  - set_env: {name: MODE, value: $(var v)}
  - group:
      children:
      - push_ros_namespace: {namespace: deep}
      - node: {pkg: demo, exec: talker, name: a, namespace: own}
  - node: {pkg: demo, exec: talker, name: b, args: $(var v) $(env MODE)}
  - node: {pkg: demo, exec: talker, name: c, namespace: /alone}
- group:
    scoped: false
    children:
    - let: {name: w, value: kept}
- node: {pkg: demo, exec: talker, name: d, args: $(var v) $(var w)}
""")
    assert [spec.node for spec in plan.processes] == ['/left/deep/own/a', '/left/b', '/alone/c', '/d']
    assert argv(plan, 1)[1:3] == ['inner', 'inner']
    assert argv(plan, 3)[1:3] == ['outer', 'kept']
    assert [dict(spec.env) for spec in plan.processes] == [{'MODE': 'inner'}] * 3 + [{}]


def test_an_include_sees_and_sets_the_values_of_its_includer_unless_a_group_holds_it(play, write):
    write("""
launch:
- arg: {name: port}
- arg: {name: baud, default: "9600"}
- let: {name: leaked, value: $(var port)}
- node: {pkg: demo, exec: talker, name: inner, args: $(dirname) $(var port) $(var baud) $(var outer)}
""", 'inner.launch.yaml')
    plan = play("""
- let: {name: outer, value: seen}
- group:
  - include:
      file: $(dirname)/inner.launch.yaml
      arg:
      - {name: port, value: first}
- let: {name: leaked, value: none, unless: "false"}
- include:
    file: $(dirname)/inner.launch.yaml
    arg:
    - {name: port, value: second}
- node: {pkg: demo, exec: talker, name: outer, args: $(var leaked)}
""")
    assert argv(plan, 0)[2:5] == ['first', '9600', 'seen']
    assert argv(plan, 1)[2] == 'second'
    assert argv(plan, 2)[1] == 'second'


@pytest.mark.parametrize(('condition', 'held'), [
    ('if: "true"', True), ('if: "1"', True), ('if: "False"', False), ('if: "0"', False),
    ('unless: "true"', False), ('unless: $(not $(var on))', True), ('if: $(var on)', True),
    ("if: $(eval \"'$(var on)' == 'true'\")", True),
])
def test_conditions(play, condition, held):
    plan = play(f"""
- arg: {{name: 'on', default: "true"}}
- node:
    pkg: demo
    exec: talker
    name: maybe
    {condition}
""")
    assert len(plan.processes) == held
    assert plan.nodes == {'maybe'}


def test_nodes_behind_a_condition_that_does_not_hold_are_known_but_need_not_exist(play):
    plan = play("""
- group:
    if: "false"
    children:
    - arg: {name: late, default: x}
    - node: {pkg: nowhere, exec: nothing, name: later}
""", late='y')
    assert plan.processes == ()
    assert plan.nodes == {'later'}


@pytest.mark.parametrize(('text', 'line', 'says'), [
    ('- lifecycle_node: {pkg: demo}', 2, "unknown tag 'lifecycle_node'"),
    ('- nod: {pkg: demo, exec: talker}', 2, "unknown tag 'nod'. Did you mean 'node'?"),
    ('- node: {pkg: demo, exec: talker,\n    respawn_max_retries: 3}', 3,
     "unknown key 'respawn_max_retries' in 'node'. Did you mean 'respawn_delay'?"),
    ('- node: {pkg: demo}', 2, "'node' has no 'exec'"),
    ('- node: {pkg: demo, exec: taker}', 2, "package 'demo' has no executable 'taker'. Did you mean 'talker'?"),
    ('- node: {pkg: dem, exec: talker}', 2, "package 'dem' was not found in AMENT_PREFIX_PATH. Did you mean 'demo'?"),
    ('- node: {pkg: demo, exec: talker, name: 2x}', 2, "node name '2x'"),
    ('- node: {pkg: demo, exec: talker, namespace: a-b}', 2, "namespace '/a-b'"),
    ('- node: {pkg: demo, exec: talker, output: scren}', 2, "'output' is 'scren'. Did you mean 'screen'?"),
    ('- node: {pkg: demo, exec: talker, respawn: 1}', 2, 'expected true or false'),
    ('- node: {pkg: demo, exec: talker, respawn_delay: 1}', 2, 'is a whole number (1), expected a number'),
    ('- node: {pkg: demo, exec: talker, respawn_delay: -1.0}', 2, 'expected seconds of 0.0 or more'),
    ('- node: {pkg: demo, exec: talker, param: {a: 1}}', 2, "'param' of 'node' is a mapping, expected a list"),
    ('- node: {pkg: demo, exec: talker, param: [{name: a, value: null}]}', 2, "'value' of 'param' holds nothing"),
    ('- node: {pkg: demo, exec: talker, param: [{name: a, value: [1, 2.0]}]}', 2, 'mixes types'),
    ('- node: {pkg: demo, exec: talker, param: [{from: /no/such.yaml}]}', 2, 'parameter file /no/such.yaml'),
    ('- node: {pkg: demo, exec: talker, param: [{from: x, name: y}]}', 2, "either 'from', or 'name' and 'value'"),
    ('- node: {pkg: demo, exec: talker,\n   param: [{name: a, value: 1},\n   {name: a, value: 2}]}', 4, 'given twice'),
    ('- arg: {name: a, default: true}', 2,
     "'default' of 'arg' is true or false (true), expected a text. Put it in quotes: \"true\"."),
    ('- arg: {name: a, default: 5}', 2, 'Put it in quotes: "5".'),
    ('- arg: {name: a, default: yes}', 2, 'Put it in quotes: "yes".'),
    ('- arg: {name: need, description: which port}', 2,
     "argument 'need' (which port) has no default; give need:=VALUE"),
    ('- arg: {name: a, if: true, default: b}', 2, "'if' of 'arg' is true or false (true)"),
    ('- let: {name: a, value: b, if: maybe}', 2, "a condition is 'maybe', expected true, false, 1 or 0"),
    ('- let: {name: a, value: b, if: "1", unless: "1"}', 2, "has 'if' and 'unless'"),
    ('- let: {name: a, name: b, value: c}', 2, "'name' stands here twice"),
    ('- let: {name: abc, value: b}\n- let: {name: x, value: $(var abd)}', 3,
     "'$(var abd)' is not set. Did you mean 'abc'?"),
    ('- let: {name: a, value: $(equals a b)}', 2, "unknown substitution '$(equals ...)'. Did you mean 'eval'?"),
    ('- let: {name: a, value: $(anon x)}', 2, "unknown substitution '$(anon ...)'"),
    ('- let: {name: a, value: $(not maybe)}', 2, "'maybe' stands where true or false is expected"),
    ('- let: {name: a, value: $(env NO_SUCH)}', 2, "environment variable 'NO_SUCH' is not set"),
    ('- let: {name: a, value: $(and true)}', 2, "'$(and ...)' has 1 arguments, expected 2"),
    ('- let: {name: a, value: $(env a  b)}', 2, 'an empty argument'),
    ('- let: {name: a, value: "$(env a"}', 2, "no ')' for '$(env a'"),
    ('- let: {name: a, value: "5 $ a day"}', 2, "a lone '$'"),
    ('- let: {name: a, value: "$()"}', 2, 'no name after $('),
    ('- let: {name: a, value: "$(eval __import__)"}', 2, "'__import__' is not allowed"),
    ('- let: {name: a, value: "$(eval \'().__class__\')"}', 2, 'is not allowed'),
    ('- let: {name: a, value: "$(eval 9**9)"}', 2, 'is not allowed'),
    ('- let: {name: a, value: "$(eval 1/0)"}', 2, 'division by zero'),
    ('- let: {name: a, value: "$(eval \'\\"a\\" * 9\')"}', 2, 'only numbers can be used so'),
    ('- let: {name: a, value: "$(eval 1+)"}', 2, "'1+' is no expression"),
    ('- executable: {cmd: ""}', 2, "'cmd' is empty"),
    ('- executable: {cmd: "a \\"$(dirname)\\""}', 2, 'quotes cannot hold a substitution'),
    ('- include: {file: $(dirname)/none.yaml}', 2, 'none.yaml was not found'),
    ('- include: {file: $(dirname)/a.launch.yaml}', 2, 'does a.launch.yaml include itself?'),
    ('- group: {if: "true"}', 2, "'group' is a mapping, expected a list of actions"),
    ('- group: {scoped: "no", children: []}', 2, "'scoped' is 'no'"),
    ('- push_ros_namespace: left', 2, "'push_ros_namespace' is a text (left), expected a mapping"),
    ('- node: {pkg: demo, exec: talker}\n  let: {name: a, value: b}', 2, 'an action is one tag with its keys, seen 2'),
    ('- just text', 2, 'an action is one tag'),
    ('- let: {name: a, value: [', 2, 'no YAML'),
    ('- let: {[a]: b}', 2, 'a key is a list'),
])
def test_refusals_name_file_and_line(play, text, line, says):
    with pytest.raises(LaunchFileError) as refused:
        play(text)
    sentence = str(refused.value)
    assert says in sentence
    assert f'a.launch.yaml:{line}: ' in sentence
    assert '\n' not in sentence


def test_an_argument_that_no_file_declares_is_refused(play):
    with pytest.raises(LaunchFileError, match="unknown argument 'simm'. Did you mean 'sim'?"):
        play('- arg: {name: sim, default: "false"}', simm='true')


@pytest.mark.parametrize(('text', 'says'), [
    ('', "the one key 'launch'"), ('[]', "the one key 'launch'"), ('other: []', 'seen other'),
    ('launch: []\nmore: 1', 'seen launch, more'), ('launch: &a [*a]', 'an action is one tag'),
    ('launch: 5', 'expected a list of actions'), ('\x00', 'no YAML'),
    ('launch: &a [{group: *a}]', 'nested deeper'),
])
def test_files_that_are_no_launch_files(write, environment, text, says):
    with pytest.raises(LaunchFileError) as refused:
        load(write(text), {}, environment)
    assert says in str(refused.value)


def test_a_missing_file_is_one_sentence(tmp_path, environment):
    with pytest.raises(LaunchFileError, match='none.yaml: No such file or directory; expected a launch file'):
        load(tmp_path / 'none.yaml', {}, environment)


def test_nothing_but_this_package_and_yaml_is_needed_to_read_a_launch_file(spawn):
    process = spawn(sys.executable, '-c', 'import sys, outrider_bringup.launchfile; '
                                          'sys.exit(any(n in sys.modules for n in ("rclpy", "numpy", "launch")))')
    assert process.wait() == 0
