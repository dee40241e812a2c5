// The half of the controller that speaks.
#include "controller.h"

namespace relay {

// A slow short blink says alive, a fast one says a fault is latched; steady light says something moves.
bool Controller::blink() const {
  if (faults_.any()) return (clock_.now_ms() & 0x80U) != 0;
  return (clock_.now_ms() & 0x3FFU) < 64U;
}

void Controller::report_moves(const Direction* before) {
  for (uint8_t i = 0; i < kActuators; ++i) {
    const Direction now = actuators_[i].moving();
    if (now == before[i]) continue;
    const bool on = now != Direction::off;
    reporter_.event(on ? Happening::relay_on : Happening::relay_off, static_cast<uint8_t>(i + 1U),
                    letter_of(i, on ? now : before[i]));
  }
}

void Controller::report(const Outputs& out) {
  const auto fresh = static_cast<uint16_t>(faults_.latched() & ~static_cast<unsigned>(faults_said_));
  if (fresh != 0) reporter_.event(Happening::fault_latched, 0, fresh);
  faults_said_ = faults_.latched();
  if (!link_up_) return;
  // Judging a frame and building one in the same pass would be the longest pass of an AVR, beyond its millisecond.
  put_off_ = heard_ && !put_off_;
  if (put_off_) return;

  Status status{};
  status.session = boot_.session;
  status.uptime_ms = clock_.now_ms();
  status.sequence = authority_.sequence();
  status.flags = flags(out);
  for (uint8_t i = 0; i < kActuators; ++i) status.actuator[i] = status_of(i);
  status.inputs_raw = inputs_.raw();
  status.inputs_debounced = inputs_.open();
  status.inputs_fitted = limits_.fitted;
  status.faults_latched = faults_.latched();
  status.faults_active = faults_.active();
  status.rejected = reporter_.rejected();
  status.last_reject = reporter_.last_reject();
  status.reset_cause = boot_.reset_cause;
  status.longest_loop_us = clock_.longest_us();
  status.dropped = reporter_.dropped();
  reporter_.send(status);
}

ActuatorStatus Controller::status_of(uint8_t actuator) const {
  const Actuator& a = actuators_[actuator];
  const bool ready = authority_.stop_seen() || letters_.armed();
  const bool waits = a.phase() == Phase::off && !ready;
  return {letter_of(actuator, a.moving()), waits ? Phase::waits_for_stop : a.phase(), a.on_ms(),
          a.lease_left_ms(clock_.now_ms()), a.duty_ms(), position_[actuator]};
}

uint8_t Controller::flags(const Outputs& out) const {
  unsigned flags = 0;
  if (authority_.hello_seen()) flags |= kHelloSeen;
  if (authority_.stop_seen() || letters_.armed()) flags |= kStopSeen;
  if (inputs_.estop_open()) flags |= kEstopOpen;
  if (out.horn) flags |= kHornOn;
  if (out.master) flags |= kMasterOn;
  if (moved_by_letters_) flags |= kMovedByLetters;
  if (link_up_) flags |= kLinkUp;
  if (horn_.fitted()) flags |= kHornFitted;
  return static_cast<uint8_t>(flags);
}

}  // namespace relay
