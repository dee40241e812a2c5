#include "crc.h"

namespace relay {

namespace {

constexpr uint8_t kCrc8Poly = 0x9B;

// A byte at a time: the two CRCs are a third of the longest pass of a 16 MHz AVR, and this table costs it 256 bytes.
struct Crc8Table {
  uint8_t of[256];

  constexpr Crc8Table() : of() {
    for (unsigned byte = 0; byte < 256U; ++byte) {
      unsigned crc = byte;
      for (unsigned bit = 0; bit < 8U; ++bit) crc = (crc & 0x80U) != 0 ? (crc << 1U) ^ kCrc8Poly : crc << 1U;
      of[byte] = static_cast<uint8_t>(crc);
    }
  }
};

constexpr Crc8Table kCrc8{};

}  // namespace

uint8_t crc8(const uint8_t* data, uint8_t length) {
  uint8_t crc = 0;
  for (uint8_t i = 0; i < length; ++i) crc = kCrc8.of[static_cast<uint8_t>(crc ^ data[i])];
  return crc;
}

// Poly 0x1021 has so few terms that eight steps fold into shifts of single bytes: x is the byte that leaves, and
// x ^ (x >> 4) what remains of it after eight steps; it returns at x^12, x^5 and x^0.
uint16_t crc16(uint16_t crc, const uint8_t* data, uint8_t length) {
  uint8_t high = static_cast<uint8_t>(crc >> 8U);
  uint8_t low = static_cast<uint8_t>(crc & 0xFFU);
  for (uint8_t i = 0; i < length; ++i) {
    uint8_t x = static_cast<uint8_t>(high ^ data[i]);
    x = static_cast<uint8_t>(x ^ (x >> 4U));
    high = static_cast<uint8_t>(low ^ static_cast<uint8_t>(x << 4U) ^ (x >> 3U));
    low = static_cast<uint8_t>(x ^ static_cast<uint8_t>(x << 5U));
  }
  return static_cast<uint16_t>((static_cast<uint16_t>(high) << 8U) | low);
}

uint16_t crc16_of(uint8_t id, const uint8_t* data, uint8_t length) {
  return crc16(crc16(kCrc16Start, &id, 1), data, length);
}

}  // namespace relay
