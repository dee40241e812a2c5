// On-time within the last two minutes: what heats a motor that is pressed again and again. Kept in 24 slots of 5 s plus
// the one in progress, so the sum covers 120 to 125 s: never less than the rule asks.
#pragma once

#include <stdint.h>

#include "counting.h"
#include "limit_table.h"

namespace relay {

class DutyWindow {
 public:
  static constexpr uint32_t kSlotMs = 5000;
  static constexpr uint8_t kSlots = kDutyWindowMs / kSlotMs + 1;

  // `dt_ms` have passed, all of it on or off.
  void add(uint32_t dt_ms, bool on) {
    if (on) slots_[current_] = saturating_add(slots_[current_], dt_ms);
    age_ms_ += dt_ms < kWholeMs ? dt_ms : kWholeMs;
    while (age_ms_ >= kSlotMs) {
      age_ms_ -= kSlotMs;
      current_ = static_cast<uint8_t>((current_ + 1U) % kSlots);
      slots_[current_] = 0;
    }
  }

  uint32_t used_ms() const {
    uint32_t sum = 0;
    for (const uint16_t slot : slots_) sum += slot;
    return sum;
  }

 private:
  static constexpr uint32_t kWholeMs = kSlotMs * kSlots;  // more than this forgets everything; bounds the loop

  uint16_t slots_[kSlots] = {};
  uint32_t age_ms_ = 0;
  uint8_t current_ = 0;
};

}  // namespace relay
