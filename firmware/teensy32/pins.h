// Every pin of the Teensy 3.2, in one table; the wiring is in hardware/relay_board.md. The four relay pins and the LED
// are the original's, so that a built ramp is reflashed, not rewired.
#pragma once

#include <stdint.h>

namespace board {

constexpr uint8_t kSteerRightPin = 23;  // A9  R
constexpr uint8_t kSteerLeftPin = 22;   // A8  L
constexpr uint8_t kJackDownPin = 21;    // A7  D
constexpr uint8_t kJackUpPin = 20;      // A6  U
constexpr uint8_t kMasterPin = 19;      // A5  contactor of the actuator supply
constexpr uint8_t kHornPin = 18;        // A4

// Normally closed to ground, pulled up: high = open = limit reached, e-stop pressed or wire broken.
constexpr uint8_t kJackUpperPin = 14;
constexpr uint8_t kJackLowerPin = 15;
constexpr uint8_t kSteerLeftEndPin = 16;
constexpr uint8_t kSteerRightEndPin = 17;
constexpr uint8_t kEstopPin = 12;

constexpr uint8_t kLedPin = 13;

// The level that energises a relay. False for relay boards that switch on low: then the resistors pull up.
constexpr bool kOnLevel = true;

}  // namespace board
