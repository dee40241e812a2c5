// The host on USB: whether it is there, its bytes, and ours. Nothing here waits.
#pragma once

#include <stdint.h>

namespace board {

bool link_up(uint32_t now_ms);
uint8_t receive(uint8_t* to, uint8_t most);
uint8_t send_room();
void send(const uint8_t* bytes, uint8_t count);  // count <= send_room()

}  // namespace board
