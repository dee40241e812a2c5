// Latched faults, the link, the loop.
#include <doctest/doctest.h>
#include <faults.h>

#include "bench.h"

using relay::Fault;

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
