// Every limit of the device, with its unit and its reason, in one table. sane() is checked at compile time for the
// default table and has to be checked by every board for its own.
#pragma once

#include <stdint.h>

#include "seam.h"

namespace relay {

struct ActuatorLimits {
  uint16_t longest_on_ms;       // a press that lasts longer is a latched fault
  uint16_t unguarded_press_ms;  // a press towards an end that has no fitted limit switch ends here, without a fault
  uint8_t duty_percent;         // of kDutyWindowMs; beyond it a latched fault
};

constexpr uint32_t kDutyWindowMs = 120000;  // the motors are rated for minutes of rest per minute of work

struct Limits {
  uint16_t dead_time_ms = 100;      // off between directions and before a restart: relay contacts and a motor that spins down
  uint16_t clock_step_ms = 2;       // added to the dead time: millis() of an AVR can jump by 2
  uint16_t lease_ms = 300;          // motion ends this long after the uptime the host echoed
  uint16_t max_age_ms = 250;        // an older echo is a command that waited in a buffer
  uint16_t release_ms = 20;         // an input counts as closed after this; as open at once
  uint16_t welded_after_ms = 300;   // coasting is over; whatever moves now moves by itself
  uint16_t welded_quiet_ms = 1000;  // a welded fault can be cleared after this long without movement
  uint16_t second_host_ms = 1000;   // a host is gone when it was silent for this long
  uint16_t frame_gap_ms = 20;       // silence inside a frame after which it is given up
  uint16_t status_every_ms = 50;    // 20 Hz
  uint16_t status_gap_ms = 10;      // least spacing of the statuses sent on a change
  uint16_t refusal_gap_ms = 50;     // least spacing of "refused" events; the status counts them all
  uint16_t loop_budget_ms = 10;     // a longer pass while something is on is a latched fault
  uint16_t position_noise = 8;      // counts that a position may wander while its actuator rests
  ActuatorLimits actuator[kActuators] = {
      {8000, 1000, 25},  // jack
      {3000, 3000, 50},  // steering: has no end switches of its own, so its longest on-time is its only end
  };
  uint8_t fitted = kEstop;   // InputBit of the inputs that are wired; an input that is not fitted is not read
  bool horn_fitted = false;
};

constexpr bool within(uint32_t value, uint32_t low, uint32_t high) { return low <= value && value <= high; }

constexpr uint32_t duty_budget_ms(const ActuatorLimits& a) { return kDutyWindowMs / 100U * a.duty_percent; }

constexpr bool sane(const ActuatorLimits& a) {
  return within(a.longest_on_ms, 100, 20000) && within(a.unguarded_press_ms, 100, a.longest_on_ms) &&
         within(a.duty_percent, 1, 50) && a.longest_on_ms <= duty_budget_ms(a);
}

constexpr bool sane(const Limits& l) {
  return within(l.dead_time_ms, 50, 1000) && within(l.clock_step_ms, 1, 10) && within(l.lease_ms, 100, 500) &&
         within(l.max_age_ms, 50, l.lease_ms) && within(l.release_ms, 5, 200) && within(l.welded_after_ms, 100, 2000) &&
         within(l.welded_quiet_ms, 100, 10000) && within(l.second_host_ms, 500, 10000) && within(l.frame_gap_ms, 5, 100) &&
         within(l.status_every_ms, 20, 100) && within(l.status_gap_ms, 5, l.status_every_ms) &&
         within(l.refusal_gap_ms, 10, 1000) && within(l.loop_budget_ms, 2, 100) && l.loop_budget_ms < l.lease_ms &&
         within(l.position_noise, 0, 1000) && sane(l.actuator[kJack]) && sane(l.actuator[kSteer]) &&
         (l.fitted & ~static_cast<unsigned>(kAllInputs)) == 0;
}

static_assert(sane(Limits{}), "a default limit is out of its range");

// Fingerprint of the table, sent in the hello answer: a host sees at once that a board runs on other limits.
uint32_t limits_hash(const Limits& limits);

}  // namespace relay
