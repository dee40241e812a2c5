// The near end of a pty that stands for the board's USB serial bridge.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace sim {

class Pty {
 public:
  // Makes the pty and, where `link` is not empty, a symlink to its far end. Throws std::runtime_error.
  explicit Pty(const std::string& link);
  ~Pty();
  Pty(const Pty&) = delete;
  Pty& operator=(const Pty&) = delete;

  int fd() const { return near_; }
  const std::string& name() const { return name_; }

  size_t read(uint8_t* to, size_t most) const;
  bool write(uint8_t byte) const;  // false: nobody reads and the buffer is full, the byte is lost

 private:
  int near_ = -1;
  int far_ = -1;
  std::string name_;
  std::string link_;
};

}  // namespace sim
