"""What the chirp can tell reaches whoever comes late: radar/info is latched, and sent when the device is configured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from outrider_interfaces.msg import RadarInfo

from outrider_node import qos


def test_radar_info_tells_the_chirp_that_was_sent_also_to_late_listeners(spawn: Any, ros: Any, tmp_path: Path,
                                                                         pytestconfig: Any) -> None:
    folder = tmp_path / 'run'
    folder.mkdir()
    spawn('--link-dir', folder, '--journal', folder / 'journal',
          module='outrider_sim.devices.ti_radar').says('fake radar on')
    given = [f'cli_port:={folder}/radar_cli', f'data_port:={folder}/radar_data',
             f'config_file:={pytestconfig.rootpath}/config/radar/road.cfg']
    spawn('--ros-args', *(part for parameter in given for part in ('-p', parameter)),
          module='outrider_sensors.radar.node')
    first = ros.collect(RadarInfo, 'radar/info', qos.STATE)
    ros.until(lambda: first, 'the chirp')
    late = ros.collect(RadarInfo, 'radar/info', qos.STATE)
    ros.until(lambda: late, 'the chirp, to a late listener')
    told = late[0]
    # config/radar/README.md and the file itself
    assert told.velocity_max_mps == pytest.approx(18.7, abs=0.05)
    assert told.velocity_step_mps == pytest.approx(0.584, abs=0.002)
    assert told.range_resolution_m == pytest.approx(1.084, abs=0.002)
    assert told.transmitters == 2
    assert told.header.frame_id == 'radar_link'
    assert told.header.stamp.sec > 0
