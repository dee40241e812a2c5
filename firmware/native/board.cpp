#include "board.h"

#include <session_nonce.h>
#include <unistd.h>

#include <ctime>
#include <stdexcept>

namespace native {

namespace {

constexpr uint64_t kWatchdogUs = 500000;  // that of the Teensy
constexpr uint16_t kLoopBudgetMs = 100;   // a desktop kernel may keep a process waiting; a board has no such excuse

const char* const kWords[relay::kLines] = {"jack U", "jack D", "steer L", "steer R", "master", "horn"};

Board* only = nullptr;  // pins belong to the machine, there is one set

uint32_t entropy() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<uint32_t>(now.tv_nsec) ^ static_cast<uint32_t>(now.tv_sec) ^ (static_cast<uint32_t>(getpid()) << 16U);
}

}  // namespace

Board::Board(const Fitting& fitting, uint64_t now_us, Say say)
    : say_(std::move(say)), pins_(set_line), boot_us_(now_us), fed_us_(now_us) {
  limits_.fitted = fitting.fitted;
  limits_.horn_fitted = fitting.horn;
  limits_.loop_budget_ms = kLoopBudgetMs;
  if (!relay::sane(limits_)) throw std::runtime_error("these inputs do not exist, expected --fitted 0x00 to 0x1F");
  only = this;
  reset(relay::ResetCause::power, now_us);
  first_uptime_ms_ = fitting.uptime_ms;
}

Board::~Board() { pins_.write(0); }

void Board::reset(relay::ResetCause cause, uint64_t now_us) {
  const bool running = controller_ != nullptr;
  session_ = relay::next_session(session_, entropy());
  pins_.clear_refusal();
  controller_ = std::make_unique<relay::Controller>(limits_, relay::Boot{session_, relay::BoardKind::native, cause}, pins_);
  boot_us_ = fed_us_ = now_us;
  first_uptime_ms_ = 0;
  hung_ = false;
  if (running) say_("reset");
}

void Board::pass(uint64_t now_us, const uint8_t* rx, uint8_t rx_count) {
  if (now_us - fed_us_ > kWatchdogUs) reset(relay::ResetCause::watchdog, now_us);
  if (hung_) return;
  const uint64_t up_us = now_us - boot_us_;
  relay::Inputs in{};
  in.now_ms = static_cast<uint32_t>(up_us / 1000U) + first_uptime_ms_;
  in.now_us = static_cast<uint32_t>(up_us);
  in.open = open_;
  in.link_up = link_up_;
  for (uint8_t i = 0; i < relay::kActuators; ++i) in.position[i] = position_[i];
  in.rx = rx;
  in.rx_count = rx_count;
  if (controller_->step(in).feed_watchdog) fed_us_ = now_us;
}

void Board::set_open(uint8_t bit, bool open) {
  open_ = static_cast<uint8_t>(open ? open_ | bit : open_ & ~static_cast<unsigned>(bit));
}

void Board::set_line(relay::Line line, bool on) {
  const auto i = static_cast<size_t>(line);
  if (only->lines_[i] == on) return;
  only->lines_[i] = on;
  only->say_(std::string(kWords[i]) + (on ? " on" : " off"));
}

}  // namespace native
