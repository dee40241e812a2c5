#include "lines.h"

#include <unistd.h>

#include <cerrno>

namespace native {

bool Lines::fill() {
  char bytes[512];
  const ssize_t count = read(fd_, bytes, sizeof bytes);
  if (count > 0) text_.append(bytes, static_cast<size_t>(count));
  return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
}

bool Lines::next(std::string* line) {
  while (!pop(line)) {
    if (!fill()) return false;
  }
  return true;
}

bool Lines::pop(std::string* line) {
  const size_t end = text_.find('\n');
  if (end == std::string::npos) return false;
  *line = text_.substr(0, end);
  text_.erase(0, end + 1);
  return true;
}

}  // namespace native
