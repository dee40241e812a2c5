// Saying it never holds it up: full buffers, hosts that do not read, storms, a link that is down.
#include <doctest/doctest.h>

#include "bench.h"

namespace {

size_t count_of(const std::vector<wire::Frame>& frames, uint8_t id) {
  size_t count = 0;
  for (const wire::Frame& frame : frames) count += frame.id == id ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("the count of refusals saturates") {
  Bench b;
  for (int i = 0; i < 1100; ++i) {
    b.send(wire::Bytes(255, 0x7E));
    b.step();
  }
  CHECK(b.status().u16(35) == 0xFFFF);
}

TEST_CASE("a host that does not read loses status, holds up nothing, and hears whole frames when it reads again") {
  Bench b;
  b.ready();
  b.host_reads = false;
  b.hold('U', 'L', 2500);
  CHECK(b.jack() == 'U');
  b.command();
  b.step();
  CHECK(b.quiet());
  b.run(500);
  b.host_reads = true;
  b.run(100);
  b.heard();
  CHECK(b.status().u16(45) > 40);
}

TEST_CASE("a hello is answered even when nothing else fits any more") {
  for (int refusals = 0; refusals < 6; ++refusals) {  // events that come before the status shift what is left
    CAPTURE(refusals);
    Bench b;
    b.run(200);
    b.heard();
    b.host_reads = false;
    for (int i = 0; i < refusals; ++i) {
      b.send({0x7E, 0x77, 0, 5});
      b.run(60);
    }
    b.run(2000);
    b.send(wire::hello(Bench::kHost, 77));
    b.run(10);
    b.host_reads = true;
    b.step();
    size_t answers = 0;
    for (const wire::Frame& frame : b.heard()) {
      if (frame.id != 0x46) continue;
      CHECK(frame.u16(9) == 77);
      ++answers;
    }
    CHECK(answers == 1);
  }
}

TEST_CASE("answers that find no room at all are counted as dropped") {
  Bench b;
  b.host_reads = false;
  b.run(1000);
  for (int i = 0; i < 10; ++i) {
    b.send(wire::hello(Bench::kHost));
    b.send(wire::hello(Bench::kHost));
    b.step();
  }
  b.host_reads = true;
  b.run(10);
  CHECK(count_of(b.heard(), 0x46) < 10);
  CHECK(b.status().u16(45) >= 10);
}

TEST_CASE("a storm of events leaves the status its place") {
  Bench b;
  b.run(100);
  b.heard();
  b.host_reads = false;
  uint32_t statuses = 0;
  wire::Bytes line;
  for (int i = 0; i < 2000; ++i) {
    b.in.open = static_cast<uint8_t>(b.in.open ^ relay::kSteerRight);
    b.step();
    uint8_t bytes[11];  // what 115200 baud carry in a millisecond
    const uint8_t got = b.controller.tx(bytes, sizeof bytes);
    line.insert(line.end(), bytes, bytes + got);
  }
  b.host_reads = true;
  b.step();
  b.said = wire::operator+(line, b.said);
  for (const auto& frame : b.heard()) statuses += frame.id == 0x25 ? 1 : 0;
  CHECK(statuses > 60);
}

TEST_CASE("nothing is said while the link is down, and nothing old when it comes back") {
  Bench b;
  b.ready();
  b.heard();
  b.host_reads = false;
  b.run(500);
  b.in.link_up = false;
  b.run(200);
  b.host_reads = true;
  b.step();
  CHECK(b.said.empty());
  b.in.link_up = true;
  b.run(60);
  for (const wire::Frame& frame : b.heard()) {
    if (frame.id == 0x25) CHECK(frame.u32(5) > b.in.now_ms - 61);
  }
}

TEST_CASE("bytes leave in pieces of any size") {
  Bench b;
  b.host_reads = false;
  b.run(60);
  wire::Bytes stream;
  for (uint8_t room = 0; room < 30; ++room) {
    uint8_t bytes[30];
    const uint8_t got = b.controller.tx(bytes, room);
    CHECK(got <= room);
    stream.insert(stream.end(), bytes, bytes + got);
  }
  b.said = stream;
  CHECK(b.heard().size() >= 2);
}
