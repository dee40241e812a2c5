"""Two runs on one machine never share a folder or a ROS domain."""

import pytest

from outrider_bringup.demo import claim
from outrider_bringup.errors import UserError


def test_the_wanted_domain_is_taken_when_it_is_free(tmp_path):
    with claim.domain(90, tmp_path) as number:
        assert number == 90


def test_a_second_run_gets_a_spare_domain_and_the_wanted_one_is_free_again_after(tmp_path):
    with claim.domain(90, tmp_path), claim.domain(90, tmp_path) as second, claim.domain(90, tmp_path) as third:
        assert (second, third) == (95, 96)
    with claim.domain(90, tmp_path) as again:
        assert again == 90


def test_no_domain_left_is_one_sentence(tmp_path):
    with pytest.raises(UserError, match='all in use'), claim.domain(90, tmp_path / 'missing'):
        pass


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / 'file').write_text('')
    with pytest.raises(UserError, match='cannot be written'), claim.folder(tmp_path / 'file' / 'run'):
        pass


def test_a_folder_is_held_by_one_run(tmp_path):
    held, second = claim.folder(tmp_path / 'run'), claim.folder(tmp_path / 'run')
    with held, pytest.raises(UserError, match='running already'), second:
        pass
    with claim.folder(tmp_path / 'run'):
        pass
