"""A .cfg file is judged before a byte of it goes to the device."""

from pathlib import Path

import pytest

from outrider_sensors.radar import cfg

CONFIGS = Path(__file__).resolve().parents[4] / 'config' / 'radar'
ROAD = (CONFIGS / 'road.cfg').read_text()

SDK3 = """\
sensorStop
flushCfg
dfeDataOutputMode 1
channelCfg 15 7 0
adcCfg 2 1
adcbufCfg -1 0 1 1 1
profileCfg 0 60 43 7 40 0 0 100 1 224 7000 0 0 158
chirpCfg 0 0 0 0 0 0 0 1
chirpCfg 1 1 0 0 0 0 0 2
chirpCfg 2 2 0 0 0 0 0 4
frameCfg 0 2 16 0 33.333 1 0
lowPower 0 0
guiMonitor -1 1 0 0 0 0 0
cfarCfg -1 0 2 8 4 3 0 15 1
cfarCfg -1 1 0 4 2 3 1 15 1
multiObjBeamForming -1 1 0.5
clutterRemoval -1 0
calibDcRangeSig -1 0 -5 8 256
extendedMaxVelocity -1 0
bpmCfg -1 0 0 1
lvdsStreamCfg -1 0 0 0
compRangeBiasAndRxChanPhase 0.0 1 0 -1 0 1 0 -1 0 1 0 -1 0 1 0 -1 0 1 0 -1 0 1 0 -1 0
measureRangeBiasAndRxChanPhase 0 1.5 0.2
CQRxSatMonitor 0 3 4 99 0
CQSigImgMonitor 0 111 4
analogMonitor 0 0
aoaFovCfg -1 -90 90 -90 90
cfarFovCfg -1 0 0 8.40
cfarFovCfg -1 1 -5.02 5.02
calibData 0 0 0
sensorStart
"""
XWR16XX = """\
sensorStop
flushCfg
dfeDataOutputMode 1
channelCfg 15 3 0
adcCfg 2 1
adcbufCfg -1 0 0 1 0
profileCfg 0 77 7 7 58 0 0 68 1 256 5500 0 0 30
chirpCfg 0 0 0 0 0 0 0 1
chirpCfg 1 1 0 0 0 0 0 2
frameCfg 0 1 32 0 100 1 0
guiMonitor -1 1 0 0 0 0 0
cfarCfg -1 0 0 8 4 4 0 5120
cfarCfg -1 1 0 4 2 3 0 5120
peakGrouping -1 1 1 1 1 229
multiObjBeamForming -1 1 0.5
clutterRemoval -1 0
calibDcRangeSig -1 0 -5 8 256
extendedMaxVelocity -1 0
bpmCfg -1 0 0 1
nearFieldCfg -1 0 0 0
compRangeBiasAndRxChanPhase 0.0 1 0 1 0 1 0 1 0 1 0 1 0 1 0 1 0
measureRangeBiasAndRxChanPhase 0 1.5 0.2
sensorStart
"""


@pytest.mark.parametrize('path', sorted(CONFIGS.glob('*.cfg')), ids=lambda path: path.name)
def test_our_own_files_pass_without_a_warning(path):
    config = cfg.load(path)
    assert config.family == 'xwr14xx'
    assert config.warnings == ()


@pytest.mark.parametrize('path', sorted(CONFIGS.glob('*.cfg')), ids=lambda path: path.name)
def test_the_readme_tells_what_our_files_reach(path):
    config = cfg.load(path)
    row = next(line for line in (CONFIGS / 'README.md').read_text().splitlines() if f'`{path.name}`' in line)
    chirp = config.chirp
    for told in (f'{config.range_max_m:.1f} m', f'{chirp.range_max_m:.1f} m', f'{chirp.range_resolution_m:.3g} m',
                 f'{chirp.velocity_max_mps:.1f} m/s', f'{chirp.velocity_step_mps:.2f} m/s',
                 f'{chirp.frame_rate_hz:.0f}/s'):
        assert told in row


@pytest.mark.parametrize(('text', 'family'), [(ROAD, 'xwr14xx'), (XWR16XX, 'xwr16xx'), (SDK3, 'sdk3')])
def test_family_is_told_by_argument_counts(text, family):
    assert cfg.parse(text, 'a.cfg').family == family


def test_summary_names_range_velocity_resolution_and_rate():
    said = cfg.parse(ROAD, 'road.cfg').describe()
    assert said == ('road.cfg (xwr14xx): range 83.3 m, resolution 1.08 m, velocity +-18.7 m/s, step 0.58 m/s, '
                    '20.0 frames/s')


def test_commands_are_sent_without_comments_and_with_their_line_numbers():
    config = cfg.parse('% head\n\n' + ROAD, 'road.cfg')
    assert [line.text for line in config.lines][:3] == ['sensorStop', 'flushCfg', 'dfeDataOutputMode 1']
    assert config.lines[-1].text == 'sensorStart'
    for line in config.lines:
        assert ('% head\n\n' + ROAD).splitlines()[line.number - 1].split() == line.text.split()


def refused(old: str, new: str, text: str = ROAD) -> str:
    assert text.count(old) >= 1, old
    with pytest.raises(cfg.CfgError) as caught:
        cfg.parse(text.replace(old, new, 1), 'a.cfg')
    said = str(caught.value)
    assert '\n' not in said
    return said


def line_of(start: str, text: str = ROAD) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith(start))


def test_stray_token_is_refused_with_its_line_and_place():
    said = refused('chirpCfg 1 1 0 0 0 0 0 4', 'chirpCfg 1 1 0 0 0 0 0 4a')
    assert said == f"a.cfg:{line_of('chirpCfg 1 1')}: 'chirpCfg' argument 8 is '4a', expected a number."


@pytest.mark.parametrize('token', ['nan', 'inf', '1_0', '0x4', '-', '4,', '1e999'])
def test_tokens_that_only_python_or_nobody_reads_as_numbers_are_refused(token):
    assert f"is '{token}', expected a number" in refused('clutterRemoval 0', f'clutterRemoval {token}')


def test_unknown_command_names_the_nearest():
    assert "'profilCfg' is no command of xwr14xx. Did you mean 'profileCfg'?" in refused('profileCfg', 'profilCfg')


def test_command_of_another_family_is_refused():
    assert "'aoaFovCfg' is no command of xwr14xx. Remove the line." in refused(
        'clutterRemoval 0', 'clutterRemoval 0\naoaFovCfg -1 -90 90 -90 90')


@pytest.mark.parametrize(('old', 'new', 'count', 'expected'), [
    ('guiMonitor 1 0 0 0 0 0', 'guiMonitor -1 1 0 0 0 0 0', 7, '6'),
    ('cfarCfg 0 2 8 4 3 0 1280', 'cfarCfg -1 0 2 8 4 3 0 1280', 8, '7'),
    ('adcbufCfg 0 1 0 1', 'adcbufCfg 0 1 0', 3, '4'),
    ('frameCfg 0 1 64 0 50 1 0', 'frameCfg 0 1 64 0 50 1', 6, '7'),
    ('sensorStart', 'sensorStart 0', 1, '0'),
])
def test_wrong_argument_count_is_refused_with_both_counts(old, new, count, expected):
    with pytest.raises(cfg.CfgError, match=f'has {count} arguments, expected {expected} on xwr14xx'):
        cfg.parse(ROAD.replace(old, new, 1), 'a.cfg')


PROFILE = 'profileCfg 0 77 5 5 21 0 0 9 1 96 6250 0 0 30'


@pytest.mark.parametrize(('old', 'new', 'reason'), [
    (PROFILE, 'profileCfg 0 77 5 5 21 0 0 9 1 96 6251 0 0 30', 'sample rate is 6251 ksps, expected at most 6250'),
    (PROFILE, 'profileCfg 0 77 5 5 21 0 0 101 1 96 6250 0 0 30', 'slope is 101 MHz/us, expected at most 100'),
    (PROFILE, 'profileCfg 0 75 5 5 21 0 0 9 1 96 6250 0 0 30', 'expected within 76 to 81'),
    (PROFILE, 'profileCfg 0 80.9 5 5 21 0 0 9 1 96 6250 0 0 30', 'sweeps 80.9 to 81.089 GHz, expected within 76 to 81'),
    (PROFILE, 'profileCfg 0 77 5 6 21 0 0 9 1 96 6250 0 0 30', 'samples until 21.36 us'),
    (PROFILE, 'profileCfg 0 77 5 5 21 0 0 9 1 96.5 6250 0 0 30', 'samples is 96.5, expected a whole number'),
    (PROFILE, 'profileCfg 0 77 5 5 21 0 0 9 1 2000 6250 0 0 30', 'samples is 2000, expected 64 to 1024'),
    (PROFILE, 'profileCfg 0 77 5 5 21 0 0 -9 1 96 6250 0 0 30', 'slope is -9 MHz/us, expected 0.1 to 266 MHz/us'),
    ('frameCfg 0 1 64', 'frameCfg 0 1 60', 'has 60 loops, expected a power of two'),
    ('frameCfg 0 1 64', 'frameCfg 0 1 128', 'needs a radar cube of 512 KiB, expected at most 384'),
    ('frameCfg 0 1 64 0 50', 'frameCfg 0 1 64 0 3.5', 'chirps for 3.33 ms of a 3.5 ms frame'),
    ('frameCfg 0 1 64 0', 'frameCfg 0 1 64 100', 'frames (0: endless) is 100, expected 0'),
    ('frameCfg 0 1', 'frameCfg 0 2', "uses chirp 2, which no 'chirpCfg' defines"),
    ('frameCfg 0 1', 'frameCfg 1 0', 'ends at chirp 0, before its first, 1'),
    ('channelCfg 15 5', 'channelCfg 15 1', 'enables transmitters 1, but chirp 1 uses 4'),
    ('chirpCfg 1 1 0', 'chirpCfg 1 1 1', "uses profile 1, expected 0, the one that 'profileCfg' defines"),
    ('chirpCfg 1 1 0 0', 'chirpCfg 1 1 0 3', "'chirpCfg' varies its profile"),
    ('guiMonitor 1 0 0 0 0', 'guiMonitor 1 0 0 0 1', "expected at most 92, the data port's limit"),
    ('guiMonitor 1', 'guiMonitor 0', 'detected objects is 0, expected 1'),
    ('dfeDataOutputMode 1', 'dfeDataOutputMode 3', 'mode is 3, expected 1'),
    ('clutterRemoval 0', 'clutterRemoval 2', 'enabled is 2, expected 0 to 1'),
])
def test_value_beyond_a_limit_is_refused_with_line_and_reason(old, new, reason):
    said = refused(old, new)
    assert reason in said
    assert said.startswith('a.cfg:')


def test_too_many_samples_for_the_adc_buffer():
    wide = PROFILE.replace(' 21 ', ' 400 ').replace(' 9 1 96', ' 1 1 1024')
    assert cfg.parse(ROAD.replace(PROFILE, wide).replace('frameCfg 0 1 64 0 50', 'frameCfg 0 1 8 0 50'), 'a.cfg')
    sdk3 = SDK3.replace('40 0 0 100 1 224', '160 0 0 20 1 1024').replace('frameCfg 0 2 16', 'frameCfg 0 2 8')
    assert cfg.parse(sdk3, 'a.cfg').chirp.range_fft_size == 1024


@pytest.mark.parametrize(('old', 'new', 'reason'), [
    ('sensorStop\n', '', "'sensorStop' is missing"),
    ('sensorStart\n', '', "'sensorStart' is missing"),
    ('adcCfg 2 1\n', '', "'adcCfg' is missing"),
    ('sensorStop\nflushCfg\n', 'flushCfg\nsensorStop\n', "'flushCfg' comes before 'sensorStop'"),
    ('sensorStart\n', 'sensorStart\nclutterRemoval 0\n', "'clutterRemoval' comes after 'sensorStart'"),
    ('flushCfg\n', 'flushCfg\nsensorStart\n', "comes after 'sensorStart'"),
    ('sensorStop\n', 'clutterRemoval 0\nsensorStop\n', "'clutterRemoval' comes first, expected 'sensorStop'"),
    ('adcCfg 2 1\n', 'adcCfg 2 1\nadcCfg 2 1\n', 'is given a second time'),
])
def test_missing_doubled_or_misplaced_commands_are_refused(old, new, reason):
    assert reason in refused(old, new)


def test_frame_before_its_chirps_is_refused():
    chirps = 'chirpCfg 0 0 0 0 0 0 0 1\nchirpCfg 1 1 0 0 0 0 0 4\n'
    frame = 'frameCfg 0 1 64 0 50 1 0\n'
    text = ROAD.replace(chirps, '').replace(frame, frame + chirps)
    with pytest.raises(cfg.CfgError, match="'frameCfg' comes before 'chirpCfg'"):
        cfg.parse(text, 'a.cfg')


def test_clutter_removal_is_allowed_with_a_warning():
    config = cfg.parse(ROAD.replace('clutterRemoval 0', 'clutterRemoval 1'), 'a.cfg')
    assert 'erases whatever keeps our own speed' in config.warnings[0]


def test_family_can_be_forced():
    with pytest.raises(cfg.CfgError, match='on sdk3'):
        cfg.parse(ROAD, 'a.cfg', 'sdk3')


def test_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(cfg.CfgError, match='cannot be read'):
        cfg.load(tmp_path / 'none.cfg')
    with pytest.raises(cfg.CfgError, match='cannot be read'):
        cfg.load(tmp_path)


def test_binary_file_is_one_sentence(tmp_path):
    (tmp_path / 'a.cfg').write_bytes(b'\xff\xfe\x00')
    with pytest.raises(cfg.CfgError, match='is no text file'):
        cfg.load(tmp_path / 'a.cfg')


def test_empty_file_says_what_is_missing():
    with pytest.raises(cfg.CfgError, match="'sensorStop' is missing"):
        cfg.parse('% nothing\n', 'a.cfg')
