// The words that stand for hands and cables, one line each; README.md has the table. Those of sim/ mean the same here.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "board.h"

namespace native {

class Console {
 public:
  explicit Console(Board& board) : board_(board) {}

  // Obeys one line. Throws std::runtime_error with one sentence for a line that is none.
  void obey(const std::string& line, uint64_t now_us);
  // Obeys what was scheduled up to now.
  void obey_due(uint64_t now_us);

  // Bytes that the words put on the wire; at most `most`.
  uint8_t take_bytes(uint8_t* to, uint8_t most);
  bool bytes_wait() const { return !bytes_.empty(); }
  bool host_open() const { return host_open_; }
  bool quit() const { return quit_; }

 private:
  Board& board_;
  std::multimap<uint64_t, std::string> scheduled_;  // us, line
  std::string bytes_;
  bool host_open_ = true;
  bool quit_ = false;
};

}  // namespace native
