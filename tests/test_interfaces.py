"""The words: every field says its unit, and the underlay's types are the public ones."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
INTERFACES = ROOT / 'ros2_ws/src/outrider_interfaces'
UNDERLAY = ROOT / 'tools/underlay'


@pytest.mark.parametrize('path', sorted(INTERFACES.glob('*/*.[ms][sr][gv]')), ids=lambda path: path.name)
def test_every_field_has_its_meaning_or_unit_in_a_comment(path):
    lines = path.read_text().splitlines()
    assert lines[0].startswith('# '), 'a message begins with what it is'
    bare = [line for line in lines
            if line and not line.startswith(('#', '---')) and '=' not in line and '#' not in line]
    # A field whose type is a message or array of messages of ours explains itself.
    assert [line for line in bare if not line.startswith('outrider_interfaces/')] == []


def test_every_message_on_disk_is_built_and_every_number_constant_is_unique_within_its_message():
    import outrider_interfaces.msg
    import outrider_interfaces.srv

    for path in INTERFACES.glob('*/*.msg'):
        assert hasattr(outrider_interfaces.msg, path.stem)
        constants = [line.split()[1].split('=') for line in path.read_text().splitlines() if '=' in line.split('#')[0]]
        by_group: dict[str, list[str]] = {}
        for name, value in constants:
            by_group.setdefault(name.split('_')[0], []).append(value)
        assert all(len(values) == len(set(values)) for values in by_group.values()), path.name
    for path in INTERFACES.glob('*/*.srv'):
        assert hasattr(outrider_interfaces.srv, path.stem)


def test_the_underlay_carries_the_public_type_hash_so_that_others_hear_us(ros):
    from tf2_msgs.msg import TFMessage

    from outrider_node import qos

    publisher = ros.node.create_publisher(TFMessage, '/tf_static', qos.STATE)
    infos = ros.until(lambda: ros.node.get_publishers_info_by_topic('/tf_static'), 'the publisher')
    assert publisher is not None
    if not hasattr(infos[0], 'topic_type_hash'):
        return  # Humble has no type hashes
    digest = bytes(infos[0].topic_type_hash.value).hex()
    assert digest.startswith('e369d0f0')
    assert digest.endswith('d020f087')


def test_every_package_names_its_licence_and_no_pip_package_as_a_rosdep_key():
    import xml.etree.ElementTree as ElementTree

    manifests = [*ROOT.glob('ros2_ws/src/*/package.xml'), *UNDERLAY.glob('*/package.xml')]
    assert len(manifests) >= 8
    for manifest in manifests:
        package = ElementTree.parse(manifest).getroot()
        assert package.findtext('license') == 'Apache-2.0'
        keys = {child.text for child in package if child.tag.endswith('depend')}
        assert not keys & {'rerun-sdk', 'mcap', 'pyserial', 'numpy', 'ultralytics', 'pyvesc'}
