// What holds whatever the host says: the pins, the supervisor, the LED, the table of limits.
#include <doctest/doctest.h>
#include <supervisor.h>

#include "bench.h"

using relay::Check;
using relay::Fault;
using relay::Line;

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
