#include "edges.h"

#include <cstdio>

#include "../mega2560/pins.h"

namespace sim {

namespace {

struct Word {
  uint8_t bit;
  const char* text;
};

constexpr Word kWords[] = {
    {board::kJackUpBit, "jack U"},      {board::kJackDownBit, "jack D"},   {board::kSteerLeftBit, "steer L"},
    {board::kSteerRightBit, "steer R"}, {board::kMasterBit, "master"}, {board::kHornBit, "horn"},
};

}  // namespace

void Edges::lines(uint64_t us, uint8_t lines) {
  const auto changed = static_cast<uint8_t>(lines ^ lines_);
  lines_ = lines;
  for (const Word& word : kWords) {
    if ((changed >> word.bit & 1) != 0) {
      std::printf("%llu %s %s\n", static_cast<unsigned long long>(us), word.text, (lines >> word.bit & 1) != 0 ? "on" : "off");
    }
  }
  std::fflush(stdout);
}

void Edges::reset(uint64_t us) {
  std::printf("%llu reset\n", static_cast<unsigned long long>(us));
  std::fflush(stdout);
}

}  // namespace sim
