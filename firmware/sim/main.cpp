// relay_sim: the firmware's ELF on a simulated ATmega2560, its UART on a pty, its relays on standard output.
#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <ctime>
#include <stdexcept>
#include <string>

#include "board.h"
#include "console.h"
#include "edges.h"
#include "pty.h"

namespace {

constexpr uint64_t kSliceUs = 1000;
constexpr uint64_t kLateUs = 20000;   // further behind than this it does not catch up: time passes slower instead
constexpr size_t kBridgeBytes = 64;   // as much as the board's serial bridge buffers for the chip
constexpr int kByteWaitMs = 5000;

volatile std::sig_atomic_t stop_asked = 0;

struct Options {
  std::string elf, link;
  bool lockstep = false;
};

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--link" && i + 1 < argc) {
      options.link = argv[++i];
    } else if (word == "--lockstep") {
      options.lockstep = true;
    } else if (word.compare(0, 1, "-") != 0 && options.elf.empty()) {
      options.elf = word;
    } else {
      throw std::runtime_error("'" + word + "' is not understood; usage: relay_sim ELF [--link PATH] [--lockstep]");
    }
  }
  if (options.elf.empty()) throw std::runtime_error("no firmware was named; usage: relay_sim ELF [--link PATH] [--lockstep]");
  return options;
}

uint64_t wall_us() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1000000U + static_cast<uint64_t>(now.tv_nsec) / 1000U;
}

class Machine {
 public:
  explicit Machine(const Options& options)
      : pty_(options.link),
        board_(options.elf, [this](uint8_t lines) { edges_.lines(board_.us(), lines); },
               [this](uint8_t byte) { if (console_.host_open() && pty_.write(byte)) ++sent_; },
               [this] { edges_.say(board_.us(), "reset"); }, [this] { edges_.say(board_.us(), "running"); }),
        console_(board_) {}

  int run(bool lockstep) {
    std::printf("%llu ready %s\n", static_cast<unsigned long long>(board_.us()), pty_.name().c_str());
    std::fflush(stdout);
    return lockstep ? run_in_steps() : run_in_real_time();
  }

 private:
  // Time passes only when told: `run US [BYTES]` first takes that many bytes of the host, then runs that long.
  int run_in_steps() {
    std::string line;
    while (stop_asked == 0 && !console_.quit() && read_line(&line)) {
      unsigned long long us = 0, bytes = 0;
      if (std::sscanf(line.c_str(), "run %llu %llu", &us, &bytes) < 1) {
        console_.obey(line);
        continue;
      }
      while (bytes > 0) bytes -= take_from_host(bytes, kByteWaitMs);
      if (!console_.run_until(board_.us() + us) && !console_.quit()) return 1;
      std::printf("%llu ran %u\n", static_cast<unsigned long long>(board_.us()), sent_);
      sent_ = 0;
      std::fflush(stdout);
    }
    return 0;
  }

  int run_in_real_time() {
    uint64_t wall_zero = wall_us();
    bool listening = true;
    std::string line;
    while (stop_asked == 0 && !console_.quit()) {
      while (listening && readable(STDIN_FILENO, 0)) {
        listening = read_line(&line);
        if (listening) console_.obey(line);
      }
      if (board_.waiting() < kBridgeBytes && readable(pty_.fd(), 0)) take_from_host(kBridgeBytes, 0);
      if (!console_.run_until(board_.us() + kSliceUs)) return console_.quit() ? 0 : 1;
      const uint64_t now = wall_us(), due = wall_zero + board_.us();
      if (due > now) {
        usleep(static_cast<useconds_t>(due - now));
      } else if (now - due > kLateUs) {
        wall_zero = now - board_.us();
      }
    }
    return 0;
  }

  static bool readable(int fd, int timeout_ms) {
    pollfd one{fd, POLLIN, 0};
    return poll(&one, 1, timeout_ms) > 0;
  }

  // Returns how many bytes came. Throws when fewer than one came within `timeout_ms` and bytes were expected.
  size_t take_from_host(size_t most, int timeout_ms) {
    uint8_t bytes[kBridgeBytes];
    if (timeout_ms > 0 && !readable(pty_.fd(), timeout_ms)) throw std::runtime_error("the host sent fewer bytes than announced");
    const size_t count = pty_.read(bytes, most < sizeof bytes ? most : sizeof bytes);
    for (size_t i = 0; i < count && console_.host_open(); ++i) board_.receive(bytes[i]);
    return count;
  }

  // One line of standard input, byte by byte, so that poll() keeps telling the truth. False at its end.
  static bool read_line(std::string* line) {
    line->clear();
    for (char byte = 0; ::read(STDIN_FILENO, &byte, 1) == 1;) {
      if (byte == '\n') return true;
      line->push_back(byte);
    }
    return false;
  }

  sim::Edges edges_;
  sim::Pty pty_;
  sim::Board board_;
  sim::Console console_;
  unsigned sent_ = 0;  // bytes to the host in this run: a pty hands them over in its own time
};

}  // namespace

int main(int argc, char** argv) {
  // simavr talks on standard output; that belongs to the edges.
  const int out = dup(STDOUT_FILENO);
  dup2(STDERR_FILENO, STDOUT_FILENO);
  for (const int number : {SIGINT, SIGTERM}) std::signal(number, [](int) { stop_asked = 1; });
  try {
    const Options options = parse(argc, argv);
    Machine machine(options);
    std::fflush(stdout);
    dup2(out, STDOUT_FILENO);
    return machine.run(options.lockstep);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "relay_sim: %s.\n", error.what());
    return 2;
  }
}
