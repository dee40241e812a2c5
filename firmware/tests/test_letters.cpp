// The 5-byte letters of the original: stop always, motion only where nothing newer ever spoke.
#include <doctest/doctest.h>

#include "bench.h"

using relay::Reject;

namespace {

void letters(Bench& b, char letter, uint32_t ms) {
  for (uint32_t i = 0; i < ms; ++i) {
    if (i % 100 == 0) b.send(wire::letter(letter, 1));
    b.step();
  }
}

}  // namespace

TEST_CASE("letters alone: a stop, then motion under the lease, and the status says who moved it") {
  Bench b;
  b.run(150);
  b.send(wire::letter('U', 0));
  b.step();
  b.send(wire::letter('U', 1));
  b.step();
  CHECK(b.jack() == 'U');
  CHECK((b.status().u8(11) & 0x20U) != 0);
  b.run(300);
  CHECK(b.quiet());
}

TEST_CASE("the lease of a letter runs from its arrival: off 300 ms later, not before") {
  Bench b;
  b.run(150);
  b.send(wire::letter('L', 0));
  b.send(wire::letter('L', 1));
  b.step();
  b.run(299);
  CHECK(b.steer() == 'L');
  b.run(1);
  CHECK(b.steer() == '-');
}

TEST_CASE("a letter for motion is refused before a stop of the same actuator") {
  Bench b;
  b.run(150);
  letters(b, 'U', 300);
  b.send(wire::letter('L', 0));
  letters(b, 'D', 300);
  CHECK(b.edges.empty());
  CHECK(b.status().u8(37) == static_cast<uint8_t>(Reject::legacy_stop_first));
  letters(b, 'R', 100);
  CHECK(b.steer() == 'R');
}

TEST_CASE("a stop of either letter stops the actuator, whatever it does") {
  for (const char stop : {'U', 'D'}) {
    Bench b;
    b.run(150);
    b.send(wire::letter(stop, 0));
    letters(b, 'D', 200);
    REQUIRE(b.jack() == 'D');
    b.send(wire::letter(stop, 0));
    b.step();
    CHECK(b.quiet());
  }
}

TEST_CASE("any value but 0 is on, as the original had it") {
  for (const uint32_t value : {1U, 0xFFFFFFFFU, 0x7EU, 0x01000000U}) {
    Bench b;
    b.run(150);
    b.send(wire::letter('D', 0));
    b.send(wire::letter('D', value));
    b.step();
    CHECK(b.jack() == 'D');
  }
}

TEST_CASE("letters that are none are refused, the dash of v1 included") {
  for (const char letter : {'-', 'X', 'u', '\0'}) {
    Bench b;
    b.send(wire::letter(letter, 0));
    CHECK(b.status().u8(37) == static_cast<uint8_t>(Reject::letter));
  }
}

TEST_CASE("after its lease ended an actuator needs a stop by letter before it moves again") {
  Bench b;
  b.run(150);
  b.send(wire::letter('D', 0));
  letters(b, 'D', 200);
  REQUIRE(b.jack() == 'D');
  b.run(400);
  b.edges.clear();
  letters(b, 'D', 2000);
  letters(b, 'U', 2000);
  CHECK(b.edges.empty());
  b.send(wire::letter('U', 0));
  letters(b, 'D', 100);
  CHECK(b.jack() == 'D');
}

TEST_CASE("twenty late D1, 100 ms apart, after a v1 hello: no edge") {
  Bench b;
  b.ready();
  b.send(wire::letter('D', 0));
  letters(b, 'D', 2000);
  CHECK(b.edges.empty());
  CHECK(b.status().u8(37) == static_cast<uint8_t>(Reject::legacy_after_hello));
}

TEST_CASE("twenty late D1, 100 ms apart, on a fresh boot: no edge; nor after motion and a gap of 400 ms") {
  Bench fresh;
  fresh.run(150);
  letters(fresh, 'D', 2000);
  CHECK(fresh.edges.empty());

  Bench b;
  b.run(150);
  b.send(wire::letter('D', 0));
  letters(b, 'D', 100);
  b.run(400);
  b.edges.clear();
  letters(b, 'D', 2000);
  CHECK(b.edges.empty());
}

TEST_CASE("a stop by letter is obeyed in a v1 session, and the press waits to be let go") {
  Bench b;
  b.ready();
  b.hold('U', 'R', 200);
  b.send(wire::letter('D', 0));
  b.step();
  CHECK(b.jack() == '-');
  CHECK(b.steer() == 'R');
  b.hold('U', 'R', 300);
  CHECK(b.jack() == '-');
  CHECK(b.status().u8(14) == 3);
  b.hold('-', 'R', 60);
  b.hold('U', 'R', 200);
  CHECK(b.jack() == 'U');
}

TEST_CASE("a v1 hello ends motion by letters for this boot, also after the link was lost") {
  Bench b;
  b.run(150);
  b.send(wire::letter('D', 0));
  letters(b, 'D', 200);
  b.send(wire::hello(Bench::kHost));
  b.step();
  CHECK(b.quiet());
  CHECK((b.status().u8(11) & 0x20U) == 0);
  b.in.link_up = false;
  b.run(10);
  b.in.link_up = true;
  b.run(10);
  b.edges.clear();
  b.send(wire::letter('D', 0));
  letters(b, 'D', 500);
  CHECK(b.edges.empty());
}

TEST_CASE("a lost link disarms the letters") {
  Bench b;
  b.run(150);
  b.send(wire::letter('D', 0));
  b.step();
  b.in.link_up = false;
  b.step();
  b.in.link_up = true;
  letters(b, 'D', 500);
  CHECK(b.edges.empty());
}

TEST_CASE("a letter frame of another length is refused") {
  Bench b;
  b.run(150);
  b.send(wire::letter('U', 0));
  b.step();
  b.send(wire::frame(0, {'U', 1}));  // what pySerialTransfer makes of ('U', True)
  b.run(20);
  CHECK(b.edges.empty());
  CHECK(b.status().u8(37) == static_cast<uint8_t>(Reject::length));
}
