// Hello, the answer to it, the second host, the boot nonce.
#include <doctest/doctest.h>

#include "bench.h"
#include "session_nonce.h"

using relay::Fault;
using relay::Reject;

namespace {
constexpr uint32_t kOther = 0x0000BEEF;
}

TEST_CASE("a hello is answered with its ticket, and the answer names the session") {
  Bench b;
  b.send(wire::hello(Bench::kHost, 0xABCD));
  b.run(3);
  for (const wire::Frame& frame : b.heard()) {
    if (frame.id != 0x46) continue;
    REQUIRE(frame.payload.size() == 25);
    CHECK(frame.u8(0) == 1);
    CHECK(frame.u32(1) == Bench::kSession);
    CHECK(frame.u32(5) == Bench::kHost);
    CHECK(frame.u16(9) == 0xABCD);
    CHECK(frame.u32(11) == 1001);
    CHECK(frame.u16(15) == 0x0100);
    CHECK(frame.u8(17) == 0);
    CHECK(frame.u8(18) == 1);
    CHECK(frame.u32(19) == relay::limits_hash(b.limits));
    return;
  }
  FAIL("no answer");
}

TEST_CASE("a hello of another version is refused and not answered") {
  Bench b;
  b.send(wire::hello(Bench::kHost, 1, 2));
  CHECK(b.status().u8(37) == static_cast<uint8_t>(Reject::version));
  CHECK((b.status().u8(11) & 1U) == 0);
}

TEST_CASE("a hello whose CRC16 is wrong is refused") {
  Bench b;
  b.send(wire::frame(0x46, wire::Bytes(9, 1)));
  CHECK(b.status().u8(37) == static_cast<uint8_t>(Reject::crc16));
}

TEST_CASE("a hello at rest moves nothing and asks for a stop again") {
  Bench b;
  b.ready();
  b.send(wire::hello(Bench::kHost));
  b.run(3);
  CHECK(b.latched() == 0);
  b.hold('U', '-', 200);
  CHECK(b.edges.empty());
}

TEST_CASE("a hello while moving turns all off at once and latches") {
  Bench b;
  b.ready();
  b.hold('-', 'L', 200, 'H');
  REQUIRE(b.steer() == 'L');
  b.send(wire::hello(Bench::kHost));
  b.step();
  CHECK(b.quiet());
  CHECK(b.latched() == fault_bit(Fault::hello_while_moving));
  b.command();
  b.hold('-', 'L', 400);
  CHECK(b.quiet());
  b.clear();
  b.hold('-', 'L', 200);
  CHECK(b.steer() == 'L');
}

TEST_CASE("a second host within a second of the first turns all off and latches until it has been quiet for a second") {
  Bench b;
  b.ready();
  b.hold('-', '-', 3000);
  b.send(wire::hello(kOther));
  b.step();
  b.send(wire::hello(Bench::kHost));
  b.step();
  CHECK((b.latched() & fault_bit(Fault::second_host)) != 0);
  b.command();
  b.step();
  b.clear();
  b.step();
  CHECK((b.latched() & fault_bit(Fault::second_host)) != 0);
  b.run(1000);
  b.clear();
  b.step();
  CHECK(b.latched() == 0);
}

TEST_CASE("a host that was silent for a second may be followed by another") {
  for (const uint32_t silent_ms : {900U, 1100U}) {
    CAPTURE(silent_ms);
    Bench b;
    b.ready();
    b.run(400);
    // Any whole frame of the host counts, obeyed or not.
    wire::Command c = b.fresh();
    c.echo_ms -= 9999;
    b.send(wire::command(c));
    b.run(silent_ms);
    b.send(wire::hello(kOther));
    b.step();
    CHECK((b.latched() != 0) == (silent_ms < 1000));
  }
}

TEST_CASE("after another host took over, the first is refused") {
  Bench b;
  b.ready();
  b.run(1500);
  b.send(wire::hello(kOther));
  b.step();
  b.command();
  b.hold('U', '-', 300);
  CHECK(b.edges.empty());
  CHECK(b.status().u8(37) == static_cast<uint8_t>(Reject::host));
}

TEST_CASE("a boot nonce is never the one before and never 0") {
  uint32_t previous = 0;
  for (uint32_t i = 0; i < 10000; ++i) {
    const uint32_t next = relay::next_session(previous, i % 3);
    CHECK(next != previous);
    CHECK(next != 0);
    previous = next;
  }
  // The two values it has to step over: 0, and the nonce before.
  CHECK(relay::next_session(0, 0x61C88647U) == 1);  // the mix of 0 is 0
}
