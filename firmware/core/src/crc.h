// The two checks of the wire: CRC8 of SerialTransfer (poly 0x9B) and CRC16 of protocol v1 (poly 0x1021, start 0xFFFF).
// Both most significant bit first, not reflected, no final xor.
#pragma once

#include <stdint.h>

namespace relay {

uint8_t crc8(const uint8_t* data, uint8_t length);

constexpr uint16_t kCrc16Start = 0xFFFF;
uint16_t crc16(uint16_t crc, const uint8_t* data, uint8_t length);

// Over the id and then the payload before its CRC: a damaged id is caught even where CRC8 does not look.
uint16_t crc16_of(uint8_t id, const uint8_t* data, uint8_t length);

}  // namespace relay
