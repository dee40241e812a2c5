"""One button of the gamepad: a tap marks, holding it begins or ends the ride. The hand never leaves the pad."""

from __future__ import annotations

TAP_S, HOLD_S = 1.0, 2.0
STALE_S = 0.5  # a pad that falls silent lets go of nothing: what follows is another press
MARK, TOGGLE, NOTHING = 'mark', 'toggle', ''


class Button:
    """Hears whether the button is down."""

    def __init__(self) -> None:
        """It is up."""
        self._since_s: float | None = None
        self._heard_s = 0.0
        self._done = False

    def hear(self, down: bool, now_s: float) -> str:
        """Return MARK when a tap ends, TOGGLE once when it has been held for HOLD_S, else NOTHING."""
        if now_s - self._heard_s > STALE_S:
            self._since_s = None
        self._heard_s = now_s
        if down and self._since_s is None:
            self._since_s, self._done = now_s, False
        elif down and not self._done and self._since_s is not None and now_s - self._since_s >= HOLD_S:
            self._done = True
            return TOGGLE
        elif not down and self._since_s is not None:
            tapped = not self._done and now_s - self._since_s <= TAP_S
            self._since_s = None
            return MARK if tapped else NOTHING
        return NOTHING
