// USART 0 at 115200 baud, interrupt driven both ways. Nothing here waits.
#pragma once

#include <stdint.h>

namespace board {

void start_uart();

// Takes up to `most` received bytes. What came while the buffer was full is gone: its frame fails its CRC.
uint8_t receive(uint8_t* to, uint8_t most);
bool received();  // something waits; call with interrupts off before going to sleep

uint8_t send_room();
void send(const uint8_t* bytes, uint8_t count);  // count <= send_room()

}  // namespace board
