// The first instructions after reset, the reason for it, and the watchdog.
#pragma once

#include <relay_core.h>

namespace board {

relay::ResetCause reset_cause();
void feed_watchdog();

}  // namespace board
