#include "session_store.h"

#include <avr/eeprom.h>
#include <relay_core.h>

#include "boot.h"

namespace board {

namespace {

// 100,000 writes a slot, eight slots: 800,000 boots.
relay::SessionSlot EEMEM stored[relay::kSessionSlots];

class Eeprom final : public relay::SessionMemory {
 public:
  relay::SessionSlot read(uint8_t index) override {
    relay::SessionSlot slot;
    eeprom_read_block(&slot, &stored[index], sizeof slot);
    return slot;
  }
  void write(uint8_t index, const relay::SessionSlot& slot) override {
    feed_watchdog();  // a slot takes up to 40 ms, and behind worn ones all eight are tried
    eeprom_update_block(&slot, &stored[index], sizeof slot);
  }
};

}  // namespace

uint32_t new_session() {
  Eeprom memory;
  return relay::new_session(memory);
}

}  // namespace board
