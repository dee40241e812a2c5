#include "boot_session.h"

#include "session_nonce.h"

namespace relay {

namespace {

// Erased memory (all ones) and zeros must not pass.
uint32_t check_of(const SessionSlot& slot) { return (slot.boots * 2654435761U) ^ slot.session ^ 0x5EED5EEDU; }

bool same(const SessionSlot& a, const SessionSlot& b) {
  return a.boots == b.boots && a.session == b.session && a.check == b.check;
}

}  // namespace

uint32_t new_session(SessionMemory& memory) {
  SessionSlot newest{0, 0, 0};
  for (uint8_t i = 0; i < kSessionSlots; ++i) {
    const SessionSlot slot = memory.read(i);
    if (slot.check == check_of(slot) && slot.boots > newest.boots) newest = slot;
  }
  // A session is used only when it reads back as written; a slot that does not hold is passed over.
  SessionSlot next{newest.boots, 0, 0};
  for (uint8_t tries = 0; tries < kSessionSlots; ++tries) {
    ++next.boots;
    next.session = next_session(newest.session, next.boots);
    next.check = check_of(next);
    const auto index = static_cast<uint8_t>(next.boots % kSessionSlots);
    memory.write(index, next);
    if (same(memory.read(index), next)) return next.session;
  }
  return 0;
}

}  // namespace relay
