// Little-endian fields in byte buffers. Bytes, never a cast struct: an int is 2 bytes on an AVR and 4 on a Teensy.
#pragma once

#include <stdint.h>

namespace relay {

class ByteReader {
 public:
  explicit ByteReader(const uint8_t* from) : at_(from) {}
  uint8_t u8() { return *at_++; }
  uint16_t u16() {
    const uint16_t low = u8();
    return static_cast<uint16_t>(low | (static_cast<uint16_t>(u8()) << 8U));
  }
  uint32_t u32() {
    const uint32_t low = u16();
    return low | (static_cast<uint32_t>(u16()) << 16U);
  }

 private:
  const uint8_t* at_;
};

class ByteWriter {
 public:
  explicit ByteWriter(uint8_t* to) : at_(to) {}
  void u8(uint8_t value) { *at_++ = value; }
  void u16(uint16_t value) {
    u8(static_cast<uint8_t>(value & 0xFFU));
    u8(static_cast<uint8_t>(value >> 8U));
  }
  void u32(uint32_t value) {
    u16(static_cast<uint16_t>(value & 0xFFFFU));
    u16(static_cast<uint16_t>(value >> 16U));
  }

 private:
  uint8_t* at_;
};

}  // namespace relay
