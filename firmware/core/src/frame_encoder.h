// The wire of SerialTransfer, outwards: 7E | id | overhead | length | stuffed payload | CRC8 | 81.
#pragma once

#include <stdint.h>

namespace relay {

constexpr uint8_t kFrameStart = 0x7E;
constexpr uint8_t kFrameStop = 0x81;
constexpr uint8_t kNoOverhead = 0xFF;  // the payload held no start byte, nothing was stuffed
constexpr uint8_t kHeader = 4;
constexpr uint8_t kFraming = 6;
constexpr uint8_t kMaxPayload = 254;
constexpr uint16_t kMaxFrame = kMaxPayload + kFraming;

// Writes the frame of `payload` (1..254 bytes) to `to` (length + kFraming bytes); returns its size. Not in place.
uint16_t encode_frame(uint8_t id, const uint8_t* payload, uint8_t length, uint8_t* to);

}  // namespace relay
