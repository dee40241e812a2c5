#include "session_store.h"

#include <avr/eeprom.h>
#include <relay_core.h>

namespace board {

namespace {

void* place_of(uint8_t index) { return reinterpret_cast<void*>(static_cast<uintptr_t>(index * sizeof(relay::SessionSlot))); }

class Eeprom final : public relay::SessionMemory {
 public:
  relay::SessionSlot read(uint8_t index) override {
    relay::SessionSlot slot;
    eeprom_read_block(&slot, place_of(index), sizeof slot);
    return slot;
  }
  void write(uint8_t index, const relay::SessionSlot& slot) override {
    eeprom_write_block(&slot, place_of(index), sizeof slot);
  }
};

}  // namespace

uint32_t new_session() {
  Eeprom memory;
  return relay::new_session(memory);
}

}  // namespace board
