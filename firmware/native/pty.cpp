#include "pty.h"

#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace native {

namespace {

int must(int result, const std::string& what) {
  if (result < 0) throw std::runtime_error("cannot " + what + ": " + std::strerror(errno));
  return result;
}

std::string target_of(const std::string& link) {
  char target[256];
  const ssize_t length = readlink(link.c_str(), target, sizeof target);
  return length > 0 ? std::string(target, static_cast<size_t>(length)) : std::string();
}

}  // namespace

Pty::Pty(const std::string& link) : link_(link) {
  near_ = must(posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC), "make a pty");
  must(grantpt(near_), "grant the pty");
  must(unlockpt(near_), "unlock the pty");
  name_ = ptsname(near_);
  far_ = must(open(name_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC), "open " + name_);
  termios raw{};
  must(tcgetattr(far_, &raw), "read the settings of " + name_);
  cfmakeraw(&raw);
  must(tcsetattr(far_, TCSANOW, &raw), "make " + name_ + " raw");
  const std::string fresh = link_ + ".new." + std::to_string(getpid());
  must(symlink(name_.c_str(), fresh.c_str()), "make the link " + link_);
  if (rename(fresh.c_str(), link_.c_str()) != 0) {
    const std::string why = std::strerror(errno);
    unlink(fresh.c_str());
    throw std::runtime_error("cannot make the link " + link_ + ": " + why);
  }
}

Pty::~Pty() {
  if (target_of(link_) == name_) unlink(link_.c_str());
  close(far_);
  close(near_);
}

uint8_t Pty::read(uint8_t* to, uint8_t most) const {
  const ssize_t count = ::read(near_, to, most);
  return count > 0 ? static_cast<uint8_t>(count) : uint8_t{0};
}

uint8_t Pty::write(const uint8_t* from, uint8_t count) const {
  const ssize_t taken = ::write(near_, from, count);
  return taken > 0 ? static_cast<uint8_t>(taken) : uint8_t{0};
}

void Pty::forget_received() const {
  uint8_t bytes[64];
  while (read(bytes, sizeof bytes) > 0) {
  }
}

}  // namespace native
