import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope='session')
def chromium(tmp_path_factory):
    """One browser for all tests of a worker; every tab of it is another phone."""
    from chromium import browsing

    with browsing(tmp_path_factory.mktemp('chromium')) as browser:
        yield browser


@pytest.fixture
def pages(tmp_path, monkeypatch, spawn):
    """Start the page's node: pages(rig='bicycle') gives where it answers and how to pair a phone with it."""
    from page_at import Page

    monkeypatch.setenv('OUTRIDER_STATE', str(tmp_path / 'state'))
    monkeypatch.setenv('OUTRIDER_RIDES', str(tmp_path / 'rides'))
    monkeypatch.setenv('OUTRIDER_RUN', str(tmp_path / 'run'))
    (tmp_path / 'rides').mkdir()
    (tmp_path / 'run').mkdir()
    return lambda rig='bicycle', **more: Page(spawn, tmp_path, rig, **more)


@pytest.fixture
def teller():
    """The rest of the rig, as the page hears it."""
    from teller import Teller

    one = Teller()
    yield one
    one.close()


@pytest.fixture
def phone(chromium):
    """A phone that was never here before; it must not have complained when the test ends."""
    tab = chromium.tab()
    yield tab
    chromium.close_tabs()
    assert tab.complaints == []
