// The six relay lines, the LED and the five inputs.
#pragma once

#include <relay_core.h>

namespace board {

void start_inputs();
void set_line(relay::Line line, bool on);
void set_led(bool on);

// relay::InputBit, raw, 1 = open.
uint8_t open_inputs();

}  // namespace board
