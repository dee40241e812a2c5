// A board on the desk: the real core, six lines that remember what was written, a clock that moves a millisecond a pass,
// and a host that knows the protocol.
#pragma once

#include <relay_core.h>

#include <array>
#include <string>
#include <vector>

#include "wire.h"

struct Edge {
  uint32_t at_ms;
  relay::Line line;
  bool on;
};

class Bench {
 public:
  static constexpr uint32_t kSession = 0xC0FFEE01;
  static constexpr uint32_t kHost = 0x00005157;

  explicit Bench(relay::Limits limits = fitted_all(), uint32_t start_ms = 1000,
                 relay::ResetCause cause = relay::ResetCause::power, uint32_t session = kSession);

  static relay::Limits fitted_all();
  static relay::Limits fitted_none();

  // One pass, `dt_ms` after the last, with what waits on the wire.
  relay::Outputs step(uint32_t dt_ms = 1);
  void run(uint32_t ms);
  // The same, with the host sending `jack` and `steer` fresh every 50 ms.
  void hold(char jack, char steer, uint32_t ms, char horn = '-');

  // Puts bytes on the wire; the next pass gets them.
  void send(const wire::Bytes& bytes) { rx = wire::operator+(rx, bytes); }
  // A fresh command of the present host, with the next sequence.
  wire::Command fresh(char jack = '-', char steer = '-', char horn = '-', char action = '-');
  void command(char jack = '-', char steer = '-', char horn = '-', char action = '-');
  void clear() { command('-', '-', '-', 'C'); }
  // Hello and the first stop, and long enough for the dead time after boot.
  void ready();

  bool on(relay::Line line) const { return lines[static_cast<size_t>(line)]; }
  bool moving() const;
  bool quiet() const { return !moving() && !on(relay::Line::master) && !on(relay::Line::horn); }
  char jack() const { return on(relay::Line::jack_up) ? 'U' : on(relay::Line::jack_down) ? 'D' : '-'; }
  char steer() const { return on(relay::Line::steer_left) ? 'L' : on(relay::Line::steer_right) ? 'R' : '-'; }

  // Everything the device said since the last call; fails the test when it is not clean frames.
  std::vector<wire::Frame> heard();
  wire::Frame status();            // the newest, after letting one be due
  uint16_t latched() { return status().u16(31); }
  uint16_t active() { return status().u16(33); }
  std::vector<wire::Frame> events(uint8_t code);

  // Before the controller, which writes every line when it is made.
  std::array<bool, relay::kLines> lines{};
  std::vector<Edge> edges;
  bool both_at_once = false;  // ever, at any single write
  relay::Inputs in{};
  relay::Limits limits;
  relay::Pins pins;
  relay::Controller controller;
  relay::Outputs out{};
  wire::Bytes rx;
  wire::Bytes said;
  bool host_reads = true;
  uint16_t sequence = 0;
  uint32_t session;

 private:
  static void set_line(relay::Line line, bool on);
};

constexpr uint16_t fault_bit(relay::Fault fault) { return static_cast<uint16_t>(1U << static_cast<unsigned>(fault)); }
