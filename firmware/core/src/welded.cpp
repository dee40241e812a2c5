#include "welded.h"

namespace relay {

bool Welded::check(uint16_t off_ms, bool limit_changed, int16_t position, uint32_t dt_ms) {
  quiet_.add(dt_ms);
  if (off_ms <= limits_.welded_after_ms) {
    rest_ = kNoPosition;
    return quiet_.ms() < limits_.welded_quiet_ms;
  }
  if (limit_changed || wandered(position)) quiet_.restart();
  if (rest_ == kNoPosition || wandered(position)) rest_ = position;
  return quiet_.ms() < limits_.welded_quiet_ms;
}

bool Welded::wandered(int16_t position) const {
  if (rest_ == kNoPosition || position == kNoPosition) return false;
  const int32_t moved = static_cast<int32_t>(position) - rest_;
  return moved > limits_.position_noise || moved < -static_cast<int32_t>(limits_.position_noise);
}

}  // namespace relay
