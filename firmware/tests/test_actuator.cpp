// One motor: exclusion, dead time, lease, on-time, duty.
#include <doctest/doctest.h>

#include "bench.h"

using relay::Fault;
using relay::Line;

namespace {

// The shortest time between a relay of the pair going off and one going on.
uint32_t shortest_rest_ms(const Bench& b, Line first, Line second) {
  uint32_t shortest = 0xFFFFFFFF;
  bool seen_off = false;
  uint32_t off_at = 0;
  for (const Edge& edge : b.edges) {
    if (edge.line != first && edge.line != second) continue;
    if (edge.on && seen_off && edge.at_ms - off_at < shortest) shortest = edge.at_ms - off_at;
    if (!edge.on) {
      seen_off = true;
      off_at = edge.at_ms;
    }
  }
  return shortest;
}

}  // namespace

TEST_CASE("each letter drives its own relay, and the master with it") {
  const struct {
    char jack, steer;
    Line line;
  } rows[] = {{'U', '-', Line::jack_up}, {'D', '-', Line::jack_down}, {'-', 'L', Line::steer_left}, {'-', 'R', Line::steer_right}};
  for (const auto& row : rows) {
    Bench b;
    b.ready();
    CHECK(b.quiet());
    b.command(row.jack, row.steer);
    b.step();
    for (uint8_t i = 0; i < 4; ++i) CHECK(b.lines[i] == (static_cast<Line>(i) == row.line));
    CHECK(b.on(Line::master));
    CHECK(b.out.master);
    b.command();
    b.step();
    CHECK(b.quiet());
    CHECK_FALSE(b.out.master);
  }
}

TEST_CASE("both actuators may move together") {
  Bench b;
  b.ready();
  b.hold('D', 'L', 200);
  CHECK(b.jack() == 'D');
  CHECK(b.steer() == 'L');
  CHECK(b.out.moving[relay::kJack] == relay::Direction::second);
  CHECK(b.out.moving[relay::kSteer] == relay::Direction::first);
}

TEST_CASE("no relay closes within the dead time after boot") {
  Bench b;
  b.send(wire::hello(Bench::kHost));
  b.step();
  b.command();
  b.step();
  const uint32_t boot = 1001;
  b.hold('U', 'L', 200);
  REQUIRE(b.edges.size() == 3);
  CHECK(b.edges[0].line == Line::master);
  CHECK(b.edges[1].line == Line::jack_up);
  CHECK(b.edges[1].at_ms == boot + 102);
}

TEST_CASE("the other direction waits for the dead time, with the master on") {
  Bench b;
  b.ready();
  b.hold('U', 'L', 200);
  b.hold('D', 'R', 50);
  CHECK(b.jack() == '-');
  CHECK(b.steer() == '-');
  CHECK(b.on(Line::master));
  CHECK(b.status().u8(14) == 2);
  b.hold('D', 'R', 200);
  CHECK(b.jack() == 'D');
  CHECK(b.steer() == 'R');
  CHECK(shortest_rest_ms(b, Line::jack_up, Line::jack_down) == 102);
  CHECK(shortest_rest_ms(b, Line::steer_left, Line::steer_right) == 102);
}

TEST_CASE("the same direction again waits for the dead time too") {
  Bench b;
  b.ready();
  b.hold('U', '-', 200);
  b.hold('-', '-', 20);
  b.hold('U', '-', 300);
  CHECK(b.jack() == 'U');
  CHECK(shortest_rest_ms(b, Line::jack_up, Line::jack_down) == 102);
}

TEST_CASE("a stop and a new press in one buffer: the relay opens all the same") {
  Bench b;
  b.ready();
  b.hold('U', '-', 200);
  b.command();
  b.command('U');
  b.step();
  CHECK(b.jack() == '-');
  b.hold('U', '-', 200);
  CHECK(shortest_rest_ms(b, Line::jack_up, Line::jack_down) == 102);

  b.edges.clear();
  b.command('D');
  b.command('U');
  b.step();
  CHECK(b.jack() == '-');
}

TEST_CASE("motion ends 300 ms after the echoed uptime, however late the command came") {
  for (const uint32_t age : {0U, 1U, 100U, 250U}) {
    CAPTURE(age);
    Bench b;
    b.ready();
    wire::Command c = b.fresh('U', 'L');
    c.echo_ms = b.in.now_ms + 1 - age;
    b.send(wire::command(c));
    b.step();
    CHECK(b.jack() == 'U');
    b.run(299 - age);
    CHECK(b.jack() == 'U');
    CHECK(b.steer() == 'L');
    b.run(1);
    CHECK(b.quiet());
  }
}

TEST_CASE("a lease that ran out stays out when the uptime wraps around to it") {
  Bench b;
  b.ready();
  b.command('U');
  b.run(400);
  REQUIRE(b.quiet());
  b.in.now_ms += 0xFFFFFFFFU - 350U;  // back inside the old lease by arithmetic
  b.run(20);
  CHECK(b.quiet());
}

TEST_CASE("after a gap of the link fresh commands move again, and the on-time goes on counting") {
  Bench b;
  b.ready();
  b.hold('U', '-', 4000);
  b.run(500);
  CHECK(b.quiet());
  b.hold('U', '-', 3000);
  CHECK(b.jack() == 'U');
  b.hold('U', '-', 1000);
  CHECK(b.quiet());
  CHECK(b.latched() == fault_bit(Fault::jack_on_time));
}

TEST_CASE("the longest on-time ends the press and latches, per actuator") {
  const struct {
    char jack, steer;
    uint32_t cap_ms;
    Fault fault;
  } rows[] = {{'U', '-', 8000, Fault::jack_on_time},
              {'D', '-', 8000, Fault::jack_on_time},
              {'-', 'L', 3000, Fault::steer_on_time},
              {'-', 'R', 3000, Fault::steer_on_time}};
  for (const auto& row : rows) {
    Bench b;
    b.ready();
    b.command(row.jack, row.steer);
    b.step();
    const uint32_t from = b.in.now_ms;
    b.hold(row.jack, row.steer, row.cap_ms - 1);
    CHECK(b.moving());
    b.hold(row.jack, row.steer, 1);
    CHECK(b.in.now_ms - from == row.cap_ms);
    CHECK(b.quiet());
    CHECK(b.status().u8(row.jack != '-' ? 14 : 15) == 5);
    CHECK(b.latched() == fault_bit(row.fault));
    CHECK(b.active() == fault_bit(row.fault));
    b.hold('U', '-', 300);
    b.hold('-', 'L', 300);
    CHECK(b.quiet());
    b.clear();
    b.hold(row.jack, row.steer, 200);
    CHECK(b.moving());
  }
}

TEST_CASE("the steering without switches keeps its longest on-time; the jack without switches gets a second a press") {
  Bench b(Bench::fitted_none());
  b.ready();
  b.command('U', 'L');
  b.step();
  b.hold('U', 'L', 999);
  CHECK(b.jack() == 'U');
  b.hold('U', 'L', 1);
  CHECK(b.jack() == '-');
  CHECK(b.steer() == 'L');
  CHECK(b.latched() == 0);
  CHECK(b.status().u8(14) == 3);
  b.hold('U', 'L', 500);
  CHECK(b.jack() == '-');
  SUBCASE("letting go allows the next press") {
    b.hold('-', '-', 60);
    b.hold('U', '-', 200);
    CHECK(b.jack() == 'U');
  }
  SUBCASE("so does the other direction") {
    b.hold('D', '-', 200);
    CHECK(b.jack() == 'D');
  }
}

TEST_CASE("one switch fitted: only the press towards the other end is short") {
  relay::Limits limits;
  limits.fitted = relay::kJackUpper;
  Bench b(limits);
  b.ready();
  b.hold('U', '-', 3000);
  CHECK(b.jack() == 'U');
  b.hold('D', '-', 1050);
  CHECK(b.jack() == 'D');
  b.hold('D', '-', 200);
  CHECK(b.jack() == '-');
}
