// Lines of text from a file descriptor that is never waited for.
#pragma once

#include <string>

namespace native {

class Lines {
 public:
  explicit Lines(int fd) : fd_(fd) {}

  // Reads what is there, once. False at the end of the stream.
  bool fill();
  // Waits for more. False at the end of the stream. For lockstep only.
  bool next(std::string* line);
  // The next whole line that was read.
  bool pop(std::string* line);
  int fd() const { return fd_; }

 private:
  int fd_;
  std::string text_;
};

}  // namespace native
