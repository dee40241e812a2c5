// The one clock of a pass, and how long the passes are.
#pragma once

#include <stdint.h>

namespace relay {

class LoopClock {
 public:
  // The first pass has no length.
  void tick(uint32_t now_ms, uint32_t now_us) {
    dt_ms_ = started_ ? now_ms - now_ms_ : 0;
    dt_us_ = started_ ? now_us - now_us_ : 0;
    now_ms_ = now_ms;
    now_us_ = now_us;
    started_ = true;
    if (dt_us_ > longest_us_) longest_us_ = dt_us_;
  }

  uint32_t now_ms() const { return now_ms_; }
  uint32_t dt_ms() const { return dt_ms_; }
  // Both clocks are asked: microseconds wrap after 71 minutes and could hide a very long pass.
  bool late(uint16_t budget_ms) const { return dt_ms_ > budget_ms || dt_us_ > budget_ms * 1000UL; }
  uint16_t longest_us() const { return static_cast<uint16_t>(longest_us_ > 0xFFFFU ? 0xFFFFU : longest_us_); }

 private:
  uint32_t now_ms_ = 0;
  uint32_t now_us_ = 0;
  uint32_t dt_ms_ = 0;
  uint32_t dt_us_ = 0;
  uint32_t longest_us_ = 0;
  bool started_ = false;
};

}  // namespace relay
