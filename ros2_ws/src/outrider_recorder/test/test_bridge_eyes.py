"""Pictures and depth: what is taken from a message, what a live view is spared, how a growing file is framed."""

import struct
import threading

import numpy as np
import pytest
from sensor_msgs.msg import CameraInfo, CompressedImage, Image

from outrider_recorder.bridge.eyes import IMAGE, INFO, JPEG, Eyes, depth_mm
from outrider_recorder.bridge.framing import FramingError, whole_messages
from outrider_recorder.bridge.live import WAITING, Live
from outrider_recorder.bridge.rows import Batch, Lens, Placed
from outrider_recorder.bridge.seen import ROAD_ALONE, Seen
from outrider_recorder.bridge.tail import Item

OPTICAL = 'camera_color_optical_frame'
COLOUR, DEPTH = f'world/{OPTICAL}/camera/color', f'world/{OPTICAL}/camera/depth'
JPEG_BYTES = b'\xff\xd8\xff\xe0 a picture'


def item(kind, topic, at_ns=0):
    return Item(topic, kind, '', 0, at_ns, at_ns, b'')


def depth(width=4, height=3, pad=0, encoding='16UC1', big=False):
    values = (np.arange(width * height) * 100).reshape(height, width).astype('>u2' if big else '<u2')
    rows = np.zeros((height, 2 * width + pad), np.uint8)
    rows[:, :2 * width] = values.view(np.uint8)
    message = Image(height=height, width=width, step=2 * width + pad, encoding=encoding, is_bigendian=int(big),
                    data=rows.tobytes())
    message.header.frame_id = OPTICAL
    return message, np.arange(width * height).reshape(height, width) * 100


def info(width=424, fx=212.0):
    message = CameraInfo(width=width, height=240, k=[fx, 0.0, 211.5, 0.0, 212.0, 119.5, 0.0, 0.0, 1.0])
    message.header.frame_id = OPTICAL
    return message


def jpeg(data):
    message = CompressedImage(format='jpeg', data=data)
    message.header.frame_id = OPTICAL
    return message


@pytest.mark.parametrize(('pad', 'big'), [(0, False), (6, False), (0, True)])
def test_depth_is_read_with_padded_rows_and_either_byte_order(pad, big):
    message, values = depth(pad=pad, big=big)
    read = depth_mm(message)
    assert read.dtype == np.dtype('<u2')
    assert np.array_equal(read, values)


def test_what_is_no_depth_or_shorter_than_it_says_is_not_drawn():
    cut, _ = depth()
    cut.data = cut.data[:-1]
    narrow, _ = depth()
    narrow.step = 7
    for message in (depth(encoding='rgb8')[0], depth(encoding='32FC1')[0], cut, narrow, Image(encoding='16UC1')):
        assert depth_mm(message) is None


def test_pictures_stand_in_the_frame_and_under_the_name_of_their_camera():
    batch, eyes = Batch(), Eyes()
    eyes.take(batch, item(JPEG, '/camera/color/compressed', 5), jpeg(JPEG_BYTES))
    eyes.take(batch, item(IMAGE, '/camera/depth/image', 6), depth()[0])
    assert bytes(batch.rows[COLOUR].columns['blob'][0]) == JPEG_BYTES
    assert batch.rows[COLOUR].columns['media_type'] == ['image/jpeg']
    assert (batch.rows[COLOUR].kind, batch.rows[COLOUR].times_ns) == ('picture', [5])
    assert (batch.rows[DEPTH].kind, batch.rows[DEPTH].times_ns) == ('depth', [6])


@pytest.mark.parametrize('data', [b'', b'\xff', b'GIF89a', bytes(100)])
def test_what_is_no_picture_is_left_out(data):
    batch = Batch()
    Eyes().take(batch, item(JPEG, '/camera/color/compressed'), jpeg(data))
    assert not batch


def test_a_lens_is_told_when_it_is_new_and_when_it_changes():
    batch, eyes = Batch(), Eyes()
    for message in (info(), info(), info(fx=0.0), info(fx=300.0), info(width=848, fx=300.0)):
        eyes.take(batch, item(INFO, '/camera/color/camera_info'), message)
    assert [(lens.path, lens.width, lens.k[0]) for lens in batch.lenses] == [
        (COLOUR, 424, 212.0), (COLOUR, 424, 300.0), (COLOUR, 848, 300.0)]


def test_the_live_view_gets_ten_pictures_and_five_depths_a_second():
    batch = Batch()
    for number in range(60):
        at_ns = number * 33_333_333
        batch.of(COLOUR, 'picture').add(at_ns, 1, blob=number, media_type='image/jpeg')
        batch.of(DEPTH, 'depth').add(at_ns, 1, depth_mm=number)
        batch.of('log', 'text').add(at_ns, 1, text='x', level='INFO')
    thinned = batch.thinned(100_000_000)
    assert [len(thinned.rows[path].times_ns) for path in (COLOUR, DEPTH, 'log')] == [20, 10, 60]
    assert thinned.rows[COLOUR].columns['blob'][-1] == 59  # the newest


def test_a_stalled_viewer_loses_pictures_but_never_the_lens_or_a_mount():
    held, taken = threading.Event(), []

    class Stalled:
        def send(self, batch):
            taken.append(batch)
            held.wait(10.0)

        def flush(self, timeout_s=0.0):
            pass

        def close(self):
            pass

    live = Live(Stalled)
    for number in range(3 * WAITING):
        batch = Batch(lenses=[Lens(str(number), (), 1, 1)], placed=[Placed(str(number), (0.0,) * 3, (0.0,) * 4)])
        batch.of(COLOUR, 'picture').add(number, 1, blob=number)
        live.send(batch)
    held.set()
    live.close()
    assert live.dropped >= WAITING
    assert len(taken) <= WAITING + 1
    everything = [str(number) for number in range(3 * WAITING)]
    assert [lens.path for batch in taken for lens in batch.lenses] == everything
    assert [placed.path for batch in taken for placed in batch.placed] == everything


def test_a_view_is_there_for_what_is_there():
    batch = Batch()
    assert Seen().also(batch) == Seen()
    batch.of('plots/points', 'scalar').add(0, 1, scalars=1.0)
    assert Seen().also(batch) == ROAD_ALONE
    for path, kind in ((COLOUR, 'picture'), (DEPTH, 'depth'), ('plots/motion/roll', 'scalar'),
                       ('plots/motion/speed', 'scalar'), ('map/here', 'geo_points'), ('drive/state', 'state')):
        batch.of(path, kind).add(0, 1)
    assert Seen().also(batch) == Seen(True, True, True, True, True, (COLOUR,), (DEPTH,))


def piece(*messages, end=True):
    body = b''.join(struct.pack('<QQ', 2, len(data)) + data for data in messages)
    return b'RRF2' + bytes(8) + body + (struct.pack('<QQ', 0, 5) + b'foot!tail' if end else b'')


def test_pieces_of_a_growing_file_have_one_head_and_no_footer():
    first, second = whole_messages(piece(b'one', b'two!'), first=True), whole_messages(piece(b'three'), first=False)
    assert bytes(first) + bytes(second) == piece(b'one', b'two!', b'three', end=False)
    assert bytes(whole_messages(piece(), first=False)) == b''


@pytest.mark.parametrize('data', [b'', b'RRF2' + bytes(8), b'RRF3' + piece(b'x')[4:], piece(b'one', end=False),
                                  piece(b'four')[:-20] + b'\xff' * 20])
def test_what_is_framed_otherwise_is_refused(data):
    with pytest.raises(FramingError, match='make setup'):
        whole_messages(data, first=True)
