// Every pin of the Mega 2560, in one table; the wiring is in hardware/relay_board.md. All outputs sit on one port and
// all inputs on another, so that one instruction reads or drives them together.
#pragma once

#include <stdint.h>

namespace board {

// Outputs, port A. A line is energised by a high level and pulled low from outside: a board that is in reset, being
// flashed or without power leaves every relay off.
constexpr uint8_t kJackUpBit = 0;     // D22  U
constexpr uint8_t kJackDownBit = 1;   // D23  D
constexpr uint8_t kSteerLeftBit = 2;  // D24  L
constexpr uint8_t kSteerRightBit = 3; // D25  R
constexpr uint8_t kMasterBit = 4;     // D26  contactor of the actuator supply
constexpr uint8_t kHornBit = 5;       // D27
constexpr uint8_t kOutputMask = 0x3F;

// Inputs, port C, normally closed to ground, pulled up: high = open = limit reached, e-stop pressed or wire broken.
constexpr uint8_t kJackUpperBit = 0;   // D37
constexpr uint8_t kJackLowerBit = 1;   // D36
constexpr uint8_t kSteerLeftEndBit = 2;   // D35
constexpr uint8_t kSteerRightEndBit = 3;  // D34
constexpr uint8_t kEstopBit = 4;       // D33
constexpr uint8_t kInputMask = 0x1F;

constexpr uint8_t kLedBit = 7;  // D13, port B

}  // namespace board
