#include "bench.h"

#include <doctest/doctest.h>

namespace {
Bench* bench = nullptr;  // the board has no instance: its pins are the machine's
}

constexpr uint32_t Bench::kSession;
constexpr uint32_t Bench::kHost;

Bench::Bench(relay::Limits l, uint32_t start_ms, relay::ResetCause cause, uint32_t nonce)
    : limits(l),
      pins((bench = this, set_line)),
      controller(limits, relay::Boot{nonce, relay::BoardKind::native, cause}, pins),
      session(nonce) {
  REQUIRE(relay::sane(limits));
  in.now_ms = start_ms;
  in.now_us = start_ms * 1000U;
  in.link_up = true;
  in.position[0] = relay::kNoPosition;
  in.position[1] = relay::kNoPosition;
}

relay::Limits Bench::fitted_all() {
  relay::Limits l;
  l.fitted = relay::kAllInputs;
  l.horn_fitted = true;
  return l;
}

relay::Limits Bench::fitted_none() {
  relay::Limits l;
  l.fitted = 0;
  return l;
}

void Bench::set_line(relay::Line line, bool on) {
  Bench& b = *bench;
  const auto i = static_cast<size_t>(line);
  if (b.lines[i] != on) b.edges.push_back({b.in.now_ms, line, on});
  b.lines[i] = on;
  if ((b.lines[0] && b.lines[1]) || (b.lines[2] && b.lines[3])) b.both_at_once = true;
}

relay::Outputs Bench::step(uint32_t dt_ms) {
  bench = this;
  in.now_ms += dt_ms;
  in.now_us += dt_ms * 1000U;
  // A pass may be handed any number of bytes up to 255; boards hand over kMaxRxPerPass.
  const auto count = static_cast<uint8_t>(rx.size() < 255 ? rx.size() : 255);
  in.rx = rx.data();
  in.rx_count = count;
  out = controller.step(in);
  rx.erase(rx.begin(), rx.begin() + count);
  uint8_t buffer[64];
  while (host_reads) {
    const uint8_t got = controller.tx(buffer, sizeof buffer);
    said.insert(said.end(), buffer, buffer + got);
    if (got == 0) break;
  }
  return out;
}

void Bench::run(uint32_t ms) {
  for (uint32_t i = 0; i < ms; ++i) step();
}

void Bench::hold(char jack, char steer, uint32_t ms, char horn) {
  for (uint32_t i = 0; i < ms; ++i) {
    if (i % 50 == 0) command(jack, steer, horn);
    step();
  }
}

wire::Command Bench::fresh(char jack, char steer, char horn, char action) {
  wire::Command c;
  c.session = session;
  c.host_id = kHost;
  c.sequence = ++sequence;
  c.echo_ms = in.now_ms;
  c.jack = jack;
  c.steer = steer;
  c.horn = horn;
  c.action = action;
  return c;
}

void Bench::command(char jack, char steer, char horn, char action) { send(wire::command(fresh(jack, steer, horn, action))); }

void Bench::ready() {
  send(wire::hello(kHost));
  step();
  command();
  run(150);
}

bool Bench::moving() const { return lines[0] || lines[1] || lines[2] || lines[3]; }

std::vector<wire::Frame> Bench::heard() {
  bool broken = false;
  std::vector<wire::Frame> frames = wire::split(said, broken);
  CHECK_FALSE(broken);
  said.clear();
  for (const wire::Frame& frame : frames) CHECK(frame.sealed());
  return frames;
}

wire::Frame Bench::status() {
  said.clear();
  for (int i = 0; i < 60; ++i) {
    step();
    for (const wire::Frame& frame : heard()) {
      if (frame.id == 0x25) return frame;
    }
  }
  FAIL("no status for 60 ms");
  return {};
}

std::vector<wire::Frame> Bench::events(uint8_t code) {
  std::vector<wire::Frame> found;
  for (const wire::Frame& frame : heard()) {
    if (frame.id == 0x6A && frame.u8(11) == code) found.push_back(frame);
  }
  return found;
}
