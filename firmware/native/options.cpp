#include "options.h"

#include <cstdlib>
#include <stdexcept>

namespace native {

const char* const kUsage =
    "relay_board --link PATH [--inputs FIFO] [--log FILE] [--fitted BITS] [--horn] [--with-parent] [--lockstep] [--uptime MS]";

namespace {

uint32_t number(const std::string& word, unsigned long most) {
  char* end = nullptr;
  const unsigned long value = std::strtoul(word.c_str(), &end, 0);
  if (word.empty() || word[0] == '-' || *end != '\0' || value > most) {
    throw std::runtime_error("'" + word + "' is no number from 0 to " + std::to_string(most));
  }
  return static_cast<uint32_t>(value);
}

}  // namespace

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const auto value = [&]() -> std::string {
      if (i + 1 == argc) throw std::runtime_error(word + " needs a value; usage: " + kUsage);
      return argv[++i];
    };
    if (word == "--link") {
      options.link = value();
    } else if (word == "--inputs") {
      options.inputs = value();
    } else if (word == "--log") {
      options.log = value();
    } else if (word == "--fitted") {
      options.fitting.fitted = static_cast<uint8_t>(number(value(), 0xFF));
    } else if (word == "--uptime") {
      options.fitting.uptime_ms = number(value(), 0xFFFFFFFFUL);
    } else if (word == "--horn") {
      options.fitting.horn = true;
    } else if (word == "--with-parent") {
      options.with_parent = true;
    } else if (word == "--lockstep") {
      options.lockstep = true;
    } else {
      throw std::runtime_error("'" + word + "' is not understood; usage: " + kUsage);
    }
  }
  if (options.link.empty()) throw std::runtime_error(std::string("no link was named; usage: ") + kUsage);
  return options;
}

}  // namespace native
