// Permission that ends by itself. It runs from the uptime the host echoed, not from arrival: what a command lost in
// buffers on its way is taken from its life.
#pragma once

#include <stdint.h>

namespace relay {

class Lease {
 public:
  explicit Lease(uint16_t length_ms) : length_ms_(length_ms) {}

  void renew(uint32_t from_ms) {
    from_ms_ = from_ms;
    running_ = true;
  }
  void end() { running_ = false; }

  // True in the pass in which it runs out. Once out it stays out: an uptime that wraps cannot revive it.
  bool runs_out(uint32_t now_ms) {
    if (!running_ || now_ms - from_ms_ < length_ms_) return false;
    running_ = false;
    return true;
  }

  bool running() const { return running_; }
  uint16_t left_ms(uint32_t now_ms) const {
    const uint32_t age_ms = now_ms - from_ms_;
    return running_ && age_ms < length_ms_ ? static_cast<uint16_t>(length_ms_ - age_ms) : uint16_t{0};
  }

 private:
  uint16_t length_ms_;
  uint32_t from_ms_ = 0;
  bool running_ = false;
};

}  // namespace relay
