// Time and counters that stop at their end instead of wrapping. Rules add up the length of each pass rather than compare
// stamps, so an uptime that wraps after 49.7 days changes nothing, and a clock that jumps back reads as a very long pass.
#pragma once

#include <stdint.h>

namespace relay {

inline uint16_t saturating_add(uint16_t value, uint32_t more) {
  const uint32_t room = 0xFFFFU - value;
  return static_cast<uint16_t>(more > room ? 0xFFFFU : value + more);
}

// Milliseconds since something happened; 65535 means "that or longer".
class Elapsed {
 public:
  explicit Elapsed(uint16_t start_ms = 0) : ms_(start_ms) {}
  void add(uint32_t dt_ms) { ms_ = saturating_add(ms_, dt_ms); }
  void restart() { ms_ = 0; }
  uint16_t ms() const { return ms_; }

 private:
  uint16_t ms_;
};

constexpr uint16_t kLongAgo = 0xFFFF;

}  // namespace relay
