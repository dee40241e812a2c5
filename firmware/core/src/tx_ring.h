// Bytes on their way out. A frame goes in whole or not at all; nothing here ever waits for a reader.
#pragma once

#include <stdint.h>

namespace relay {

class TxRing {
 public:
  static constexpr uint16_t kCapacity = 256;

  uint16_t free_bytes() const { return static_cast<uint16_t>(kCapacity - used_); }

  // False, and nothing taken, when `count` bytes do not fit.
  bool put(const uint8_t* bytes, uint16_t count) {
    if (count > free_bytes()) return false;
    for (uint16_t i = 0; i < count; ++i) buffer_[static_cast<uint8_t>(first_ + used_ + i)] = bytes[i];
    used_ = static_cast<uint16_t>(used_ + count);
    return true;
  }

  uint8_t take(uint8_t* to, uint8_t room) {
    uint8_t taken = 0;
    while (taken < room && used_ > 0) {
      to[taken++] = buffer_[first_++];  // first_ wraps at the capacity by itself
      --used_;
    }
    return taken;
  }

  void clear() { used_ = 0; }

 private:
  uint8_t first_ = 0;
  uint16_t used_ = 0;
  uint8_t buffer_[kCapacity] = {};
};

static_assert(TxRing::kCapacity == 256, "the index is a u8 that wraps by itself");

}  // namespace relay
