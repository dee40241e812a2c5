// Latched faults, the link, the loop, the pins, the supervisor.
#include <doctest/doctest.h>
#include <faults.h>
#include <supervisor.h>

#include "bench.h"

using relay::Check;
using relay::Fault;
using relay::Line;

TEST_CASE("clear in the very first command is a stop and clears nothing") {
  Bench b(Bench::fitted_all(), 1000, relay::ResetCause::watchdog);
  b.send(wire::hello(Bench::kHost));
  b.step();
  b.clear();
  b.run(150);
  CHECK(b.latched() == fault_bit(Fault::watchdog));
  b.clear();
  b.step();
  CHECK(b.latched() == 0);
  b.hold('U', '-', 100);
  CHECK(b.jack() == 'U');
}

TEST_CASE("a boot after the watchdog bit forbids motion until it is cleared; other boots do not") {
  for (const auto cause : {relay::ResetCause::unknown, relay::ResetCause::power, relay::ResetCause::external,
                           relay::ResetCause::brown_out, relay::ResetCause::watchdog, relay::ResetCause::software}) {
    Bench b(Bench::fitted_all(), 1000, cause);
    b.ready();
    b.hold('U', '-', 200);
    CHECK(b.moving() == (cause != relay::ResetCause::watchdog));
    CHECK(b.status().u8(38) == static_cast<uint8_t>(cause));
  }
}

TEST_CASE("a refused clear clears nothing") {
  Bench b(Bench::fitted_all(), 1000, relay::ResetCause::watchdog);
  b.ready();
  wire::Command c = b.fresh('-', '-', '-', 'C');
  c.echo_ms -= 300;
  b.send(wire::command(c));
  b.step();
  CHECK(b.latched() != 0);
  b.command('U', '-', '-', 'C');
  b.step();
  CHECK(b.latched() != 0);
}

TEST_CASE("a clear leaves the faults whose cause is there and takes the others") {
  Bench b(Bench::fitted_all(), 1000, relay::ResetCause::watchdog);
  b.ready();
  b.in.open = relay::kEstop;
  b.step();
  b.clear();
  b.step();
  CHECK(b.latched() == fault_bit(Fault::estop));
}

TEST_CASE("a clear and a start in one buffer, with the cause still there: no relay closes") {
  Bench b;
  b.ready();
  b.in.open = relay::kEstop;
  b.step();
  b.clear();
  b.command('U', 'L');
  b.run(10);
  CHECK(b.edges.empty());
}

TEST_CASE("a lost link turns all off at once; moving, it latches; at rest it does not") {
  for (const bool moving : {true, false}) {
    Bench b;
    b.ready();
    if (moving) b.hold('U', 'L', 200, 'H');
    b.in.link_up = false;
    b.step();
    CHECK(b.quiet());
    b.run(20);
    b.in.link_up = true;
    b.step();
    CHECK(b.latched() == (moving ? fault_bit(Fault::link_lost) : 0));
    b.hold('U', '-', 300);
    CHECK(b.quiet());  // a new hello first, and a stop
    CHECK(b.status().u8(37) == static_cast<uint8_t>(relay::Reject::no_hello));
    b.ready();
    if (moving) b.clear();
    b.hold('U', '-', 200);
    CHECK(b.jack() == 'U');
  }
}

TEST_CASE("bytes are not read while the link is down, and half a frame does not survive it") {
  Bench b;
  b.ready();
  const wire::Bytes hello = wire::hello(Bench::kHost);
  b.send(wire::Bytes(hello.begin(), hello.end() - 1));
  b.step();
  b.in.link_up = false;
  b.send(hello);
  b.step();
  b.in.link_up = true;
  b.send(wire::Bytes{0x81});
  b.step();
  CHECK((b.status().u8(11) & 1U) == 0);
}

TEST_CASE("another host may come right after the link was lost") {
  Bench b;
  b.ready();
  b.in.link_up = false;
  b.step();
  b.in.link_up = true;
  b.send(wire::hello(0x1234));
  b.step();
  CHECK(b.latched() == 0);
}

TEST_CASE("a pass over its budget while something is on is a fault; at rest it is only reported") {
  for (const uint32_t late_ms : {10U, 11U}) {
    CAPTURE(late_ms);
    Bench b;
    b.ready();
    b.step(late_ms);
    CHECK(b.latched() == 0);
    CHECK(b.status().u16(39) == late_ms * 1000);
    b.hold('U', '-', 200);
    b.step(late_ms);
    CHECK(b.moving() == (late_ms <= 10));
    CHECK(b.latched() == (late_ms <= 10 ? 0 : fault_bit(Fault::loop_late)));
    b.clear();
    b.step();
    CHECK(b.latched() == 0);
  }
}

TEST_CASE("microseconds alone show a late pass, and so do milliseconds alone") {
  for (const bool by_us : {true, false}) {
    Bench b;
    b.ready();
    b.hold('U', '-', 200);
    (by_us ? b.in.now_us : b.in.now_ms) += 11000;
    b.step(0);
    CHECK(b.quiet());
    CHECK((b.latched() & fault_bit(Fault::loop_late)) != 0);
  }
}

TEST_CASE("the longest loop saturates") {
  Bench b;
  b.step();
  b.step(500);
  CHECK(b.status().u16(39) == 0xFFFF);
}

TEST_CASE("a clock that jumps back ends all motion") {
  Bench b;
  b.ready();
  b.hold('U', '-', 200);
  b.in.now_ms -= 50;
  b.step(0);
  CHECK(b.quiet());
  CHECK((b.latched() & fault_bit(Fault::loop_late)) != 0);
}

TEST_CASE("the function that writes pins refuses both of a pair, writes all off and stays so until cleared") {
  Bench b;
  for (const unsigned both : {3U, 3U << 2U, 0x3FU}) {
    b.pins.clear_refusal();
    CHECK(b.pins.write(relay::bit(Line::jack_up) | relay::bit(Line::master)));
    CHECK(b.on(Line::jack_up));
    CHECK_FALSE(b.pins.write(static_cast<relay::LineBits>(both)));
    CHECK(b.pins.refused());
    CHECK(b.quiet());
    CHECK_FALSE(b.pins.write(relay::bit(Line::jack_up)));
    CHECK(b.quiet());
  }
  CHECK_FALSE(b.both_at_once);
  b.pins.clear_refusal();
  CHECK(b.pins.write(0x3FU & ~2U & ~8U));
  CHECK(b.on(Line::jack_up));
  CHECK(b.on(Line::steer_left));
  CHECK(b.on(Line::horn));
}

TEST_CASE("what goes off is written before what goes on") {
  Bench b;
  b.pins.write(relay::bit(Line::jack_down) | relay::bit(Line::steer_right));
  b.edges.clear();
  b.pins.write(relay::bit(Line::jack_up) | relay::bit(Line::steer_left));
  REQUIRE(b.edges.size() == 4);
  CHECK_FALSE(b.edges[0].on);
  CHECK_FALSE(b.edges[1].on);
  CHECK_FALSE(b.both_at_once);
}

TEST_CASE("a refusal of the pins is latched, reported and cleared like any fault") {
  Bench b;
  b.ready();
  b.hold('U', 'L', 200, 'H');
  b.pins.write(3);  // the bug that the guard is for
  b.step();
  CHECK(b.quiet());
  CHECK(b.out.moving[0] == relay::Direction::off);
  CHECK_FALSE(b.out.master);
  CHECK_FALSE(b.out.horn);
  CHECK(b.out.feed_watchdog);
  CHECK(b.latched() == fault_bit(Fault::pin_refused));
  b.hold('U', '-', 300);
  CHECK(b.quiet());
  b.clear();
  b.hold('U', '-', 300);
  CHECK(b.jack() == 'U');
}

TEST_CASE("every line is written off when the controller is made") {
  Bench b;
  int written = 0;
  b.lines.fill(true);
  relay::Controller again(b.limits, {1, relay::BoardKind::native, relay::ResetCause::power}, b.pins);
  for (const bool line : b.lines) written += line ? 0 : 1;
  CHECK(written == 6);
}

TEST_CASE("the watchdog is fed by every pass, at rest, moving and in a fault") {
  Bench b;
  for (int i = 0; i < 100; ++i) CHECK(b.step().feed_watchdog);
  b.ready();
  for (int i = 0; i < 100; ++i) {
    b.command('U', 'L');
    CHECK(b.step().feed_watchdog);
  }
  b.in.open = relay::kEstop;
  b.in.link_up = false;
  for (int i = 0; i < 100; ++i) CHECK(b.step().feed_watchdog);
}

TEST_CASE("the supervisor forbids feeding when any one check did not run in this pass") {
  for (uint8_t missing = 0; missing <= relay::kChecks; ++missing) {
    relay::Supervisor s;
    s.begin_pass();
    for (uint8_t i = 0; i < relay::kChecks; ++i) {
      if (i != missing) s.ran(static_cast<Check>(i));
    }
    CHECK(s.may_feed() == (missing == relay::kChecks));
    s.begin_pass();
    CHECK_FALSE(s.may_feed());
  }
}

TEST_CASE("the LED: steady while the master is on, short and slow when well, fast in a fault") {
  const auto share_on = [](Bench& b, uint32_t ms) {
    int on = 0;
    int changes = 0;
    bool before = b.out.led;
    for (uint32_t i = 0; i < ms; ++i) {
      const bool led = b.step().led;
      on += led ? 1 : 0;
      changes += led != before ? 1 : 0;
      before = led;
    }
    return std::make_pair(on, changes);
  };
  Bench b;
  b.ready();
  CHECK(share_on(b, 1024).first == 64);
  b.hold('U', '-', 10);
  CHECK(share_on(b, 200).first == 200);
  b.in.open = relay::kEstop;
  b.step();
  const auto fault = share_on(b, 1024);
  CHECK(fault.first == 512);
  CHECK(fault.second == 8);
}

TEST_CASE("a table with any limit out of its range is not sane") {
  using relay::Limits;
  CHECK(relay::sane(Limits{}));
  const auto broken = [](void (*change)(Limits&)) {
    Limits l;
    change(l);
    return !relay::sane(l);
  };
  CHECK(broken([](Limits& l) { l.dead_time_ms = 49; }));
  CHECK(broken([](Limits& l) { l.clock_step_ms = 0; }));
  CHECK(broken([](Limits& l) { l.lease_ms = 501; }));
  CHECK(broken([](Limits& l) { l.max_age_ms = 301; }));
  CHECK(broken([](Limits& l) { l.release_ms = 4; }));
  CHECK(broken([](Limits& l) { l.welded_after_ms = 99; }));
  CHECK(broken([](Limits& l) { l.welded_quiet_ms = 99; }));
  CHECK(broken([](Limits& l) { l.second_host_ms = 499; }));
  CHECK(broken([](Limits& l) { l.frame_gap_ms = 101; }));
  CHECK(broken([](Limits& l) { l.status_every_ms = 101; }));
  CHECK(broken([](Limits& l) { l.status_gap_ms = 51; }));
  CHECK(broken([](Limits& l) { l.refusal_gap_ms = 9; }));
  CHECK(broken([](Limits& l) { l.loop_budget_ms = 101; }));
  CHECK(broken([](Limits& l) { l.lease_ms = l.max_age_ms = l.loop_budget_ms = 100; }));
  CHECK(broken([](Limits& l) { l.position_noise = 1001; }));
  CHECK(broken([](Limits& l) { l.fitted = 0x20; }));
  CHECK(broken([](Limits& l) { l.actuator[0].longest_on_ms = 20001; }));
  CHECK(broken([](Limits& l) { l.actuator[0].unguarded_press_ms = 8001; }));
  CHECK(broken([](Limits& l) { l.actuator[1].duty_percent = 51; }));
  CHECK(broken([](Limits& l) { l.actuator[0] = {8000, 1000, 6}; }));
}

TEST_CASE("the fingerprint of the table changes with every limit in it") {
  using relay::Limits;
  const uint32_t base = relay::limits_hash(Limits{});
  const auto differs = [base](void (*change)(Limits&)) {
    Limits l;
    change(l);
    return relay::limits_hash(l) != base;
  };
  CHECK(differs([](Limits& l) { ++l.dead_time_ms; }));
  CHECK(differs([](Limits& l) { ++l.lease_ms; }));
  CHECK(differs([](Limits& l) { ++l.max_age_ms; }));
  CHECK(differs([](Limits& l) { ++l.fitted; }));
  CHECK(differs([](Limits& l) { l.horn_fitted = true; }));
  CHECK(differs([](Limits& l) { ++l.actuator[0].longest_on_ms; }));
  CHECK(differs([](Limits& l) { ++l.actuator[1].duty_percent; }));
  CHECK(relay::limits_hash(Limits{}) == base);
}
