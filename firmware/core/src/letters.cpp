#include "letters.h"

#include "bytes.h"

namespace relay {

namespace {

// Which relay the letter names; false for none, '-' included: the original had no such letter.
bool find(uint8_t letter, LetterOrder& order) {
  for (uint8_t i = 0; i < kActuators; ++i) {
    order.actuator = i;
    if (read_letter(i, letter, order.wanted) && order.wanted != Direction::off) return true;
  }
  return false;
}

}  // namespace

Reject Letters::judge(const uint8_t* payload, LetterOrder& order) {
  ByteReader in(payload);
  if (!find(in.u8(), order)) return Reject::letter;
  if (in.u32() == 0) {
    order.wanted = Direction::off;
    armed_[order.actuator] = true;
    return Reject::none;
  }
  if (forbidden_) return Reject::legacy_after_hello;
  if (!armed_[order.actuator]) return Reject::legacy_stop_first;
  return Reject::none;
}

}  // namespace relay
