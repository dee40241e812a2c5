#include "console.h"

#include <cstdio>
#include <sstream>
#include <stdexcept>

#include "../mega2560/pins.h"

namespace sim {

namespace {

constexpr uint64_t kNsPerByte = 10ULL * 1000000000ULL / 115200ULL;

bool is_open(const std::string& word, const std::string& line) {
  if (word == "open") return true;
  if (word == "closed") return false;
  throw std::runtime_error("'" + line + "' ends in neither open nor closed");
}

uint8_t limit_bit(const std::string& name) {
  if (name == "jack_upper") return board::kJackUpperBit;
  if (name == "jack_lower") return board::kJackLowerBit;
  if (name == "steer_left") return board::kSteerLeftEndBit;
  if (name == "steer_right") return board::kSteerRightEndBit;
  throw std::runtime_error("no limit is called '" + name + "', expected jack_upper, jack_lower, steer_left or steer_right");
}

std::string bytes_of(const std::string& hex) {
  std::string bytes;
  if (hex.size() % 2 != 0 || hex.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) {
    throw std::runtime_error("'" + hex + "' are not bytes in hexadecimal");
  }
  for (size_t i = 0; i < hex.size(); i += 2) bytes.push_back(static_cast<char>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  return bytes;
}

}  // namespace

void Console::obey(const std::string& line) {
  std::istringstream words(line);
  std::string verb, first, second;
  words >> verb;
  if (verb == "at" || verb == "arrive") {
    uint64_t us = 0;
    words >> us >> std::ws;
    std::getline(words, first);
    if (verb == "arrive") {
      arrive(us, first);
    } else {
      scheduled_.emplace(us, first);
    }
    return;
  }
  words >> first >> second;
  if (verb == "limit") {
    board_.set_input(limit_bit(first), is_open(second, line));
  } else if (verb == "estop") {
    board_.set_input(board::kEstopBit, is_open(first, line));
  } else if (verb == "bytes") {
    for (const char byte : bytes_of(first)) board_.receive(static_cast<uint8_t>(byte));
  } else if (verb == "dtr") {
    const bool open = first == "1";
    // The bridge pulls the reset line through a capacitor when the port is opened; closing it does nothing to the chip
    // but end the bytes.
    if (open && !host_open_) board_.pull_reset();
    if (!open) board_.forget_received();
    host_open_ = open;
  } else if (verb == "reset") {
    board_.pull_reset();
  } else if (verb == "stats") {
    const Stats stats = board_.stats();
    std::printf("stats us %llu loops %llu worst_loop_cycles %llu static_bytes %u stack_bytes %u\n",
                static_cast<unsigned long long>(board_.us()), static_cast<unsigned long long>(stats.loops),
                static_cast<unsigned long long>(stats.worst_loop_cycles), stats.static_bytes, stats.stack_bytes);
    std::fflush(stdout);
  } else if (verb == "quit") {
    quit_ = true;
  } else {
    throw std::runtime_error("'" + line + "' is no word of the harness");
  }
}

void Console::arrive(uint64_t us, const std::string& hex) {
  // The last byte lands at `us`, as on a wire: the frame begins so much earlier.
  const uint64_t takes_us = hex.size() / 2 * kNsPerByte / 1000;
  scheduled_.emplace(us > takes_us ? us - takes_us : 0, "bytes " + hex);
}

bool Console::run_until(uint64_t us) {
  for (;;) {
    const bool due = !scheduled_.empty() && scheduled_.begin()->first <= us;
    const uint64_t next = due ? scheduled_.begin()->first : us;
    if (!board_.run_until(next * kCyclesPerUs)) return false;
    if (!due) return !quit_;
    const std::string line = scheduled_.begin()->second;
    scheduled_.erase(scheduled_.begin());
    obey(line);
  }
}

}  // namespace sim
