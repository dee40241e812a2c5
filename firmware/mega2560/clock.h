// Uptime since boot from timer 0: a tick each millisecond, 4 us between its counts.
#pragma once

#include <stdint.h>

namespace board {

struct Time {
  uint32_t ms;
  uint32_t us;
};

void start_clock();
Time now();  // both halves of one reading

}  // namespace board
