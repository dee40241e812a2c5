#include "inputs.h"

namespace relay {

void InputFilter::sample(uint8_t open, uint32_t dt_ms) {
  const auto now = static_cast<uint8_t>(open & limits_.fitted);
  changed_ = first_ ? uint8_t{0} : static_cast<uint8_t>(now ^ raw_);
  first_ = false;
  for (uint8_t i = 0; i < kInputs; ++i) {
    const unsigned bit = 1U << i;
    if ((now & bit) != 0) {
      closed_for_[i].restart();
      open_ = static_cast<uint8_t>(open_ | bit);
    } else {
      // The first closed sample starts the count: what was before it is not known to have been closed.
      if ((raw_ & bit) == 0) closed_for_[i].add(dt_ms);
      if (closed_for_[i].ms() >= limits_.release_ms) open_ = static_cast<uint8_t>(open_ & ~bit);
    }
  }
  raw_ = now;
}

}  // namespace relay
