// The one function that writes relay pins. It trusts nobody: asked for both relays of a pair it writes all off,
// says so, and stays off until the fault is cleared.
#pragma once

#include "seam.h"

namespace relay {

enum class Line : uint8_t { jack_up, jack_down, steer_left, steer_right, master, horn };
constexpr uint8_t kLines = 6;

// Given by the board: drive one output line, true = energised. The board knows the pin and its polarity.
using SetLine = void (*)(Line line, bool on);

// One bit per Line. Bits, not Directions, so that "both of a pair" can be said, and refused.
using LineBits = uint8_t;
constexpr LineBits bit(Line line) { return static_cast<LineBits>(1U << static_cast<uint8_t>(line)); }

class Pins {
 public:
  explicit Pins(SetLine set) : set_(set) {}

  // Writes all six lines, those that go off first. False when refused; then all six were written off.
  bool write(LineBits wanted);

  bool refused() const { return refused_; }
  void clear_refusal() { refused_ = false; }

 private:
  SetLine set_;
  bool refused_ = false;
};

}  // namespace relay
