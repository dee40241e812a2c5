#include "crc.h"

namespace relay {

namespace {

// A table of 16, half a byte at a time: five times the speed of bit by bit for 48 bytes of memory.
const uint8_t kCrc8[16] = {0x00, 0x9B, 0xAD, 0x36, 0xC1, 0x5A, 0x6C, 0xF7,
                           0x19, 0x82, 0xB4, 0x2F, 0xD8, 0x43, 0x75, 0xEE};
const uint16_t kCrc16[16] = {0x0000, 0x1021, 0x2042, 0x3063, 0x4084, 0x50A5, 0x60C6, 0x70E7,
                             0x8108, 0x9129, 0xA14A, 0xB16B, 0xC18C, 0xD1AD, 0xE1CE, 0xF1EF};

}  // namespace

uint8_t crc8(const uint8_t* data, uint8_t length) {
  uint8_t crc = 0;
  for (uint8_t i = 0; i < length; ++i) {
    crc = static_cast<uint8_t>(crc ^ data[i]);
    crc = static_cast<uint8_t>((crc << 4U) ^ kCrc8[crc >> 4U]);
    crc = static_cast<uint8_t>((crc << 4U) ^ kCrc8[crc >> 4U]);
  }
  return crc;
}

uint16_t crc16(uint16_t crc, const uint8_t* data, uint8_t length) {
  for (uint8_t i = 0; i < length; ++i) {
    crc = static_cast<uint16_t>((crc << 4U) ^ kCrc16[(crc >> 12U) ^ (data[i] >> 4U)]);
    crc = static_cast<uint16_t>((crc << 4U) ^ kCrc16[(crc >> 12U) ^ (data[i] & 0x0FU)]);
  }
  return crc;
}

uint16_t crc16_of(uint8_t id, const uint8_t* data, uint8_t length) {
  return crc16(crc16(kCrc16Start, &id, 1), data, length);
}

}  // namespace relay
