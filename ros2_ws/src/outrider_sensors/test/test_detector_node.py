"""The detector node as a real process: JPEGs in, boxes under their stamps out; what it says of bad input."""

import io
import signal

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray
from PIL import Image as Pillow
from sensor_msgs.msg import CameraInfo, CompressedImage, Image
from std_srvs.srv import SetBool
from vision_msgs.msg import Detection2DArray, Detection3DArray
from visualization_msgs.msg import MarkerArray

from made_net import BLUE, GREY, RED, make, picture
from outrider_node import qos

NET_PX, SIZE = (64, 48), (128, 96)  # the picture is twice as large as the net's
FOCAL = 100.0
FRAME = 'camera_color_optical_frame'
CAR = (32, 32, 48, 48, RED)


def jpeg(shown):
    out = io.BytesIO()
    Pillow.fromarray(shown).save(out, 'JPEG', quality=95, subsampling=0)
    return out.getvalue()


class Bench:
    """The node, and a camera that the test plays."""

    def __init__(self, spawn, ros, tmp_path):
        self.spawn, self.ros, self.folder, self.stamp = spawn, ros, tmp_path, 100.0
        self.boxes = ros.collect(Detection2DArray, 'detections', qos.SENSOR)
        self.diagnostics = ros.collect(DiagnosticArray, '/diagnostics', qos.EVENT)
        made = ros.node.create_publisher
        self.pictures = made(CompressedImage, 'camera/color/compressed', qos.SENSOR)
        self.infos = made(CameraInfo, 'camera/color/camera_info', qos.SENSOR)
        self.depths = made(Image, 'camera/depth/image', qos.SENSOR)
        self.depth_infos = made(CameraInfo, 'camera/depth/camera_info', qos.SENSOR)

    def start(self, *parameters, **net):
        weights = make(self.folder / 'net.onnx', **{'size_px': NET_PX, **net})
        given = [f'weights:={weights}', 'max_fps:=100.0', *parameters]
        self.node = self.spawn('--ros-args', *(part for each in given for part in ('-p', each)),
                               module='outrider_sensors.detector.node')
        for publisher in (self.pictures, self.infos, self.depths, self.depth_infos):
            self.ros.matched(publisher)
        self.ros.until(lambda: self.ros.node.count_publishers('detections') and self.said(), 'the node')
        return self.node

    def header(self, message, later_s=0.1):
        self.stamp += later_s
        message.header.frame_id = FRAME
        message.header.stamp.sec, fraction = int(self.stamp), self.stamp % 1.0
        message.header.stamp.nanosec = round(fraction * 1e9)
        return message

    def info(self, publisher, size, focal):
        message = CameraInfo(width=size[0], height=size[1])
        message.k = [focal, 0.0, size[0] / 2, 0.0, focal, size[1] / 2, 0.0, 0.0, 1.0]
        publisher.publish(message)

    def show(self, data, later_s=0.1):
        message = self.header(CompressedImage(format='jpeg', data=data), later_s)
        self.pictures.publish(message)
        return message.header.stamp

    def see(self, *patches, ground=GREY):
        """Show pictures until one is answered; return the answer, and the stamp that was shown last."""
        before = len(self.boxes)
        data = jpeg(picture(SIZE, *patches, ground=ground))
        stamps = []

        def answered():
            stamps.append(self.show(data))
            self.ros.executor.spin_once(timeout_sec=0.1)
            return len(self.boxes) > before

        self.ros.until(answered, 'boxes')
        return self.boxes[-1], stamps

    def deep(self, mm, later_s=0.0, size=(64, 48)):
        self.info(self.depth_infos, size, FOCAL * size[0] / SIZE[0])
        whole = np.full((size[1], size[0]), mm, np.uint16)
        self.depths.publish(self.header(Image(width=size[0], height=size[1], encoding='16UC1', step=2 * size[0],
                                              data=whole.tobytes()), later_s))

    def said(self):
        return [(status.message, {pair.key: pair.value for pair in status.values})
                for array in self.diagnostics for status in array.status if status.name == 'outrider/detector']

    def until_said(self, state, words='', show=None):
        def heard():
            if show is not None:
                self.show(show)
            return next(((message, values) for message, values in self.said()[-1:] if values['state'] == state
                         and words in message), None)

        return self.ros.until(heard, f'a diagnosis that says {state} {words}')


@pytest.fixture
def bench(spawn, ros, tmp_path):
    return Bench(spawn, ros, tmp_path)


def edges(one):
    box = one.bbox
    u, v = box.center.position.x, box.center.position.y
    return [u - box.size_x / 2, v - box.size_y / 2, u + box.size_x / 2, v + box.size_y / 2]


def test_a_box_carries_the_stamp_and_frame_of_its_picture_and_its_pixels(bench):
    bench.start()
    said, stamps = bench.see(CAR, (80, 64, 96, 80, BLUE))
    assert said.header.frame_id == FRAME
    assert said.header.stamp in stamps
    kinds = {one.results[0].hypothesis.class_id: one for one in said.detections}
    assert set(kinds) == {'car', 'person'}
    assert edges(kinds['car']) == pytest.approx([32, 32, 48, 48])
    assert edges(kinds['person']) == pytest.approx([80, 64, 96, 80])
    assert all(one.header == said.header and one.id == '' for one in said.detections)
    assert kinds['car'].results[0].hypothesis.score > 0.9


def test_a_picture_without_anybody_gives_an_empty_array(bench):
    bench.start()
    said, _ = bench.see((0, 0, 128, 30, (40, 60, 90)))
    assert list(said.detections) == []


def test_places_come_from_depth_and_without_it_from_size_and_say_so(bench):
    bodies = bench.ros.collect(Detection3DArray, 'detections_3d', qos.SENSOR)
    shown = bench.ros.collect(MarkerArray, 'detections/markers', qos.VIEW)
    bench.start()
    bench.info(bench.infos, SIZE, FOCAL)
    bench.ros.until(lambda: bench.see(CAR) and bodies and shown, 'a place by size')
    body = bodies[-1].detections[0]
    assert body.id == 'size'
    # 16 px high at 100 px of focal length: 1.52 m are 9.5 m away; the box is 24 px to the left of the axis.
    place = body.results[0].pose.pose.position
    assert (place.x, place.y, place.z) == pytest.approx((-2.28, -0.76, 9.5), abs=0.01)
    assert body.results[0].pose.covariance[14] > 1.0
    assert bench.until_said('looking', 'distances come from sizes alone')

    def by_depth():
        bench.deep(8000)
        bench.see(CAR)
        return bodies[-1].detections[0].id == 'depth'

    bench.ros.until(by_depth, 'a place by depth')
    body = bodies[-1].detections[0]
    place = body.bbox.center.position
    assert (place.x, place.y, place.z) == pytest.approx((-1.92, -0.64, 8.0), abs=0.01)
    assert (body.bbox.size.x, body.bbox.size.y) == pytest.approx((1.28, 1.28), abs=0.01)
    assert body.results[0].pose.covariance[14] < 1.5
    assert bench.boxes[-1].detections[0].results[0].pose.pose.position.z == pytest.approx(8.0)
    assert {marker.header.frame_id for marker in shown[-1].markers} == {FRAME}

    def said_by_depth():
        by_depth()
        return next((each for each in bench.said() if each[1]['by depth'] == '1'), None)

    message, values = bench.ros.until(said_by_depth, 'a diagnosis with depth')
    assert message == 'detector: 1 body in the newest picture.'
    assert int(values['depth_age_ms']) <= 200


def test_a_depth_image_of_another_time_or_make_is_not_used(bench):
    bodies = bench.ros.collect(Detection3DArray, 'detections_3d', qos.SENSOR)
    bench.start()
    bench.info(bench.infos, SIZE, FOCAL)
    bench.deep(8000, later_s=-1.0)
    bench.stamp += 1.0
    bench.depths.publish(bench.header(Image(width=64, height=48, encoding='rgb8', step=192, data=bytes(192 * 48)), 0.0))
    bench.node.says('depth image is rgb8, expected 16UC1 in mm')
    bench.depths.publish(bench.header(Image(width=64, height=48, encoding='16UC1', step=128, data=bytes(9)), 0.0))
    bench.node.says('depth image holds 9 bytes, expected 48 rows of 128')
    bench.ros.until(lambda: bench.see(CAR) and bodies, 'a place')
    assert bodies[-1].detections[0].id == 'size'


def test_a_slow_look_takes_the_newest_picture_and_counts_what_it_dropped(bench):
    bench.start(size_px=(1920, 1440))  # takes a tenth of a second
    data, shown = jpeg(picture((1920, 1440), (480, 480, 520, 520, RED))), []

    def dropped():
        shown.append(bench.show(data, 0.02))
        bench.ros.executor.spin_once(timeout_sec=0.02)
        return any(int(values['dropped']) for _, values in bench.said())

    bench.ros.until(dropped, 'drops')
    bench.ros.until(lambda: any(each.header.stamp == shown[-1] for each in bench.boxes), 'the newest')
    stamps = [each.header.stamp.sec + each.header.stamp.nanosec * 1e-9 for each in bench.boxes]
    assert stamps == sorted(stamps)
    assert len(stamps) < len(shown)


def test_the_pace_is_kept_by_the_stamps(bench):
    bench.start('max_fps:=5.0')
    bench.see(CAR)
    bench.stamp += 10.0
    begin, data = bench.stamp, jpeg(picture(SIZE, CAR))

    def shown():
        return [round(each.header.stamp.sec + each.header.stamp.nanosec * 1e-9 - begin, 3) for each in bench.boxes
                if each.header.stamp.sec + each.header.stamp.nanosec * 1e-9 > begin + 1e-6]

    for step in range(12):  # 15/s for 0.8 s, each answered before the next
        bench.show(data, 1 / 15)
        bench.ros.until(lambda step=step: len(shown()) >= 1 + step // 3, 'its answer')
    assert shown() == pytest.approx([1 / 15, 4 / 15, 7 / 15, 10 / 15], abs=0.002)


def test_the_service_switches_it_off_and_on_and_off_is_silence(bench):
    bench.start()
    bench.see(CAR)
    ask = bench.ros.node.create_client(SetBool, 'detector/enable')
    bench.ros.until(ask.service_is_ready, 'the service')
    answer = ask.call_async(SetBool.Request(data=False))
    bench.ros.until(answer.done, 'an answer')
    assert answer.result().success
    data, before = jpeg(picture(SIZE, CAR)), len(bench.boxes)
    bench.until_said('off', 'switched off', show=data)
    assert len(bench.boxes) <= before + 1  # one may have been on its way
    bench.ros.until(ask.call_async(SetBool.Request(data=True)).done, 'an answer')
    bench.see(CAR)


def test_a_debug_picture_comes_only_while_somebody_looks(bench):
    bench.start()
    bench.see(CAR)
    debug = bench.ros.collect(CompressedImage, 'detections/debug', qos.VIEW)
    bench.ros.until(lambda: bench.see(CAR) and debug, 'a debug picture')
    shown = np.asarray(Pillow.open(io.BytesIO(bytes(debug[-1].data))))
    plain = picture(SIZE, CAR)
    height, width, _ = shown.shape
    assert (width, height) in {SIZE, NET_PX}
    assert np.abs(shown.astype(int) - np.asarray(Pillow.fromarray(plain).resize((width, height)))).max() > 60  # lines
    assert debug[-1].header.frame_id == FRAME


@pytest.mark.parametrize(('data', 'state', 'words'), [
    (jpeg(picture(SIZE, CAR))[:300], 'damaged', 'bytes are no whole JPEG or PNG'),
    (b'', 'damaged', '0 bytes are no whole JPEG or PNG'),
    (b'<html>no camera here</html>', 'damaged', 'are no whole JPEG or PNG'),
    (jpeg(picture((8, 400))), 'damaged', 'picture is 8x400, expected 16 to 8192 pixels each way'),
    (jpeg(picture(SIZE, ground=(0, 0, 0))), 'blind', 'the picture is black'),
    (jpeg(picture(SIZE, ground=(90, 88, 86))), 'blind', 'the picture shows no edge anywhere (brightness 88 of 255)'),
])
def test_a_picture_that_shows_nothing_is_stated_and_nothing_is_invented(bench, data, state, words):
    bench.start()
    message, _ = bench.until_said(state, words, show=data)
    assert message.endswith('.')
    assert bench.boxes == []
    said, _ = bench.see(CAR)
    assert [one.results[0].hypothesis.class_id for one in said.detections] == ['car']


def test_an_odd_size_and_a_change_of_size_are_looked_at(bench):
    bench.start()
    bench.see(CAR)
    for size in ((317, 201), (97, 121)):
        before, data = len(bench.boxes), jpeg(picture(size, (0, 0, *size, RED), (0, 0, 9, 9, BLUE)))
        bench.ros.until(lambda before=before, data=data: bench.show(data) and len(bench.boxes) > before
                        and bench.boxes[-1].detections, f'boxes in {size}')


def test_without_pictures_it_is_stale_and_silent(bench):
    bench.start()
    bench.until_said('stale', 'no picture for 1 s, expected camera/color/compressed')
    bench.see(CAR)
    bench.until_said('looking')
    count = len(bench.boxes)
    message, _ = bench.until_said('stale')
    assert message.startswith('detector: ')
    assert len(bench.boxes) == count


def test_its_figures_name_engine_weights_and_rates(bench):
    bench.start('simulated:=true')
    _, values = bench.until_said('looking', show=jpeg(picture(SIZE, CAR)))
    assert {values[key] for key in ('engine', 'weights', 'net', 'kinds')} == {
        'onnxruntime', 'net.onnx', '64x48', 'car bicycle person'}
    assert float(values['seen/s']) > 1.0
    assert 0.0 < float(values['looks/s']) <= float(values['seen/s'])
    assert float(values['look_ms']) > 0.0


@pytest.mark.parametrize(('parameters', 'says'), [
    (['weights:=/no/such.onnx'], 'detector: there is no /no/such.onnx. Put weights there or name them in the rig file'),
    (['kinds:=[persn]'], "detector: 'persn' is no class of ours. Did you mean 'person'?"),
    (['class_scores:=["person"]'], "detector: class_scores says 'person', expected a class and its least score"),
    (['max_fps:=0.0'], "detector: parameter 'max_fps' is 0.0, expected 0.1 to 120.0 1/s"),
    (['engine:=tensorflow'], "detector: parameter 'engine' is 'tensorflow', expected one of auto, onnxruntime"),
    (['wieghts:=x'], "detector: unknown parameter 'wieghts'. Did you mean 'weights'?"),
])
def test_what_it_cannot_start_with_is_one_sentence_and_exit_code_2(spawn, tmp_path, parameters, says):
    given = [f'weights:={make(tmp_path / "net.onnx")}', *parameters]
    node = spawn('--ros-args', *(part for each in given for part in ('-p', each)),
                 module='outrider_sensors.detector.node')
    assert node.wait() == 2
    assert node.output.startswith(says)
    assert node.output.count('\n') == 1


def test_a_signal_ends_it_within_a_second(bench):
    bench.start()
    bench.see(CAR)
    bench.node.signal(signal.SIGINT)
    assert bench.node.wait(3.0) == 0
    assert 'Traceback' not in bench.node.output
