// Normally closed inputs: open at the first open sample (a limit, or a broken wire), closed only after 20 ms of closed.
#pragma once

#include <stdint.h>

#include "counting.h"
#include "limit_table.h"

namespace relay {

class InputFilter {
 public:
  explicit InputFilter(const Limits& limits) : limits_(limits) {
    for (Elapsed& closed : closed_for_) closed = Elapsed(kLongAgo);  // nothing was seen open yet
  }

  // `open`: one raw sample of every input. Inputs that are not fitted read closed.
  void sample(uint8_t open, uint32_t dt_ms);

  uint8_t raw() const { return raw_; }
  uint8_t open() const { return open_; }
  uint8_t changed() const { return changed_; }  // raw bits that differ from the pass before; none in the first pass
  bool estop_open() const { return (open_ & kEstop) != 0; }

 private:
  static constexpr uint8_t kInputs = 5;

  const Limits& limits_;
  Elapsed closed_for_[kInputs];
  uint8_t raw_ = 0;
  uint8_t open_ = 0;
  uint8_t changed_ = 0;
  bool first_ = true;
};

// The input bit at the end towards which `actuator` moves.
constexpr uint8_t limit_of(uint8_t actuator, Direction direction) {
  return direction == Direction::off
             ? uint8_t{0}
             : static_cast<uint8_t>(1U << (2U * actuator + (direction == Direction::first ? 0U : 1U)));
}
constexpr uint8_t limits_of(uint8_t actuator) {
  return static_cast<uint8_t>(limit_of(actuator, Direction::first) | limit_of(actuator, Direction::second));
}
static_assert(limits_of(kJack) == (kJackUpper | kJackLower), "first is up");
static_assert(limits_of(kSteer) == (kSteerLeft | kSteerRight), "first is left");

}  // namespace relay
