#include "frame_encoder.h"

#include "crc.h"

namespace relay {

uint16_t encode_frame(uint8_t id, const uint8_t* payload, uint8_t length, uint8_t* to) {
  uint8_t* const stuffed = to + kHeader;
  uint8_t next = kNoOverhead;  // index of the start byte that follows, walking backwards
  for (uint8_t i = length; i-- > 0;) {
    stuffed[i] = payload[i];
    if (payload[i] == kFrameStart) {
      stuffed[i] = next == kNoOverhead ? uint8_t{0} : static_cast<uint8_t>(next - i);
      next = i;
    }
  }
  to[0] = kFrameStart;
  to[1] = id;
  to[2] = next;
  to[3] = length;
  stuffed[length] = crc8(stuffed, length);
  stuffed[length + 1U] = kFrameStop;
  return static_cast<uint16_t>(length + kFraming);
}

}  // namespace relay
