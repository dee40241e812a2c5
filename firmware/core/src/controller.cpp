#include "controller.h"

namespace relay {

namespace {

const Shape kAccepted[] = {
    {kLetterId, kLetterLength},
    {kCommandId, kCommandLength},
    {kHelloId, kHelloLength},
};
constexpr uint8_t kAcceptedCount = sizeof(kAccepted) / sizeof(kAccepted[0]);

LineBits line_of(uint8_t actuator, Direction direction) {
  if (direction == Direction::off) return 0;
  const bool first = direction == Direction::first;
  if (actuator == kJack) return bit(first ? Line::jack_up : Line::jack_down);
  return bit(first ? Line::steer_left : Line::steer_right);
}

}  // namespace

Controller::Controller(const Limits& limits, const Boot& boot, Pins& pins)
    : limits_(limits),
      boot_(boot),
      pins_(pins),
      decoder_(kAccepted, kAcceptedCount),
      inputs_(limits),
      authority_(limits, boot.session),
      horn_(limits),
      actuators_{{kJack, limits}, {kSteer, limits}},
      welded_{Welded(limits), Welded(limits)},
      reporter_(limits, boot.session) {
  pins_.write(0);
  faults_.raise_if(boot.reset_cause == ResetCause::watchdog, Fault::watchdog);
  reporter_.event(Happening::boot, 0, static_cast<uint8_t>(boot.reset_cause));
}

Outputs Controller::step(const Inputs& in) {
  begin_pass(in);
  check_link(in.link_up);
  read_inputs(in.open);
  receive(in);
  check_actuators(in.position);
  settle_faults();
  Outputs out = drive();
  report(out);
  out.feed_watchdog = supervisor_.may_feed();
  return out;
}

void Controller::begin_pass(const Inputs& in) {
  clock_.tick(in.now_ms, in.now_us);
  const uint32_t dt_ms = clock_.dt_ms();
  supervisor_.begin_pass();
  faults_.begin_pass();
  clear_asked_ = false;
  heard_ = false;
  faults_.raise_if(anything_on() && clock_.late(limits_.loop_budget_ms), Fault::loop_late);
  authority_.elapse(dt_ms);
  reporter_.elapse(in.now_ms, dt_ms);
  horn_.elapse(in.now_ms);
  for (uint8_t i = 0; i < kActuators; ++i) {
    if (actuators_[i].elapse(in.now_ms, dt_ms)) letters_.disarm(i);
  }
  supervisor_.ran(Check::loop);
}

void Controller::check_link(bool link_up) {
  if (link_up != link_up_) reporter_.event(Happening::link_changed, 0, link_up ? 1 : 0);
  link_up_ = link_up;
  if (!link_up) {
    faults_.raise_if(anything_on(), Fault::link_lost);
    stop_everything();
    for (uint8_t i = 0; i < kActuators; ++i) letters_.disarm(i);
    authority_.link_lost();
    decoder_.reset();
    reporter_.link_lost();
  }
  supervisor_.ran(Check::link);
}

void Controller::read_inputs(uint8_t open) {
  const bool estop_was_open = inputs_.estop_open();
  inputs_.sample(open, clock_.dt_ms());
  if ((inputs_.changed() & kLimitInputs) != 0) reporter_.event(Happening::limit_changed, 0, inputs_.raw());
  if (inputs_.estop_open() != estop_was_open) reporter_.event(Happening::estop_changed, 0, inputs_.raw());
  faults_.raise_if(inputs_.estop_open(), Fault::estop);
  supervisor_.ran(Check::inputs);
}

void Controller::receive(const Inputs& in) {
  since_byte_.add(clock_.dt_ms());
  if (link_up_) {
    for (uint8_t i = 0; i < in.rx_count; ++i) {
      since_byte_.restart();
      decoder_.feed(in.rx[i], *this);
    }
    if (since_byte_.ms() >= limits_.frame_gap_ms) decoder_.give_up(*this);
  }
  supervisor_.ran(Check::receive);
}

void Controller::frame(uint8_t id, const uint8_t* payload, uint8_t length) {
  heard_ = true;
  if (id == kLetterId) {
    on_letter(payload);
  } else if (!whole(id, payload, length)) {
    refused(Reject::crc16);
  } else if (id == kHelloId) {
    on_hello(read_hello(payload));
  } else {
    on_command(read_command(payload));
  }
}

void Controller::on_hello(const Hello& hello) {
  if (hello.version != kVersion) {
    refused(Reject::version);
    return;
  }
  faults_.raise_if(anything_on(), Fault::hello_while_moving);
  authority_.hello(hello.host_id);
  letters_.forbid();
  moved_by_letters_ = false;
  stop_everything();
  reporter_.event(Happening::hello, 0, hello.host_id);
  reporter_.answer({boot_.session, hello.host_id, hello.ticket, clock_.now_ms(), boot_.board, boot_.reset_cause,
                    limits_hash(limits_)});
}

void Controller::on_command(const Command& command) {
  authority_.heard(command.host_id);
  const Reject reason = authority_.judge(command, clock_.now_ms());
  if (reason == Reject::none) {
    obey(command);
    return;
  }
  refused(reason);
  if (authority_.obeys_stop(command)) interrupt_everything();
}

void Controller::obey(const Command& command) {
  const bool may_clear = authority_.accept(command);
  clear_asked_ = clear_asked_ || (may_clear && command.asks_clear());
  const uint8_t letters[kActuators] = {command.jack, command.steer};
  for (uint8_t i = 0; i < kActuators; ++i) {
    Direction wanted = Direction::off;
    read_letter(i, letters[i], wanted);
    actuators_[i].order(wanted, command.echo_ms);
  }
  horn_.order(command.horn == 'H', command.echo_ms);
}

void Controller::on_letter(const uint8_t* payload) {
  LetterOrder order{};
  const Reject reason = letters_.judge(payload, order);
  if (reason != Reject::none) {
    refused(reason);
  } else if (letters_.forbidden()) {
    actuators_[order.actuator].interrupt();  // only its stop gets here; the host of this session has to let go
  } else {
    moved_by_letters_ = moved_by_letters_ || order.wanted != Direction::off;
    actuators_[order.actuator].order(order.wanted, clock_.now_ms());
  }
}

void Controller::stop_everything() {
  for (Actuator& actuator : actuators_) actuator.order(Direction::off, clock_.now_ms());
  horn_.stop();
}

void Controller::interrupt_everything() {
  for (Actuator& actuator : actuators_) actuator.interrupt();
  horn_.stop();
}

bool Controller::anything_on() const {
  return actuators_[kJack].moving() != Direction::off || actuators_[kSteer].moving() != Direction::off;
}

void Controller::check_actuators(const int16_t* position) {
  for (uint8_t i = 0; i < kActuators; ++i) {
    actuators_[i].check(inputs_, faults_);
    supervisor_.ran(of(Check::jack, i));
    const bool limit_changed = (inputs_.changed() & limits_of(i)) != 0;
    position_[i] = position[i];
    faults_.raise_if(welded_[i].check(actuators_[i].off_ms(), limit_changed, position[i], clock_.dt_ms()),
                     of(Fault::jack_welded, i));
    supervisor_.ran(of(Check::jack_welded, i));
  }
}

void Controller::settle_faults() {
  faults_.raise_if(authority_.second_host(), Fault::second_host);
  if (clear_asked_) {
    pins_.clear_refusal();
    const uint16_t cleared = faults_.clear_those_gone();
    if (cleared != 0) reporter_.event(Happening::faults_cleared, 0, cleared);
  }
  supervisor_.ran(Check::latches);
}

Outputs Controller::drive() {
  Outputs out{};
  Direction before[kActuators] = {};
  LineBits lines = 0;
  for (uint8_t i = 0; i < kActuators; ++i) {
    before[i] = actuators_[i].moving();
    lines = static_cast<LineBits>(lines | line_of(i, actuators_[i].decide(!faults_.any())));
    const Phase phase = actuators_[i].phase();
    out.master = out.master || phase == Phase::on || phase == Phase::dead_time;
  }
  out.horn = horn_.on();
  if (out.master) lines = static_cast<LineBits>(lines | bit(Line::master));
  if (out.horn) lines = static_cast<LineBits>(lines | bit(Line::horn));
  if (!pins_.write(lines)) {
    faults_.raise(Fault::pin_refused);
    for (Actuator& actuator : actuators_) actuator.force_off();
    out.master = false;
    out.horn = false;
  }
  supervisor_.ran(Check::pins);
  report_moves(before);
  for (uint8_t i = 0; i < kActuators; ++i) out.moving[i] = actuators_[i].moving();
  out.led = out.master || blink();
  return out;
}

}  // namespace relay
