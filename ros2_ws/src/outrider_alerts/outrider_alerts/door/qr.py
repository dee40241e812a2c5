"""A QR code for a terminal: two rows of it in one row of text."""

from __future__ import annotations

import segno

QUIET = 2  # modules of margin; the standard says 4, phones read 2, and an 80x24 terminal has no more
BLOCKS = {(True, True): ' ', (True, False): '▄', (False, True): '▀', (False, False): '█'}  # dark is the background


def lines(text: str) -> list[str]:
    """Return the rows, as they look right on a dark terminal: light modules are drawn, dark ones left out."""
    rows = [[bool(module) for module in row] for row in segno.make_qr(text, error='l').matrix_iter(border=QUIET)]
    rows.append([False] * len(rows[0]))  # a code has an odd number of rows
    return [''.join(BLOCKS[pair] for pair in zip(upper, lower, strict=True))
            for upper, lower in zip(rows[::2], rows[1::2], strict=True)]
