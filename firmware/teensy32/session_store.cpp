#include "session_store.h"

#include <avr/eeprom.h>
#include <relay_core.h>

namespace board {

namespace {

// A power cut in the middle of a write spoils one slot, never the newest whole one.
struct Slot {
  uint32_t boots;
  uint32_t session;
  uint32_t check;
};

constexpr uint8_t kSlots = 8;

void* place_of(uint8_t index) { return reinterpret_cast<void*>(static_cast<uintptr_t>(index * sizeof(Slot))); }

// Erased memory (all ones) and zeros must not pass.
uint32_t check_of(const Slot& slot) { return slot.boots * 2654435761UL ^ slot.session ^ 0x5EED5EEDUL; }

Slot load(uint8_t index) {
  Slot slot;
  eeprom_read_block(&slot, place_of(index), sizeof slot);
  return slot;
}

}  // namespace

uint32_t new_session() {
  Slot newest{0, 0, 0};
  for (uint8_t i = 0; i < kSlots; ++i) {
    const Slot slot = load(i);
    if (slot.check == check_of(slot) && slot.boots > newest.boots) newest = slot;
  }
  // A session is used only when it reads back as written; a slot that does not hold is passed over.
  Slot next{newest.boots, 0, 0};
  for (uint8_t tries = 0; tries < kSlots; ++tries) {
    ++next.boots;
    next.session = relay::next_session(newest.session, next.boots);
    next.check = check_of(next);
    const uint8_t index = static_cast<uint8_t>(next.boots % kSlots);
    eeprom_write_block(&next, place_of(index), sizeof next);
    const Slot seen = load(index);
    if (seen.boots == next.boots && seen.session == next.session && seen.check == next.check) return next.session;
  }
  return 0;
}

}  // namespace board
