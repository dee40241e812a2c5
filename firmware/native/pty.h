// The serial port of the board: a pty, found by a symlink. Its far end stays open here, so that a host that goes away
// leaves no hang-up behind, and it is raw before anybody opens it.
#pragma once

#include <cstdint>
#include <string>

namespace native {

class Pty {
 public:
  // Throws std::runtime_error. The link is replaced in one step, and removed at the end if it is still ours.
  explicit Pty(const std::string& link);
  ~Pty();
  Pty(const Pty&) = delete;
  Pty& operator=(const Pty&) = delete;

  int fd() const { return near_; }
  const std::string& name() const { return name_; }

  uint8_t read(uint8_t* to, uint8_t most) const;
  // How many bytes the port took; 0 when nobody reads. Never waits.
  uint8_t write(const uint8_t* from, uint8_t count) const;
  // What the host has sent and nobody read: it is gone with the cable.
  void forget_received() const;

 private:
  int near_ = -1;
  int far_ = -1;
  std::string name_;
  std::string link_;
};

}  // namespace native
