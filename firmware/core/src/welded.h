// A relay whose contacts stuck keeps the motor running after off. The core cannot see the contact, but it sees movement:
// a limit that changes, or a position that wanders, once coasting is over. The master then takes the supply away.
#pragma once

#include <stdint.h>

#include "counting.h"
#include "limit_table.h"

namespace relay {

class Welded {
 public:
  explicit Welded(const Limits& limits) : limits_(limits) {}

  // `off_ms`: how long this actuator has been off (0 while on). True while welding is suspected.
  bool check(uint16_t off_ms, bool limit_changed, int16_t position, uint32_t dt_ms);

 private:
  bool wandered(int16_t position) const;

  const Limits& limits_;
  Elapsed quiet_{kLongAgo};
  int16_t rest_ = kNoPosition;
};

}  // namespace relay
