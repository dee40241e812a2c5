// The words of the harness, one line each on standard input; README.md has the table. Effects happen in simulated time.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "board.h"

namespace sim {

class Console {
 public:
  explicit Console(Board& board) : board_(board) {}

  // Obeys one line, now. Throws std::runtime_error with one sentence for a line that is none.
  void obey(const std::string& line);

  // Runs to `us`, obeying what was scheduled on the way. False when the chip stopped or `quit` was said.
  bool run_until(uint64_t us);

  bool host_open() const { return host_open_; }
  bool quit() const { return quit_; }

 private:
  void arrive(uint64_t us, const std::string& hex);

  Board& board_;
  std::multimap<uint64_t, std::string> scheduled_;  // us, line
  bool host_open_ = true;
  bool quit_ = false;
};

}  // namespace sim
