#include "pins.h"

namespace relay {

namespace {

constexpr LineBits kJackPair = bit(Line::jack_up) | bit(Line::jack_down);
constexpr LineBits kSteerPair = bit(Line::steer_left) | bit(Line::steer_right);

bool asks_for_both(LineBits wanted, LineBits pair) { return (wanted & pair) == pair; }

}  // namespace

bool Pins::write(LineBits wanted) {
  if (asks_for_both(wanted, kJackPair) || asks_for_both(wanted, kSteerPair)) refused_ = true;
  if (refused_) wanted = 0;
  for (uint8_t i = 0; i < kLines; ++i) {
    const auto line = static_cast<Line>(i);
    if ((wanted & bit(line)) == 0) set_(line, false);
  }
  for (uint8_t i = 0; i < kLines; ++i) {
    const auto line = static_cast<Line>(i);
    if ((wanted & bit(line)) != 0) set_(line, true);
  }
  return !refused_;
}

}  // namespace relay
