#pragma once

#include <string>

#include "board.h"

namespace native {

struct Options {
  std::string link;    // where the port is found
  std::string inputs;  // a FIFO for the words, besides standard input
  std::string log;     // the edges, appended
  bool with_parent = false;
  bool lockstep = false;
  Fitting fitting;
};

extern const char* const kUsage;

// Throws std::runtime_error with one sentence.
Options parse(int argc, char** argv);

}  // namespace native
