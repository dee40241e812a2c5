#include "console.h"

#include <sstream>
#include <stdexcept>

namespace native {

namespace {

bool is_open(const std::string& word, const std::string& line) {
  if (word == "open") return true;
  if (word == "closed") return false;
  throw std::runtime_error("'" + line + "' ends in neither open nor closed");
}

uint8_t limit_bit(const std::string& name) {
  if (name == "jack_upper") return relay::kJackUpper;
  if (name == "jack_lower") return relay::kJackLower;
  if (name == "steer_left") return relay::kSteerLeft;
  if (name == "steer_right") return relay::kSteerRight;
  throw std::runtime_error("no limit is called '" + name + "', expected jack_upper, jack_lower, steer_left or steer_right");
}

uint8_t actuator(const std::string& name) {
  if (name == "jack") return relay::kJack;
  if (name == "steer") return relay::kSteer;
  throw std::runtime_error("no actuator is called '" + name + "', expected jack or steer");
}

int16_t counts(const std::string& word) {
  if (word == "none") return relay::kNoPosition;
  std::istringstream in(word);
  int16_t value = 0;
  if (!(in >> value) || !in.eof()) throw std::runtime_error("'" + word + "' is no position, expected -32767 to 32767 or none");
  return value;
}

std::string bytes_of(const std::string& hex) {
  if (hex.size() % 2 != 0 || hex.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) {
    throw std::runtime_error("'" + hex + "' are not bytes in hexadecimal");
  }
  std::string bytes;
  for (size_t i = 0; i < hex.size(); i += 2) bytes.push_back(static_cast<char>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  return bytes;
}

}  // namespace

void Console::obey(const std::string& line, uint64_t now_us) {
  std::istringstream words(line);
  std::string verb;
  std::string first;
  std::string second;
  words >> verb;
  if (verb.empty() || verb[0] == '#') return;
  if (verb == "at" || verb == "arrive") {
    uint64_t us = 0;
    if (!(words >> us >> std::ws)) throw std::runtime_error("'" + line + "' names no time in microseconds");
    std::getline(words, first);
    // A pty has no baud rate: what arrives, arrives whole.
    scheduled_.emplace(us, verb == "at" ? first : "bytes " + first);
    return;
  }
  words >> first >> second;
  if (verb == "limit") {
    board_.set_open(limit_bit(first), is_open(second, line));
  } else if (verb == "estop") {
    board_.set_open(relay::kEstop, is_open(first, line));
  } else if (verb == "position") {
    board_.set_position(actuator(first), counts(second));
  } else if (verb == "bytes") {
    bytes_ += bytes_of(first);
  } else if (verb == "dtr" && (first == "0" || first == "1")) {
    host_open_ = first == "1";
    board_.set_link(host_open_);
  } else if (verb == "reset") {
    board_.reset(relay::ResetCause::external, now_us);
  } else if (verb == "hang") {
    board_.hang();
  } else if (verb == "quit") {
    quit_ = true;
  } else {
    throw std::runtime_error("'" + line + "' is no word of the board");
  }
}

void Console::obey_due(uint64_t now_us) {
  while (!scheduled_.empty() && scheduled_.begin()->first <= now_us) {
    const std::string line = scheduled_.begin()->second;
    scheduled_.erase(scheduled_.begin());
    obey(line, now_us);
  }
}

uint8_t Console::take_bytes(uint8_t* to, uint8_t most) {
  const size_t count = bytes_.size() < most ? bytes_.size() : most;
  bytes_.copy(reinterpret_cast<char*>(to), count);
  bytes_.erase(0, count);
  return static_cast<uint8_t>(count);
}

}  // namespace native
