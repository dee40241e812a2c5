#include "actuator.h"

namespace relay {

bool Actuator::elapse(uint32_t now_ms, uint32_t dt_ms) {
  const bool was_on = moving_ != Direction::off;
  duty_.add(dt_ms, was_on);
  if (was_on) {
    press_.add(dt_ms);
  } else {
    off_for_.add(dt_ms);
  }
  return lease_.runs_out(now_ms);
}

void Actuator::order(Direction wanted, uint32_t from_ms) {
  if (wanted != wanted_) {
    // A new press starts from off, even when "off" and "on" arrive in the same pass: otherwise a host that sends both
    // could hold the relay for ever while each press looks short.
    press_.restart();
    must_drop_ = true;
    // Driving away from a limit needs no letting go; a stop from elsewhere does.
    if (hold_ != Hold::interrupted) hold_ = Hold::none;
    wanted_ = wanted;
  }
  if (wanted == Direction::off) {
    hold_ = Hold::none;
    lease_.end();
  } else {
    lease_.renew(from_ms);
  }
}

void Actuator::interrupt() {
  if (wanted_ == Direction::off) return;
  hold_ = Hold::interrupted;
}

void Actuator::check(const InputFilter& inputs, Faults& faults) {
  faults.raise_if(press_.ms() >= rules().longest_on_ms, of(Fault::jack_on_time, index_));
  faults.raise_if(duty_.used_ms() >= duty_budget_ms(rules()), of(Fault::jack_duty, index_));
  faults.raise_if((inputs.open() & limits_of(index_)) == limits_of(index_), of(Fault::jack_limits, index_));
  if (hold_ != Hold::none) return;
  if ((inputs.open() & limit_of(index_, wanted_)) != 0) hold_ = Hold::at_limit;
  if (!guarded() && press_.ms() >= rules().unguarded_press_ms) hold_ = Hold::press_spent;
}

Direction Actuator::decide(bool allowed) {
  phase_ = next_phase(allowed);
  must_drop_ = false;
  turn(phase_ == Phase::on ? wanted_ : Direction::off);
  return moving_;
}

Phase Actuator::next_phase(bool allowed) const {
  if (!allowed) return Phase::fault;
  if (hold_ == Hold::at_limit) return Phase::blocked_by_limit;
  if (hold_ != Hold::none) return Phase::waits_for_stop;
  if (wanted_ == Direction::off || !lease_.running()) return Phase::off;
  if (moving_ == wanted_ && !must_drop_) return Phase::on;
  const bool rested = off_for_.ms() >= limits_.dead_time_ms + limits_.clock_step_ms;  // 0 while on, either way
  return rested ? Phase::on : Phase::dead_time;
}

void Actuator::turn(Direction direction) {
  if (direction == moving_) return;
  off_for_.restart();  // elapse() lets it count only while off
  moving_ = direction;
}

}  // namespace relay
