"""What reading a torn, damaged or foreign MCAP file can raise, whatever library meets it first."""

from __future__ import annotations

import struct

from mcap.exceptions import McapError
from mcap.stream_reader import CRCValidationError

# lz4 raises RuntimeError; text fields ValueError (UnicodeDecodeError); unknown channels and schemas KeyError.
DAMAGE = (McapError, CRCValidationError, EOFError, ValueError, RuntimeError, KeyError, IndexError, OverflowError,
          struct.error)
