#include "lines.h"

#include <avr/io.h>

#include "pins.h"

namespace board {

namespace {

constexpr uint8_t kBitOf[relay::kLines] = {kJackUpBit, kJackDownBit, kSteerLeftBit, kSteerRightBit, kMasterBit, kHornBit};

// The ports are wired in the order of the core's input bits, so reading them is one load and one mask.
static_assert(relay::kJackUpper == 1U << kJackUpperBit && relay::kJackLower == 1U << kJackLowerBit &&
                  relay::kSteerLeft == 1U << kSteerLeftEndBit && relay::kSteerRight == 1U << kSteerRightEndBit &&
                  relay::kEstop == 1U << kEstopBit && relay::kAllInputs == kInputMask,
              "the inputs are not in the core's order");

}  // namespace

void set_line(relay::Line line, bool on) {
  const uint8_t mask = static_cast<uint8_t>(1U << kBitOf[static_cast<uint8_t>(line)]);
  PORTA = on ? static_cast<uint8_t>(PORTA | mask) : static_cast<uint8_t>(PORTA & ~mask);
  DDRA = kOutputMask;  // again in every pass: a disturbed direction register heals within a millisecond
}

void set_led(bool on) {
  DDRB |= static_cast<uint8_t>(1U << kLedBit);
  PORTB = on ? static_cast<uint8_t>(PORTB | 1U << kLedBit) : static_cast<uint8_t>(PORTB & ~(1U << kLedBit));
}

uint8_t open_inputs() { return PINC & kInputMask; }

}  // namespace board
