"""config/perception: whole, with a unit and a reason, and every mistake in it is one sentence."""

from __future__ import annotations

import re
import shutil
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from outrider_node.errors import NodeError
from outrider_perception.config import Config, ConfigError, home, load
from outrider_perception.levels import NOTICE, URGENT, WARN
from outrider_perception.parameters import parameters, with_values

CONFIG = load()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the project's files."""
    return Path(shutil.copytree(home(), tmp_path / 'mine'))


def edited(folder: Path, file: str, old: str, new: str) -> Path:
    path = folder / file
    text = path.read_text(encoding='utf-8')
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding='utf-8')
    return folder


def numbers(kind: Any, of: Any) -> list[Any]:
    return [getattr(of, field.name) for field in fields(kind)]


def test_no_dataclass_of_the_chain_has_a_number_of_its_own() -> None:
    for part in numbers(Config, CONFIG):
        assert is_dataclass(part)
        for field in fields(part):
            with pytest.raises(AttributeError):
                getattr(type(part), field.name)


def test_every_number_has_its_line_and_the_file_its_reasons() -> None:
    for file in sorted(home().glob('*.yaml')):
        lines = file.read_text(encoding='utf-8').splitlines()
        keys = [line for line in lines if re.match(r' *\w+:', line)]
        reasons = [line for line in lines if '# ' in line]
        assert len(reasons) >= 0.5 * len(keys), file.name
        assert max(map(len, lines)) <= 120, file.name


def test_a_number_stands_in_one_file_only() -> None:
    alike = {'body_sigma_m'}  # of a radar's point, of a depth's: two sensors that happen to err alike
    seen: dict[tuple[str, str], str] = {}
    for file in sorted(home().glob('*.yaml')):
        for key, value in yaml.safe_load(file.read_text(encoding='utf-8')).items():
            said = (key, str(value))
            assert key in alike or said not in seen, (said, file.name, seen.get(said))
            seen[said] = file.name


def test_levels_come_in_their_order() -> None:
    assert [level.level for level in CONFIG.hazards.levels] == [NOTICE, WARN, URGENT]


@pytest.mark.parametrize(('file', 'old', 'new', 'why'), [
    ('motion.yaml', 'sway_s:', 'swai_s:', "the key 'swai_s', which nobody knows; the nearest is 'sway_s'"),
    ('motion.yaml', 'sway_s: 1.25', '# 1.25', "lacks the key 'sway_s'"),
    ('tracker.yaml', 'max_tracks: 100', 'max_tracks: 1.5', 'max_tracks is 1.5, expected a whole number'),
    ('tracker.yaml', 'clutter_density: 0.0004', 'clutter_density: 4e-4', 'expected a finite number (1.0e-4, not 1e-4)'),
    ('sight.yaml', 'dark_lux: 3.0', 'dark_lux: .nan', 'dark_lux is nan, expected a finite number'),
    ('sight.yaml', 'dark_lux: 3.0', 'dark_lux: [', 'is no YAML'),
    ('hazards.yaml', 'urgent:', 'urgnt:', 'urgent is None, expected the keys time_s'),
    ('hazards.yaml', 'time_s: 4.6', 'time_s: yes', 'warn.time_s is True, expected a finite number'),
    ('depth.yaml', 'nose_m: [0.65, 1.15]', 'nose_m: [0.65]', 'nose_m is [0.65], expected 2 finite numbers'),
    ('classes.yaml', 'dog:\n', 'cat:\n', "the key 'cat', which nobody knows"),
    ('classes.yaml', 'person: 0.04, bicycle: 0.01', 'person: 0.04, cat: 0.01', 'expected shares of car, truck'),
    ('sizes.yaml', '[5.5, 8.0, 12.0]', '[8.0, 5.5, 12.0]', 'expected two or more numbers that rise'),
    ('sizes.yaml', '  scooter: [1.2, 0.6, 1.7]', '', "by_class_m lacks the key 'scooter'"),
    ('sizes.yaml', 'smallest_m: [0.5, 0.5, 1.7]', 'smallest_m: [0.5, 0.5]', 'expected 3 finite numbers'),
])
def test_a_mistake_is_named_with_its_file_and_key(folder: Path, file: str, old: str, new: str, why: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(edited(folder, file, old, new))
    said = str(caught.value)
    assert why in said
    assert file in said
    assert '\n' not in said


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / 'sight.yaml').unlink()
    with pytest.raises(ConfigError, match=r'cannot read .*sight.yaml: No such file'):
        load(folder)


def test_another_folder_is_another_chain(folder: Path) -> None:
    other = load(edited(folder, 'tracker.yaml', 'max_tracks: 100', 'max_tracks: 7'))
    assert other.tracks.max_tracks == 7
    assert CONFIG.tracks.max_tracks != 7


def test_what_the_rig_says_wins_and_leaves_the_rest() -> None:
    values = {one.name: one.default for one in parameters(CONFIG)}
    told = with_values(CONFIG, values | {'warn_time_s': 4.0, 'wheel_scale': 0.1, 'dark_lux': 1.0})
    assert (told.hazards.levels[1].time_s, told.motion.wheel_scale, told.sight.dark_lux) == (4.0, 0.1, 1.0)
    assert told.hazards.levels[1].most_sigma_m == CONFIG.hazards.levels[1].most_sigma_m
    assert with_values(CONFIG, values) == CONFIG


def test_defaults_of_the_parameters_fit_their_ranges() -> None:
    for one in parameters(CONFIG):
        try:
            one.check(one.default)
        except NodeError as error:
            pytest.fail(str(error))
