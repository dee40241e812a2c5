// Limit switches and e-stop.
#include <doctest/doctest.h>

#include "bench.h"

using relay::Fault;
using relay::Line;

TEST_CASE("the first open sample of a limit stops the motion towards it, and only that") {
  const struct {
    char jack, steer, back_jack, back_steer;
    uint8_t open;
  } rows[] = {{'U', '-', 'D', '-', relay::kJackUpper},
              {'D', '-', 'U', '-', relay::kJackLower},
              {'-', 'L', '-', 'R', relay::kSteerLeft},
              {'-', 'R', '-', 'L', relay::kSteerRight}};
  for (const auto& row : rows) {
    CAPTURE(int(row.open));
    Bench b;
    b.ready();
    b.hold(row.jack, row.steer, 200);
    REQUIRE(b.moving());
    b.in.open = row.open;
    b.step();
    CHECK(b.quiet());
    CHECK(b.status().u8(row.jack != '-' ? 14 : 15) == 4);
    b.hold(row.jack, row.steer, 300);
    CHECK(b.quiet());
    b.hold(row.back_jack, row.back_steer, 200);
    CHECK(b.moving());
    CHECK(b.latched() == 0);
  }
}

TEST_CASE("a press that a limit ended does not resume when the limit closes; a new press does, after 20 ms of closed") {
  Bench b;
  b.ready();
  b.hold('U', '-', 200);
  b.in.open = relay::kJackUpper;
  b.step();
  b.in.open = 0;
  b.hold('U', '-', 300);
  CHECK(b.quiet());
  b.hold('-', '-', 50);
  b.hold('U', '-', 200);
  CHECK(b.jack() == 'U');
}

TEST_CASE("a limit counts as closed after 20 ms without one open sample") {
  Bench b;
  b.ready();
  b.in.open = relay::kJackUpper;
  b.run(1);
  b.in.open = 0;
  b.run(15);
  b.in.open = relay::kJackUpper;
  b.step();
  b.in.open = 0;
  b.run(19);
  b.command('U');
  b.step();
  CHECK(b.quiet());
  b.command();
  b.step();
  b.command('U');
  b.step();
  CHECK(b.jack() == 'U');
}

TEST_CASE("raw and debounced inputs are told apart in the status") {
  Bench b;
  b.in.open = relay::kJackUpper;
  b.run(60);
  wire::Frame s = b.status();
  CHECK(s.u8(28) == 1);
  CHECK(s.u8(29) == 1);
  b.in.open = 0;
  b.said.clear();
  b.run(15);
  bool seen = false;
  for (const wire::Frame& frame : b.heard()) {
    if (frame.id == 0x25 && frame.u8(28) == 0 && frame.u8(29) == 1) seen = true;
  }
  CHECK(seen);
  b.run(10);
  s = b.status();
  CHECK(s.u8(29) == 0);
  CHECK(s.u8(30) == 0x1F);
}

TEST_CASE("an input that is not fitted is not read") {
  Bench b(Bench::fitted_none());
  b.in.open = 0xFF;
  b.ready();
  b.hold('U', 'L', 200);
  CHECK(b.jack() == 'U');
  CHECK(b.steer() == 'L');
  CHECK(b.latched() == 0);
  CHECK(b.status().u8(28) == 0);
}

TEST_CASE("both fitted limits of an actuator open: a fault that stays while they are") {
  const struct {
    uint8_t both;
    Fault fault;
  } rows[] = {{relay::kJackUpper | relay::kJackLower, Fault::jack_limits}, {relay::kSteerLeft | relay::kSteerRight, Fault::steer_limits}};
  for (const auto& row : rows) {
    Bench b;
    b.in.open = row.both;
    b.ready();
    CHECK(b.latched() == fault_bit(row.fault));
    b.hold('D', '-', 100);
    b.hold('U', '-', 100);
    b.hold('-', 'L', 100);
    b.hold('-', 'R', 100);
    CHECK(b.edges.empty());
    b.clear();
    b.step();
    CHECK(b.active() == fault_bit(row.fault));
    CHECK(b.latched() == fault_bit(row.fault));
  }
}

TEST_CASE("the e-stop turns all off at its first open sample and stays until it is closed and cleared") {
  Bench b;
  b.ready();
  b.hold('U', 'R', 200);
  b.in.open = relay::kEstop;
  b.step();
  CHECK(b.quiet());
  CHECK(b.latched() == fault_bit(Fault::estop));
  CHECK((b.status().u8(11) & 4U) != 0);
  b.command();
  b.step();
  b.clear();
  b.step();
  CHECK(b.latched() == fault_bit(Fault::estop));
  b.in.open = 0;
  b.run(10);
  b.clear();
  b.step();
  CHECK(b.latched() == fault_bit(Fault::estop));  // closed for less than 20 ms
  b.run(20);
  b.hold('U', 'R', 500);
  CHECK(b.quiet());
  CHECK(b.latched() == fault_bit(Fault::estop));
  CHECK(b.active() == 0);
  b.clear();
  b.step();
  CHECK(b.latched() == 0);
  b.hold('U', 'R', 200);
  CHECK(b.jack() == 'U');
  CHECK(b.steer() == 'R');
}

TEST_CASE("one open sample of the e-stop is enough, motion or not") {
  Bench b;
  b.ready();
  b.in.open = relay::kEstop;
  b.step();
  b.in.open = 0;
  b.run(100);
  b.hold('U', '-', 300);
  CHECK(b.edges.empty());
  CHECK(b.latched() == fault_bit(Fault::estop));
}

TEST_CASE("the e-stop stops letters as well") {
  Bench b;
  b.run(150);
  b.send(wire::letter('U', 0));
  b.send(wire::letter('U', 1));
  b.step();
  REQUIRE(b.jack() == 'U');
  b.in.open = relay::kEstop;
  b.step();
  CHECK(b.quiet());
}
