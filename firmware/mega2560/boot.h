// The first instructions after reset, the reason for it, and the watchdog.
#pragma once

#include <relay_core.h>

namespace board {

relay::ResetCause reset_cause();
void feed_watchdog();

// Never returns: everything off until the watchdog restarts the board.
void refuse_to_run();

}  // namespace board
