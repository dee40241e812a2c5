#include "edges.h"

#include <cstdio>
#include <string>

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
      say(us, (std::string(word.text) + ((lines >> word.bit & 1) != 0 ? " on" : " off")).c_str());
    }
  }
}

void Edges::say(uint64_t us, const char* word) {
  std::printf("%llu %s\n", static_cast<unsigned long long>(us), word);
  std::fflush(stdout);
}

}  // namespace sim
