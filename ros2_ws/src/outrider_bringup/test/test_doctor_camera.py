"""What the doctor says of the camera: on a machine without one, on a wrong USB port, and of fakes as real processes."""

import pytest

from outrider_bringup.doctor import camera


@pytest.fixture
def run(tmp_path, monkeypatch):
    folder = tmp_path / 'run'
    folder.mkdir()
    monkeypatch.setenv('OUTRIDER_RUN', str(folder))
    return folder


@pytest.fixture
def fake(run, spawn):
    def start(*options):
        process = spawn('--feed', run / 'camera_feed', '--size', '160x96', *options,
                        module='outrider_sim.devices.fake_camera')
        process.says('fake camera on')
        return process
    return start


def usb(folder, *, name='Intel(R) RealSense(TM) Depth Camera 455', product='0b5c', vendor='8086', speed='5000'):
    """A device as sysfs shows it."""
    place = folder / '2-1'
    place.mkdir(parents=True)
    for file, text in (('idVendor', vendor), ('idProduct', product), ('product', name), ('speed', speed)):
        (place / file).write_text(text + '\n')
    return folder


def test_library_is_there_and_named():
    assert camera.library().status == 'ok'
    assert camera.library().seen.startswith('librealsense 2.')


def test_missing_library_is_a_failure_with_the_deed(monkeypatch):
    monkeypatch.setattr(camera.importlib.util, 'find_spec', lambda name: None)
    result = camera.library()
    assert (result.status, result.action) == ('fail', 'tools/setup')


def test_no_camera_is_a_calm_warning(run, tmp_path):
    for result in (camera.plugged(tmp_path), camera.streams()):
        assert result.status == 'warn'
        assert result.action.startswith('./outrider up bicycle --sim')
    assert camera.udev_rule((), tmp_path).status == 'ok'


def test_camera_on_usb_is_named_with_its_speed(run, tmp_path):
    result = camera.plugged(usb(tmp_path / 'usb'))
    assert (result.status, result.seen) == ('ok', 'Intel(R) RealSense(TM) Depth Camera 455 at 5000 Mbit/s')


def test_usb_2_is_told_with_the_way_out(run, tmp_path):
    result = camera.plugged(usb(tmp_path / 'usb', speed='480'))
    assert result.status == 'warn'
    assert 'at 480 Mbit/s, which is USB 2' in result.seen
    assert 'the cable that came with it' in result.action


def test_other_devices_are_no_camera(run, tmp_path):
    assert camera.plugged(usb(tmp_path / 'usb', vendor='1d6b', name='xHCI', product='0003')).status == 'warn'


def test_missing_rule_is_told_where_there_is_a_camera(tmp_path):
    devices, rules = usb(tmp_path / 'usb'), tmp_path / 'rules.d'
    rules.mkdir()
    result = camera.udev_rule((rules,), devices)
    assert result.status == 'warn'
    assert '99-realsense-libusb.rules' in result.action
    (rules / '99-realsense-libusb.rules').write_text('')
    assert camera.udev_rule((rules,), devices).status == 'ok'


def test_free_camera_is_opened_looked_through_and_left(fake):
    fake()
    assert camera.plugged().seen.startswith('simulated, ')
    result = camera.streams()
    assert result.status == 'ok', result
    assert 'streams colour 160x96 at 30/s' in result.seen
    assert 'gyro' in result.seen


@pytest.mark.parametrize(('option', 'words'), [(('--no-imu',), 'no IMU'), (('--usb', '2.1'), 'on USB 2.1')])
def test_degraded_camera_is_a_warning_with_its_sentence(fake, option, words):
    fake(*option)
    result = camera.streams()
    assert result.status == 'warn', result
    assert words in result.seen


def test_frozen_camera_is_a_failure(fake, tmp_path):
    control = tmp_path / 'control'
    fake('--control', control)
    with control.open('w') as fifo:
        fifo.write('freeze 100 all\n')
    result = camera.streams()
    assert result.status == 'fail', result
    assert 'gives no image' in result.seen


def test_feed_of_a_killed_fake_is_no_camera(fake, tmp_path):
    fake().kill()
    assert camera.plugged(tmp_path).status == 'warn'


def test_running_driver_is_asked(fake, run, spawn):
    fake()
    node = spawn('--ros-args', '-p', f'source:=feed:{run}/camera_feed', module='outrider_sensors.camera.node')
    node.says('streams colour')
    result = camera.streams()
    assert result.status == 'ok', result
    assert 'colour 3' in result.seen or 'colour 2' in result.seen
