// The watchdog is fed only by a pass in which every check ran: a check that is skipped, by a bug or a hang, stops the
// feeding and the hardware resets the device with all relays off.
#pragma once

#include <stdint.h>

namespace relay {

enum class Check : uint8_t { loop, link, inputs, receive, jack, steer, jack_welded, steer_welded, latches, pins };
constexpr uint8_t kChecks = 10;

// The check of an actuator: that of the steering follows that of the jack.
constexpr Check of(Check jacks, uint8_t actuator) { return static_cast<Check>(static_cast<uint8_t>(jacks) + actuator); }

class Supervisor {
 public:
  void begin_pass() { ran_ = 0; }
  void ran(Check check) { ran_ = static_cast<uint16_t>(ran_ | (1U << static_cast<uint8_t>(check))); }
  bool may_feed() const { return ran_ == (1U << kChecks) - 1U; }

 private:
  uint16_t ran_ = 0;
};

}  // namespace relay
