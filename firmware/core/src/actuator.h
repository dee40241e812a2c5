// One motor behind a pair of relays: what is wanted of it, for how long, and what forbids it. Nothing moves until asked,
// and it stops by itself.
#pragma once

#include <stdint.h>

#include "counting.h"
#include "duty.h"
#include "faults.h"
#include "inputs.h"
#include "lease.h"
#include "limit_table.h"
#include "protocol.h"
#include "seam.h"

namespace relay {

class Actuator {
 public:
  Actuator(uint8_t index, const Limits& limits) : index_(index), limits_(limits), lease_(limits.lease_ms) {}

  // Top of the pass: `dt_ms` went by with the relays as they were. True when the lease ran out just now.
  bool elapse(uint32_t now_ms, uint32_t dt_ms);

  // An accepted command. `from_ms`: where its lease starts.
  void order(Direction wanted, uint32_t from_ms);

  // A stop that did not come as an accepted command. A press under way stays off until it is let go.
  void interrupt();

  // Raises what is wrong with this actuator now, and ends presses that reached an end.
  void check(const InputFilter& inputs, Faults& faults);

  // The direction to drive from now on. Called once per pass, after every check.
  Direction decide(bool allowed);

  // Whatever was decided, the pins refused it.
  void force_off() { turn(Direction::off); }

  Direction moving() const { return moving_; }
  Phase phase() const { return phase_; }
  uint16_t off_ms() const { return off_for_.ms(); }
  uint16_t on_ms() const { return press_.ms(); }
  uint16_t lease_left_ms(uint32_t now_ms) const { return lease_.left_ms(now_ms); }
  uint16_t duty_ms() const { return saturating_add(0, duty_.used_ms()); }

 private:
  // Why a press that is still held does not move. Ends when it is let go.
  enum class Hold : uint8_t { none, at_limit, press_spent, interrupted };

  const ActuatorLimits& rules() const { return limits_.actuator[index_]; }
  bool guarded() const { return (limits_.fitted & limit_of(index_, wanted_)) != 0; }
  Phase next_phase(bool allowed) const;
  void turn(Direction direction);

  uint8_t index_;
  const Limits& limits_;
  Lease lease_;
  DutyWindow duty_;
  Elapsed press_;    // on-time of the present press, over gaps of the link
  Elapsed off_for_;  // counts from boot: a reset may have cut a motor that still turns
  Direction wanted_ = Direction::off;
  Direction moving_ = Direction::off;
  Hold hold_ = Hold::none;
  Phase phase_ = Phase::waits_for_stop;
  bool must_drop_ = false;
};

}  // namespace relay
