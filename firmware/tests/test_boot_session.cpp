// The memory of boots: no session twice in a row, whatever a power cut or a worn cell does to a slot.
#include <doctest/doctest.h>
#include <string.h>

#include <initializer_list>

#include "boot_session.h"

namespace {

constexpr uint8_t kBytes = sizeof(relay::SessionSlot);
constexpr uint8_t kNone = 0xFF;

// Non-volatile memory that may wear out, take a bit wrongly, or lose its power in the middle of a write.
class Memory final : public relay::SessionMemory {
 public:
  explicit Memory(uint8_t fill = 0xFF) { memset(slots, fill, sizeof slots); }

  relay::SessionSlot read(uint8_t index) override {
    REQUIRE(index < relay::kSessionSlots);
    return slots[index];
  }

  void write(uint8_t index, const relay::SessionSlot& slot) override {
    REQUIRE(index < relay::kSessionSlots);
    written = index;
    if (worn[index]) return;
    const auto* from = reinterpret_cast<const uint8_t*>(&slot);
    for (uint8_t i = 0; i < kBytes; ++i) {
      const uint8_t place = downwards ? static_cast<uint8_t>(kBytes - 1 - i) : i;
      if (left == 0) {
        if (!off) byte_of(index, place) = 0xFF;  // erased, and not written any more
        off = true;
        return;
      }
      byte_of(index, place) = from[place];
      if (left != kNone) --left;
    }
    if (index == wrong_slot) byte_of(index, wrong_byte) ^= 0x10U;
  }

  uint8_t& byte_of(uint8_t index, uint8_t byte) { return reinterpret_cast<uint8_t*>(&slots[index])[byte]; }

  relay::SessionSlot slots[relay::kSessionSlots];
  uint8_t written = kNone;  // the last slot that was to be written
  bool worn[relay::kSessionSlots] = {};
  uint8_t wrong_slot = kNone;
  uint8_t wrong_byte = 0;
  uint8_t left = kNone;  // bytes until the power is cut
  bool downwards = false;
  bool off = false;
};

Memory after(uint8_t boots) {
  Memory memory;
  for (uint8_t i = 0; i < boots; ++i) relay::new_session(memory);
  return memory;
}

}  // namespace

TEST_CASE("a new board begins at its first boot, whatever its memory came with") {
  for (const int fill : {0xFF, 0x00, 0x55, 0xAA}) {
    Memory memory(static_cast<uint8_t>(fill));
    CHECK(relay::new_session(memory) != 0);
    CHECK(memory.slots[memory.written].boots == 1);
  }
}

TEST_CASE("a thousand boots: no session is the one before, and none comes back") {
  Memory memory;
  uint32_t seen[1000];
  for (uint32_t boot = 0; boot < 1000; ++boot) {
    seen[boot] = relay::new_session(memory);
    for (uint32_t before = 0; before < boot; ++before) REQUIRE(seen[before] != seen[boot]);
  }
}

TEST_CASE("the slots take turns") {
  Memory memory = after(1);
  for (uint8_t boot = 0; boot < 2 * relay::kSessionSlots; ++boot) {
    const uint8_t before = memory.written;
    relay::new_session(memory);
    CHECK(memory.written == (before + 1) % relay::kSessionSlots);
  }
}

TEST_CASE("a power cut anywhere in a write: the next boot has neither the session before nor that of the cut boot") {
  for (const uint8_t boots : {1, 3, 20}) {  // over a slot never used, and over an old one
    for (const bool downwards : {false, true}) {
      for (uint8_t bytes = 0; bytes <= kBytes; ++bytes) {
        Memory memory = after(boots);
        const relay::SessionSlot before = memory.slots[memory.written];
        memory.downwards = downwards;
        memory.left = bytes;
        const uint32_t cut = relay::new_session(memory);
        CHECK((cut == 0) == (bytes < kBytes));  // what is not whole is not used
        memory.left = kNone;
        const uint32_t session = relay::new_session(memory);
        CHECK(session != 0);
        CHECK(session != before.session);
        CHECK(session != cut);
        CHECK(memory.slots[memory.written].boots == before.boots + (cut == 0 ? 1 : 2));
      }
    }
  }
}

TEST_CASE("a slot that loses a bit is no slot: counted on from the one before") {
  for (uint8_t byte = 0; byte < kBytes; ++byte) {
    for (uint8_t bit = 0; bit < 8; ++bit) {
      Memory memory = after(2);
      const relay::SessionSlot whole = memory.slots[memory.written];
      relay::new_session(memory);
      memory.byte_of(memory.written, byte) ^= static_cast<uint8_t>(1U << bit);
      CHECK(relay::new_session(memory) != whole.session);
      CHECK(memory.slots[memory.written].boots == whole.boots + 1);
    }
  }
}

TEST_CASE("a worn slot is passed over, and the session is one that was stored") {
  for (uint8_t worn = 1; worn < relay::kSessionSlots; ++worn) {
    Memory memory = after(1);
    const uint32_t before = memory.slots[memory.written].session;
    for (uint8_t i = 1; i <= worn; ++i) memory.worn[(memory.written + i) % relay::kSessionSlots] = true;
    const uint32_t session = relay::new_session(memory);
    CHECK(session != 0);
    CHECK(session != before);
    CHECK(memory.slots[memory.written].session == session);
  }
}

TEST_CASE("one bit stored wrongly, in whatever byte, and the slot is passed over") {
  for (uint8_t byte = 0; byte < kBytes; ++byte) {
    Memory memory = after(1);
    memory.wrong_slot = static_cast<uint8_t>((memory.written + 1) % relay::kSessionSlots);
    memory.wrong_byte = byte;
    const uint32_t session = relay::new_session(memory);
    CHECK(memory.written != memory.wrong_slot);
    CHECK(memory.slots[memory.written].session == session);
  }
}

TEST_CASE("without one slot that holds there is no session") {
  Memory memory = after(1);
  for (bool& cell : memory.worn) cell = true;
  CHECK(relay::new_session(memory) == 0);
}
