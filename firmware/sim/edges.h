// Relay edges as lines of text: `<us> jack U on`, in the words that the native board uses too.
#pragma once

#include <cstdint>

namespace sim {

class Edges {
 public:
  void lines(uint64_t us, uint8_t lines);  // bits of mega2560/pins.h, 1 = energised
  static void say(uint64_t us, const char* word);

 private:
  uint8_t lines_ = 0;
};

}  // namespace sim
