// Limit switches, e-stop, welded relays, position.
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

TEST_CASE("a limit that changes while coasting is no weld; later than 300 ms after off it is") {
  const struct {
    uint8_t bit;
    char jack, steer;
    Fault fault;
  } rows[] = {{relay::kJackLower, 'D', '-', Fault::jack_welded}, {relay::kSteerLeft, '-', 'L', Fault::steer_welded}};
  for (const auto& row : rows) {
    for (const bool opens : {true, false}) {
      for (const uint32_t after_ms : {290U, 310U}) {
        CAPTURE(after_ms);
        Bench b;
        b.ready();
        // It moves away from or towards the switch, which is open at the start or at the end.
        b.in.open = opens ? 0 : row.bit;
        b.hold(row.jack == 'D' && !opens ? 'U' : row.jack, row.steer == 'L' && !opens ? 'R' : row.steer, 200);
        b.command();
        b.step();
        REQUIRE(b.quiet());
        b.run(after_ms);
        b.in.open = opens ? row.bit : 0;
        b.step();
        CHECK(b.latched() == (after_ms > 300 ? fault_bit(row.fault) : 0));
      }
    }
  }
}

TEST_CASE("a moving limit is no weld of the other actuator, nor of one that is on") {
  Bench b;
  b.ready();
  b.run(1000);
  b.hold('D', '-', 600);
  b.in.open = relay::kJackLower;
  b.run(10);
  CHECK(b.latched() == 0);
}

TEST_CASE("a welded fault can be cleared only after a second without movement") {
  Bench b;
  b.ready();
  b.run(500);
  b.in.open = relay::kJackUpper;
  b.step();
  CHECK(b.latched() == fault_bit(Fault::jack_welded));
  b.run(800);
  b.clear();
  b.step();
  CHECK(b.latched() == fault_bit(Fault::jack_welded));
  b.run(200);
  b.clear();
  b.step();
  CHECK(b.latched() == 0);
}

TEST_CASE("the inputs of the first pass are where things stand, not a change") {
  Bench b;
  b.in.open = relay::kJackUpper;
  b.run(1000);
  CHECK(b.latched() == 0);
}

TEST_CASE("a position that wanders at rest is a weld; noise, coasting, motion and a sensor that goes away are not") {
  for (const uint8_t actuator : {relay::kJack, relay::kSteer}) {
    const uint16_t welded = fault_bit(relay::of(Fault::jack_welded, actuator));
    Bench b;
    b.in.position[actuator] = 100;
    b.ready();
    b.hold(actuator == relay::kJack ? 'U' : '-', actuator == relay::kSteer ? 'L' : '-', 200);
    b.in.position[actuator] = 400;
    b.run(10);
    b.command();
    b.step();
    b.run(250);
    b.in.position[actuator] = 450;
    b.run(100);
    b.in.position[actuator] = 458;
    b.run(100);
    b.in.position[actuator] = 442;
    b.run(100);
    CHECK(b.latched() == 0);
    CHECK(static_cast<int16_t>(b.status().u16(actuator == relay::kJack ? 41 : 43)) == 442);
    b.in.position[actuator] = relay::kNoPosition;
    b.run(100);
    CHECK(b.latched() == 0);
    SUBCASE("up") { b.in.position[actuator] = 459; }
    SUBCASE("down") { b.in.position[actuator] = 441; }
    b.run(1);
    b.in.position[actuator] = 450;
    b.run(1);
    b.in.position[actuator] = 430;
    b.run(1);
    CHECK(b.latched() == welded);
  }
}

TEST_CASE("a position that creeps is seen against where it rested, and goes on being seen") {
  Bench b;
  b.in.position[0] = 0;
  b.ready();
  b.run(500);
  for (int16_t p = 1; p <= 8; ++p) {
    b.in.position[0] = p;
    b.run(50);
  }
  CHECK(b.latched() == 0);
  b.in.position[0] = 9;
  b.run(900);
  CHECK(b.latched() == fault_bit(Fault::jack_welded));
  b.in.position[0] = 18;
  b.run(900);
  b.clear();
  b.step();
  CHECK(b.latched() == fault_bit(Fault::jack_welded));
}
