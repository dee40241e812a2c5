// Faults stay until somebody clears them, and cannot be cleared while their cause is there.
#pragma once

#include <stdint.h>

namespace relay {

// Bit numbers of faults_latched and faults_active on the wire.
enum class Fault : uint8_t {
  estop = 0,
  jack_on_time = 1,
  steer_on_time = 2,
  jack_duty = 3,
  steer_duty = 4,
  jack_limits = 5,
  steer_limits = 6,
  jack_welded = 7,
  steer_welded = 8,
  second_host = 9,
  hello_while_moving = 10,
  link_lost = 11,
  loop_late = 12,
  pin_refused = 13,
  watchdog = 14,
};

// The fault of an actuator: those of the steering follow those of the jack.
constexpr Fault of(Fault jacks, uint8_t actuator) { return static_cast<Fault>(static_cast<uint8_t>(jacks) + actuator); }

class Faults {
 public:
  // A new pass: no cause has been seen yet.
  void begin_pass() { active_ = 0; }

  void raise(Fault fault) {
    const unsigned mask = 1U << static_cast<uint8_t>(fault);
    active_ = static_cast<uint16_t>(active_ | mask);
    latched_ = static_cast<uint16_t>(latched_ | mask);
  }
  void raise_if(bool cause, Fault fault) {
    if (cause) raise(fault);
  }

  // After all checks of the pass. Returns the bits that went.
  uint16_t clear_those_gone() {
    const auto cleared = static_cast<uint16_t>(latched_ & ~static_cast<unsigned>(active_));
    latched_ = static_cast<uint16_t>(latched_ & active_);
    return cleared;
  }

  bool any() const { return latched_ != 0; }
  uint16_t latched() const { return latched_; }
  uint16_t active() const { return active_; }

 private:
  uint16_t latched_ = 0;
  uint16_t active_ = 0;
};

}  // namespace relay
