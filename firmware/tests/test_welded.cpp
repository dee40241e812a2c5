// Movement after off: a relay whose contacts stuck.
#include <doctest/doctest.h>

#include "bench.h"

using relay::Fault;

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
