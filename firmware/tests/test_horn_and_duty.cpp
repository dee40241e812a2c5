// Duty over two minutes, and the horn.
#include <doctest/doctest.h>

#include "bench.h"

using relay::Fault;
using relay::Line;

TEST_CASE("the duty of two minutes is a budget: spent, it latches until there is room again") {
  const struct {
    char jack, steer;
    uint32_t budget_ms;
    Fault fault;
    size_t duty_at;
  } rows[] = {{'U', '-', 30000, Fault::jack_duty, 24}, {'-', 'L', 60000, Fault::steer_duty, 26}};
  for (const auto& row : rows) {
    Bench b;
    b.ready();
    uint32_t on_ms = 0;
    const uint32_t start = b.in.now_ms;
    while (b.latched() == 0 && b.in.now_ms - start < 119000) {
      for (int i = 0; i < 2500; ++i) {
        if (i % 50 == 0) b.command(row.jack, row.steer);
        b.step();
        if (b.moving()) ++on_ms;
      }
      b.hold('-', '-', 30);
    }
    CHECK(on_ms == row.budget_ms);
    CHECK(b.latched() == fault_bit(row.fault));
    CHECK(b.status().u16(row.duty_at) == row.budget_ms);
    b.clear();
    b.step();
    CHECK(b.latched() == fault_bit(row.fault));  // the cause is still there
    b.run(125000);
    CHECK(b.status().u16(row.duty_at) == 0);
    b.clear();
    b.step();
    CHECK(b.latched() == 0);
    b.hold(row.jack, row.steer, 200);
    CHECK(b.moving());
  }
}

TEST_CASE("duty older than two minutes is forgotten, younger is not") {
  Bench b;
  b.ready();
  b.hold('U', '-', 4000);
  b.run(119000 - 300);
  CHECK(b.status().u16(24) >= 4000);
  b.run(6100);
  CHECK(b.status().u16(24) == 0);
}

TEST_CASE("the horn sounds while wanted, ends with its lease and works in a fault; it is no motion") {
  Bench b;
  b.ready();
  b.hold('-', '-', 100, 'H');
  CHECK(b.on(Line::horn));
  CHECK(b.out.horn);
  CHECK_FALSE(b.on(Line::master));
  b.hold('-', '-', 10);
  CHECK(b.quiet());
  b.command('-', '-', 'H');
  b.run(299);
  CHECK(b.on(Line::horn));
  b.run(1);
  CHECK(b.quiet());
  b.in.open = relay::kEstop;
  b.hold('-', '-', 100, 'H');
  CHECK(b.on(Line::horn));
}

TEST_CASE("a horn that is not fitted stays off") {
  Bench b(Bench::fitted_none());
  b.ready();
  b.hold('-', '-', 100, 'H');
  CHECK_FALSE(b.on(Line::horn));
  CHECK((b.status().u8(11) & 0x88U) == 0);
}
