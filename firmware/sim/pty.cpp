#include "pty.h"

#include <fcntl.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace sim {

Pty::Pty(const std::string& link) : link_(link) {
  char name[128];
  termios raw{};
  cfmakeraw(&raw);
  // The far end stays open here too: otherwise every read fails while no host is there, and its settings are lost.
  if (openpty(&near_, &far_, name, &raw, nullptr) != 0) {
    throw std::runtime_error(std::string("cannot make a pty: ") + std::strerror(errno));
  }
  fcntl(near_, F_SETFL, fcntl(near_, F_GETFL) | O_NONBLOCK);
  name_ = name;
  if (!link_.empty()) {
    unlink(link_.c_str());
    if (symlink(name, link_.c_str()) != 0) {
      throw std::runtime_error("cannot make the link " + link_ + ": " + std::strerror(errno));
    }
  }
}

Pty::~Pty() {
  if (!link_.empty()) unlink(link_.c_str());
  close(near_);
  close(far_);
}

size_t Pty::read(uint8_t* to, size_t most) const {
  const ssize_t count = ::read(near_, to, most);
  return count > 0 ? static_cast<size_t>(count) : 0;
}

bool Pty::write(uint8_t byte) const { return ::write(near_, &byte, 1) == 1; }

}  // namespace sim
