// Who may command: session, host, sequence, age, and a stop before anything else.
#include <doctest/doctest.h>

#include "bench.h"

using relay::Line;
using relay::Reject;

namespace {

Reject refusal_of(Bench& b, const wire::Command& c) {
  const uint16_t before = b.status().u16(35);
  b.send(wire::command(c));
  const wire::Frame after = b.status();
  return after.u16(35) == before ? Reject::none : static_cast<Reject>(after.u8(37));
}

}  // namespace

TEST_CASE("nothing moves before a hello") {
  Bench b;
  b.run(200);
  b.hold('-', '-', 100);
  b.hold('U', 'L', 500);
  CHECK(b.edges.empty());
  CHECK(b.status().u8(37) == static_cast<uint8_t>(Reject::no_hello));
}

TEST_CASE("nothing moves after a hello before a stop") {
  Bench b;
  b.run(200);
  b.send(wire::hello(Bench::kHost));
  b.hold('U', '-', 200);
  CHECK(b.edges.empty());
  CHECK(b.status().u8(37) == static_cast<uint8_t>(Reject::stop_first));
  b.command();
  b.hold('U', '-', 200);
  CHECK(b.jack() == 'U');
}

TEST_CASE("a stop of the jack alone is not the first stop") {
  Bench b;
  b.send(wire::hello(Bench::kHost));
  b.hold('-', 'L', 400);
  b.hold('U', '-', 400);
  CHECK(b.edges.empty());
}

TEST_CASE("each reason to refuse a command has its name") {
  Bench b;
  b.ready();
  wire::Command c = b.fresh('U');
  CHECK(refusal_of(b, c) == Reject::none);
  c = b.fresh();
  c.echo_ms += 1000;
  CHECK(refusal_of(b, c) == Reject::from_the_future);
  c = b.fresh();
  c.echo_ms -= 251;
  CHECK(refusal_of(b, c) == Reject::too_old);
  c = b.fresh();
  c.version = 2;
  CHECK(refusal_of(b, c) == Reject::version);
  c = b.fresh();
  c.session ^= 1U;
  CHECK(refusal_of(b, c) == Reject::session);
  c = b.fresh();
  c.host_id ^= 1U;
  CHECK(refusal_of(b, c) == Reject::host);
  c = b.fresh();
  CHECK(refusal_of(b, c) == Reject::none);
  CHECK(refusal_of(b, c) == Reject::sequence);
  c = b.fresh('u');
  CHECK(refusal_of(b, c) == Reject::letter);
  c = b.fresh('L');
  CHECK(refusal_of(b, c) == Reject::letter);
  c = b.fresh('-', 'U');
  CHECK(refusal_of(b, c) == Reject::letter);
  c = b.fresh('-', '-', 'x');
  CHECK(refusal_of(b, c) == Reject::letter);
  c = b.fresh('-', '-', '-', 'x');
  CHECK(refusal_of(b, c) == Reject::letter);
  c = b.fresh('U', '-', '-', 'C');
  CHECK(refusal_of(b, c) == Reject::clear_while_moving);
  c = b.fresh('-', 'R', '-', 'C');
  CHECK(refusal_of(b, c) == Reject::clear_while_moving);
}

TEST_CASE("a command is as old as its echo: 250 ms is obeyed, 251 is not, 1 ms of future is not") {
  for (const int age : {0, 1, 250, 251, 1000, -1, -1000}) {
    CAPTURE(age);
    Bench b;
    b.ready();
    wire::Command c = b.fresh('U');
    c.echo_ms = b.in.now_ms + 1 - static_cast<uint32_t>(age);
    b.send(wire::command(c));
    b.step();
    CHECK(b.on(Line::jack_up) == (age >= 0 && age <= 250));
  }
}

TEST_CASE("an echo from before the wrap of the uptime is young after it") {
  Bench b(Bench::fitted_all(), 0xFFFFFFFFU - 300U);
  b.ready();
  b.hold('U', '-', 1000);
  CHECK(b.in.now_ms < 2000);
  CHECK(b.jack() == 'U');
  b.run(400);
  CHECK(b.quiet());
}

TEST_CASE("sequence numbers are newer across their wrap, and never equal or older") {
  Bench b;
  b.ready();
  b.sequence = 0xFFFD;  // less than half the circle ahead would be refused: say hello again
  b.send(wire::hello(Bench::kHost));
  b.step();
  b.command();
  b.hold('U', '-', 300);
  CHECK(b.sequence == 4);
  CHECK(b.jack() == 'U');
  b.run(400);
  b.edges.clear();
  for (const uint16_t offset : {0x0000, 0xFFFF, 0x8000, 0xFF00}) {
    wire::Command c = b.fresh('U');
    c.sequence = static_cast<uint16_t>(4 + offset);
    b.send(wire::command(c));
    b.run(5);
  }
  CHECK(b.edges.empty());
  wire::Command c = b.fresh('U');
  c.sequence = 4 + 0x7FFF;
  b.send(wire::command(c));
  b.step();
  CHECK(b.jack() == 'U');
}

TEST_CASE("a refused command does not use up its sequence number") {
  Bench b;
  b.ready();
  wire::Command c = b.fresh('U');
  c.echo_ms -= 1000;
  b.send(wire::command(c));
  b.step();
  c.echo_ms = b.in.now_ms;
  b.send(wire::command(c));
  b.step();
  CHECK(b.jack() == 'U');
}

TEST_CASE("a refused command does not lengthen the lease") {
  Bench b;
  b.ready();
  b.command('U');
  b.step();
  const uint32_t from = b.in.now_ms - 1;
  for (int i = 0; i < 290; ++i) {
    wire::Command c = b.fresh('U');
    c.session ^= 4U;
    b.send(wire::command(c));
    b.step();
  }
  CHECK(b.jack() == 'U');
  b.run(from + 300 - b.in.now_ms);
  CHECK(b.jack() == '-');
}

TEST_CASE("a late or repeated stop of this host is obeyed, and the press stays off until it is let go") {
  for (const bool late : {false, true}) {
    CAPTURE(late);
    Bench b;
    b.ready();
    const wire::Command old = b.fresh();
    b.hold('U', '-', 200, 'H');
    REQUIRE(b.jack() == 'U');
    wire::Command stop = late ? b.fresh() : old;
    if (late) stop.echo_ms -= 5000;
    b.send(wire::command(stop));
    b.step();
    CHECK(b.quiet());
    b.hold('U', '-', 400);
    CHECK(b.quiet());
    b.hold('D', '-', 200);
    CHECK(b.quiet());
    b.command();
    b.hold('U', '-', 200);
    CHECK(b.jack() == 'U');
  }
}

TEST_CASE("a late stop that finds nothing moving holds nothing back") {
  Bench b;
  b.ready();
  wire::Command stop = b.fresh();
  stop.echo_ms -= 5000;
  b.send(wire::command(stop));
  b.step();
  b.command('U');
  b.step();
  CHECK(b.jack() == 'U');
}

TEST_CASE("a late stop is not the first stop that motion needs") {
  Bench b;
  b.send(wire::hello(Bench::kHost));
  b.run(200);
  wire::Command stop = b.fresh();
  stop.echo_ms -= 5000;
  b.send(wire::command(stop));
  b.hold('U', '-', 400);
  CHECK(b.edges.empty());
}

TEST_CASE("a stop for another session or from another host is not ours to obey") {
  Bench b;
  b.ready();
  b.hold('U', '-', 200);
  wire::Command stop = b.fresh();
  stop.session ^= 1U;
  b.send(wire::command(stop));
  stop = b.fresh();
  stop.host_id ^= 1U;
  b.send(wire::command(stop));
  stop = b.fresh();
  stop.version = 3;
  b.send(wire::command(stop));
  b.step();
  CHECK(b.jack() == 'U');
}
