"""What the environment promises of numbers: equal to the last bit, wherever in memory they lie."""

import numpy as np
import pytest

ROWS = 257


@pytest.mark.parametrize('function', [np.arctan2, np.arctan, np.tan, np.exp, np.sin, np.cos, np.log10, np.hypot])
def test_a_function_of_a_column_gives_the_same_bits_wherever_its_result_is_put(function):
    points = np.random.default_rng(1).uniform(0.1, 3.0, (ROWS, 3))
    memory = np.zeros(3 * ROWS + ROWS + 64)
    rows = memory[:3 * ROWS].reshape(ROWS, 3)
    rows[...] = points
    columns = (rows[:, 1], rows[:, 0])[:function.nin]
    right_behind, farther = (function(*columns, out=memory[3 * ROWS + gap:][:ROWS]).tobytes() for gap in (0, 16))
    assert right_behind == farther
