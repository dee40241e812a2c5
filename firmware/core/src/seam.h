// What a board hands to the core and what it gets back: the whole hardware seam, as plain data.
#pragma once

#include <stdint.h>

namespace relay {

// A pair of relays drives one motor both ways: `first` is jack up or steer left, `second` jack down or steer right.
enum class Direction : uint8_t { off = 0, first = 1, second = 2 };

// The two actuators, and the index of each in every array of two.
enum Actuators : uint8_t { kJack = 0, kSteer = 1, kActuators = 2 };

// Bits of Inputs::open, of Limits::fitted and of the limit bytes in the status.
enum InputBit : uint8_t {
  kJackUpper = 1U << 0U,
  kJackLower = 1U << 1U,
  kSteerLeft = 1U << 2U,
  kSteerRight = 1U << 3U,
  kEstop = 1U << 4U,
};
constexpr uint8_t kLimitInputs = kJackUpper | kJackLower | kSteerLeft | kSteerRight;
constexpr uint8_t kAllInputs = kLimitInputs | kEstop;

constexpr int16_t kNoPosition = -32768;  // no position sensor on this actuator

enum class BoardKind : uint8_t { native = 0, mega2560 = 1, teensy32 = 2 };

enum class ResetCause : uint8_t { unknown = 0, power = 1, external = 2, brown_out = 3, watchdog = 4, software = 5 };

// Said once, before the first pass.
struct Boot {
  uint32_t session;  // from new_session(): never that of the boot before
  BoardKind board;
  ResetCause reset_cause;
};

// One loop pass. Every field is read once, at the top of the pass; the core asks for no other time.
struct Inputs {
  uint32_t now_ms;            // uptime, may wrap
  uint32_t now_us;            // for the length of the loop only, may wrap
  uint8_t open;               // InputBit, raw, 1 = contact open (inputs are normally closed with a pull-up)
  bool link_up;               // DTR or USB configured; boards that cannot know say true
  int16_t position[kActuators];  // kNoPosition where not fitted
  const uint8_t* rx;          // bytes received since the last pass; may be null when rx_count is 0
  uint8_t rx_count;           // hand over at most kMaxRxPerPass, keep the rest for the next pass
};

constexpr uint8_t kMaxRxPerPass = 32;  // keeps the longest pass of a 16 MHz AVR below a millisecond

// The pins were already written (through Pins) when a pass returns this.
struct Outputs {
  Direction moving[kActuators];
  bool master;
  bool horn;
  bool led;
  bool feed_watchdog;  // feed only when true: every check ran in this pass and the pins were written
};

}  // namespace relay
