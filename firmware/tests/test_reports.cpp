// What the device says: status, events, refusals.
#include <doctest/doctest.h>

#include "bench.h"


namespace {

std::vector<wire::Frame> of_id(const std::vector<wire::Frame>& frames, uint8_t id) {
  std::vector<wire::Frame> found;
  for (const wire::Frame& frame : frames) {
    if (frame.id == id) found.push_back(frame);
  }
  return found;
}

}  // namespace

TEST_CASE("status comes at 20 Hz, 49 bytes, with a good CRC16, also before any hello") {
  Bench b;
  b.run(100);
  b.heard();
  b.run(1000);
  const auto statuses = of_id(b.heard(), 0x25);
  CHECK(statuses.size() == 20);
  for (const auto& s : statuses) CHECK(s.payload.size() == 49);
}

TEST_CASE("every field of the status stands where the protocol says") {
  Bench b;
  b.in.position[0] = -5;
  b.in.position[1] = 300;
  b.ready();
  b.hold('U', 'L', 1000, 'H');
  b.send({0x7E, 0x77, 0, 0});
  b.command('U', 'L', 'H');
  const uint32_t from = b.in.now_ms;
  const wire::Frame s = b.status();
  CHECK(s.u8(0) == 1);
  CHECK(s.u32(1) == Bench::kSession);
  CHECK(s.u32(5) == b.in.now_ms);
  CHECK(s.u16(9) == b.sequence);
  CHECK(s.u8(11) == (1U | 2U | 8U | 16U | 64U | 128U));
  CHECK(s.u8(12) == 'U');
  CHECK(s.u8(13) == 'L');
  CHECK(s.u8(14) == 1);
  CHECK(s.u8(15) == 1);
  CHECK(s.u16(16) == 999 + (b.in.now_ms - from));
  CHECK(s.u16(18) == s.u16(16));
  CHECK(s.u16(20) == 300 - (b.in.now_ms - from));
  CHECK(s.u16(22) == s.u16(20));
  CHECK(s.u16(24) == s.u16(16));
  CHECK(s.u16(26) == s.u16(16));
  CHECK(s.u8(28) == 0);
  CHECK(s.u8(29) == 0);
  CHECK(s.u8(30) == 0x1F);
  CHECK(s.u16(31) == 0);
  CHECK(s.u16(33) == 0);
  CHECK(s.u16(35) == 1);
  CHECK(s.u8(37) == 2);
  CHECK(s.u8(38) == 1);
  CHECK(s.u16(39) == 1000);
  CHECK(static_cast<int16_t>(s.u16(41)) == -5);
  CHECK(s.u16(43) == 300);
  CHECK(s.u16(45) == 0);
}

TEST_CASE("the phase before the first stop is: waits for a stop; after it: off") {
  Bench b;
  b.run(150);
  CHECK(b.status().u8(14) == 3);
  b.send(wire::hello(Bench::kHost));
  b.step();
  CHECK(b.status().u8(15) == 3);
  CHECK(b.status().u8(11) == (1U | 64U | 128U));
  b.command();
  b.step();
  CHECK(b.status().u8(14) == 0);
  CHECK(b.status().u16(20) == 0);
}

TEST_CASE("letters that may move something are ready too") {
  Bench b;
  b.run(150);
  b.send(wire::letter('R', 0));
  b.step();
  const wire::Frame s = b.status();
  CHECK(s.u8(14) == 0);
  CHECK(s.u8(11) == (2U | 64U | 128U));
}

TEST_CASE("a change is told at once, but not more often than every 10 ms, and the last state is always told") {
  Bench b;
  b.run(500);
  b.heard();
  b.in.open = relay::kSteerLeft;
  b.run(2);
  CHECK(of_id(b.heard(), 0x25).size() >= 1);
  for (int i = 0; i < 100; ++i) {
    b.in.open = static_cast<uint8_t>(b.in.open ^ relay::kSteerLeft);
    b.step();
  }
  CHECK(of_id(b.heard(), 0x25).size() <= 11);
  b.in.open = relay::kSteerLeft;
  b.run(11);
  const auto statuses = of_id(b.heard(), 0x25);
  REQUIRE_FALSE(statuses.empty());
  CHECK(statuses.back().u8(28) == relay::kSteerLeft);
}

TEST_CASE("each kind of change is reason for a status of its own") {
  const auto told_within_11_ms = [](void (*change)(Bench&)) {
    Bench b;
    b.ready();
    for (int i = 0; i < 60 && of_id(b.heard(), 0x25).empty(); ++i) b.step();
    b.run(12);
    b.heard();
    change(b);
    b.run(2);
    return !of_id(b.heard(), 0x25).empty();
  };
  CHECK_FALSE(told_within_11_ms([](Bench&) {}));
  CHECK(told_within_11_ms([](Bench& b) { b.command('U'); }));
  CHECK(told_within_11_ms([](Bench& b) { b.command('-', 'L'); }));
  CHECK(told_within_11_ms([](Bench& b) { b.command('-', '-', 'H'); }));
  CHECK(told_within_11_ms([](Bench& b) { b.in.open = relay::kJackUpper; }));
  CHECK(told_within_11_ms([](Bench& b) { b.in.open = relay::kEstop; }));
}

TEST_CASE("events tell what happened, once, in order, numbered without a gap") {
  Bench b;
  b.ready();
  b.hold('U', '-', 200);
  b.hold('D', 'L', 200);
  b.in.open = relay::kEstop;
  b.run(20);
  b.in.open = 0;
  b.run(30);
  b.clear();
  b.run(10);
  b.in.link_up = false;
  b.run(10);
  b.in.link_up = true;
  b.run(100);
  const auto events = of_id(b.heard(), 0x6A);
  const struct {
    uint8_t code, actuator;
    uint32_t value;
  } expected[] = {{1, 0, 1},   {10, 0, 1},  {2, 0, Bench::kHost}, {3, 1, 'U'}, {4, 1, 'U'}, {3, 2, 'L'}, {3, 1, 'D'},
                  {9, 0, 16},  {4, 1, 'D'}, {4, 2, 'L'},          {5, 0, 1},   {9, 0, 0},   {6, 0, 1},   {10, 0, 0},
                  {10, 0, 1}};
  REQUIRE(events.size() == sizeof expected / sizeof expected[0]);
  for (size_t i = 0; i < events.size(); ++i) {
    CAPTURE(i);
    CHECK(events[i].payload.size() == 19);
    CHECK(events[i].u8(0) == 1);
    CHECK(events[i].u32(1) == Bench::kSession);
    CHECK(events[i].u16(9) == i);
    CHECK(events[i].u8(11) == expected[i].code);
    CHECK(events[i].u8(12) == expected[i].actuator);
    CHECK(events[i].u32(13) == expected[i].value);
  }
}

TEST_CASE("a limit that changes is an event with the inputs; a clear that clears nothing is none") {
  Bench b;
  b.ready();
  b.heard();
  b.in.open = relay::kJackUpper;
  b.run(5);
  b.clear();
  b.run(100);
  const auto events = of_id(b.heard(), 0x6A);
  REQUIRE(events.size() == 1);
  CHECK(events[0].u8(11) == 8);
  CHECK(events[0].u32(13) == relay::kJackUpper);
}

TEST_CASE("refusals are all counted, and told at most every 50 ms") {
  Bench b;
  b.ready();
  b.heard();
  for (int i = 0; i < 200; ++i) {
    b.send({0x7E, 0x77, 0, 0});
    b.step();
  }
  const auto events = b.events(7);
  CHECK(events.size() == 4);
  CHECK(events[0].u32(13) == 2);
  CHECK(b.status().u16(35) == 200);
}
