from __future__ import annotations

import os

import pytest

from outrider_sim.devices.pad_fifo import Fifo


def test_a_fifo_whose_reader_leaves_while_it_writes_goes_on(tmp_path):
    fifo = Fifo(tmp_path / 'f')
    fd = os.open(tmp_path / 'f', os.O_RDONLY | os.O_NONBLOCK)
    fifo.pump()
    os.close(fd)
    fifo.send(b'late')
    assert not fifo.has_reader
    fifo.send(b'to nobody')
    fifo.unplug()
    fifo.pump()
    assert not fifo.has_reader


def test_what_is_neither_fifo_nor_gone_is_not_hidden(tmp_path):
    fifo = Fifo(tmp_path / 'f')
    fifo.path = tmp_path
    with pytest.raises(IsADirectoryError):
        fifo.pump()
