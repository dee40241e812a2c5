// relay_board: the firmware's core on a pty, the stand-in of the relay board everywhere. POSIX only.
#include <fcntl.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <sstream>
#include <stdexcept>

#include "board.h"
#include "console.h"
#include "lines.h"
#include "options.h"
#include "pty.h"

namespace {

constexpr uint64_t kPassUs = 1000;  // at least one pass a millisecond: the leases are kept to it
constexpr int kByteWaitS = 5;

volatile std::sig_atomic_t stop_asked = 0;

uint64_t wall_us() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * 1000000U + static_cast<uint64_t>(now.tv_nsec) / 1000U;
}

int open_fifo(const std::string& path) {
  if (path.empty()) return -1;
  if (mkfifo(path.c_str(), 0600) != 0 && errno != EEXIST) {
    throw std::runtime_error("cannot make the FIFO " + path + ": " + std::strerror(errno));
  }
  // Read and write: it never ends, however many writers come and go.
  const int fd = open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) throw std::runtime_error("cannot open the FIFO " + path + ": " + std::strerror(errno));
  return fd;
}

class Machine {
 public:
  explicit Machine(const native::Options& options)
      : options_(options),
        zero_us_(options.lockstep ? 0 : wall_us()),
        log_(options.log.empty() ? nullptr : std::fopen(options.log.c_str(), "a")),
        pty_(options.link),
        board_(options.fitting, now_us(), [this](const std::string& words) { say(words); }),
        console_(board_),
        words_(STDIN_FILENO),
        fifo_(open_fifo(options.inputs)) {
    if (!options.log.empty() && log_ == nullptr) throw std::runtime_error("cannot write " + options.log + ": " + std::strerror(errno));
    say("ready " + pty_.name());
  }

  void run() {
    if (options_.lockstep) {
      run_in_steps();
    } else {
      run_in_real_time();
    }
  }

 private:
  uint64_t now_us() const { return options_.lockstep ? step_us_ : wall_us() - zero_us_; }

  void say(const std::string& words) {
    const uint64_t now_ms = now_us() / 1000U;  // one reading: both tell the same
    for (std::FILE* file : {stdout, log_}) {
      if (file == nullptr) continue;
      std::fprintf(file, "%llu %s\n", static_cast<unsigned long long>(now_ms), words.c_str());
      std::fflush(file);
    }
  }

  // A slip of the tongue does not end the board.
  template <class Words>
  void forgiving(Words words) {
    try {
      words();
    } catch (const std::runtime_error& error) {
      std::fprintf(stderr, "relay_board: %s.\n", error.what());
    }
  }

  void obey(const std::string& line) {
    forgiving([&] { console_.obey(line, now_us()); });
  }
  void obey_due() {
    forgiving([this] { console_.obey_due(now_us()); });
  }

  // Takes at most `most` bytes of the host; returns how many.
  uint8_t pass(uint64_t most) {
    uint8_t rx[relay::kMaxRxPerPass];
    const uint8_t told = console_.take_bytes(rx, sizeof rx);
    const uint64_t room = sizeof rx - told;
    uint8_t came = 0;
    if (!console_.host_open()) {
      pty_.forget_received();
    } else if (most > 0 && room > 0) {
      came = pty_.read(rx + told, static_cast<uint8_t>(most < room ? most : room));
    }
    board_.pass(now_us(), rx, static_cast<uint8_t>(told + came));
    transmit();
    return came;
  }

  void transmit() {
    if (waiting_ == 0) waiting_ = board_.tx(out_, sizeof out_);
    if (waiting_ == 0) return;
    const uint8_t taken = console_.host_open() ? pty_.write(out_, waiting_) : waiting_;
    waiting_ = static_cast<uint8_t>(waiting_ - taken);
    std::memmove(out_, out_ + taken, waiting_);
  }

  void run_in_real_time() {
    bool listening = true;
    while (stop_asked == 0 && !console_.quit()) {
      fd_set readable;
      FD_ZERO(&readable);
      FD_SET(pty_.fd(), &readable);
      if (listening) FD_SET(words_.fd(), &readable);
      if (fifo_.fd() >= 0) FD_SET(fifo_.fd(), &readable);
      timeval wait{0, console_.bytes_wait() ? 0 : static_cast<suseconds_t>(kPassUs)};
      const int top = pty_.fd() > fifo_.fd() ? pty_.fd() : fifo_.fd();
      if (select(top + 1, &readable, nullptr, nullptr, &wait) < 0) FD_ZERO(&readable);
      if (FD_ISSET(words_.fd(), &readable)) {
        listening = words_.fill();
        if (!listening && options_.with_parent) return;
      }
      if (fifo_.fd() >= 0 && FD_ISSET(fifo_.fd(), &readable)) fifo_.fill();
      for (std::string line; words_.pop(&line) || fifo_.pop(&line);) obey(line);
      obey_due();
      pass(FD_ISSET(pty_.fd(), &readable) ? relay::kMaxRxPerPass : 0);
    }
  }

  // Time passes only when told: `run US [BYTES]` first takes that many bytes of the host, then runs that long.
  void run_in_steps() {
    for (std::string line; stop_asked == 0 && !console_.quit() && words_.next(&line);) {
      std::istringstream words(line);
      std::string verb;
      uint64_t us = 0;
      uint64_t bytes = 0;
      if (!(words >> verb >> us) || verb != "run") {
        obey(line);
        continue;
      }
      words >> bytes;
      const uint64_t until = step_us_ + us;
      while (step_us_ < until && !console_.quit()) {
        step_us_ += kPassUs;
        obey_due();
        if (bytes > 0) wait_for_host();
        bytes -= pass(bytes);
      }
      say("ran");
    }
  }

  void wait_for_host() const {
    fd_set readable;
    FD_ZERO(&readable);
    FD_SET(pty_.fd(), &readable);
    timeval wait{kByteWaitS, 0};
    if (select(pty_.fd() + 1, &readable, nullptr, nullptr, &wait) <= 0) {
      throw std::runtime_error("the host sent fewer bytes than announced");
    }
  }

  const native::Options options_;
  uint64_t zero_us_;
  uint64_t step_us_ = 0;
  std::FILE* log_;  // open to the end of the process: the last edges are said while everything else is taken down
  native::Pty pty_;
  native::Board board_;
  native::Console console_;
  native::Lines words_;
  native::Lines fifo_;
  uint8_t out_[64] = {};
  uint8_t waiting_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // nobody reads the edges: the relays matter, not the printing
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) std::signal(number, [](int) { stop_asked = 1; });
  try {
    Machine(native::parse(argc, argv)).run();
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "relay_board: %s.\n", error.what());
    return 2;
  }
}
