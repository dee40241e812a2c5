// The session of each boot, kept in a board's non-volatile memory so that no boot repeats the one before. A power cut in
// the middle of a write spoils one slot, never the newest whole one; the slots take turns, which also spreads the wear.
#pragma once

#include <stdint.h>

namespace relay {

struct SessionSlot {
  uint32_t boots;
  uint32_t session;
  uint32_t check;
};

constexpr uint8_t kSessionSlots = 8;

// What a board has to offer. `index` is below kSessionSlots. What was never written may read as anything.
class SessionMemory {
 public:
  virtual SessionSlot read(uint8_t index) = 0;
  virtual void write(uint8_t index, const SessionSlot& slot) = 0;

 protected:
  ~SessionMemory() = default;
};

// The session of this boot, already stored. 0 when it could not be stored: the memory is worn out, do not run.
uint32_t new_session(SessionMemory& memory);

}  // namespace relay
