#include "lines.h"

#include <Arduino.h>

#include "pins.h"

namespace board {

namespace {

// In the order of relay::Line, and of the bits of relay::InputBit.
constexpr uint8_t kLinePin[relay::kLines] = {kJackUpPin, kJackDownPin, kSteerLeftPin, kSteerRightPin, kMasterPin, kHornPin};
constexpr uint8_t kInputPin[] = {kJackUpperPin, kJackLowerPin, kSteerLeftEndPin, kSteerRightEndPin, kEstopPin};

}  // namespace

void start_inputs() {
  for (const uint8_t pin : kInputPin) pinMode(pin, INPUT_PULLUP);
  pinMode(kLedPin, OUTPUT);
}

void set_line(relay::Line line, bool on) {
  digitalWrite(kLinePin[static_cast<uint8_t>(line)], on == kOnLevel ? HIGH : LOW);
}

void set_led(bool on) { digitalWrite(kLedPin, on ? HIGH : LOW); }

uint8_t open_inputs() {
  uint8_t open = 0;
  for (uint8_t i = 0; i < sizeof kInputPin; ++i) {
    if (digitalRead(kInputPin[i]) != LOW) open = static_cast<uint8_t>(open | 1U << i);
  }
  return open;
}

}  // namespace board
