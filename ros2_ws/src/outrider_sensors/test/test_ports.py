"""Which ports are the radar's, whatever numbers the kernel gave them."""

import pytest

from outrider_sensors.radar import ports

XDS = 'usb-Texas_Instruments_XDS110__02.03.00.05__Embed_with_CMSIS-DAP_R00B1001-'


@pytest.fixture
def by_id(tmp_path):
    folder = tmp_path / 'by-id'
    folder.mkdir()
    return folder


def plug(by_id, *names):
    for name in names:
        (by_id / name).touch()


def test_xds110_ports_are_told_apart_by_interface(by_id):
    plug(by_id, XDS + 'if00', XDS + 'if03', 'usb-u-blox_GNSS-if00')
    assert ports.find('auto', 'auto', by_id) == (str(by_id / (XDS + 'if00')), str(by_id / (XDS + 'if03')))


def test_cp2105_ports_are_known_too(by_id):
    name = 'usb-Silicon_Labs_CP2105_Dual_USB_to_UART_Bridge_Controller_00A1B2C3-'
    plug(by_id, name + 'if00-port0', name + 'if01-port0')
    assert ports.find('auto', 'auto', by_id).data.endswith('if01-port0')


def test_paths_are_taken_as_they_are(tmp_path):
    cli, data = tmp_path / 'cli', tmp_path / 'data'
    cli.touch()
    data.touch()
    assert ports.find(str(cli), str(data), tmp_path / 'none') == (str(cli), str(data))


def test_one_named_and_one_found(by_id, tmp_path):
    plug(by_id, XDS + 'if00', XDS + 'if03')
    (tmp_path / 'data').touch()
    assert ports.find('auto', str(tmp_path / 'data'), by_id).data == str(tmp_path / 'data')


def test_missing_path_is_named(tmp_path):
    with pytest.raises(ports.PortsNotFoundError, match='no port /none/cli'):
        ports.find('/none/cli', '/none/data', tmp_path)


def test_no_radar_among_other_ports_is_told(by_id):
    plug(by_id, 'usb-u-blox_GNSS-if00', XDS + 'if00')
    with pytest.raises(ports.PortsNotFoundError, match='no TI radar among 2 serial ports'):
        ports.find('auto', 'auto', by_id)


def test_no_folder_at_all_is_told(tmp_path):
    with pytest.raises(ports.PortsNotFoundError, match='no TI radar among 0 serial ports'):
        ports.find('auto', 'auto', tmp_path / 'none')


def test_two_radars_are_not_chosen_between(by_id):
    plug(by_id, XDS + 'if00', XDS + 'if03', XDS.replace('1001', '2002') + 'if00', XDS.replace('1001', '2002') + 'if03')
    with pytest.raises(ports.PortsNotFoundError, match='2 radars'):
        ports.find('auto', 'auto', by_id)
