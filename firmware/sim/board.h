// The simulated Mega 2560: the chip with the project's ELF in it, the pull resistors, the switches, the serial bridge.
#pragma once

#include <sim_avr.h>
#include <sim_irq.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <string>

namespace sim {

constexpr uint64_t kHz = 16000000;
constexpr uint64_t kCyclesPerUs = kHz / 1000000;

struct Stats {
  uint64_t loops = 0;
  uint64_t worst_loop_cycles = 0;
  uint32_t static_bytes = 0;  // .data, .bss and .noinit
  uint32_t stack_bytes = 0;   // the deepest so far
};

class Board {
 public:
  using OnLine = std::function<void(uint8_t lines)>;   // bits of pins.h, 1 = relay energised
  using OnByte = std::function<void(uint8_t byte)>;    // sent by the chip
  using OnReset = std::function<void()>;
  using OnRunning = std::function<void()>;             // the firmware's own clock has just started

  // Throws std::runtime_error where the ELF cannot be read.
  Board(const std::string& elf, OnLine on_line, OnByte on_byte, OnReset on_reset, OnRunning on_running);
  Board(const Board&) = delete;
  Board& operator=(const Board&) = delete;

  // Cycles since power-up; resets do not turn it back.
  uint64_t cycle() const { return avr_->cycle + before_resets_; }
  uint64_t us() const { return cycle() / kCyclesPerUs; }

  // Runs until `cycle` is reached, or a little later. False when the chip stopped for good.
  bool run_until(uint64_t cycle);

  void set_input(uint8_t bit, bool open);
  void pull_reset();
  void receive(uint8_t byte) { waiting_.push_back(byte); }  // from the host; goes in at the speed of the wire
  void forget_received() { waiting_.clear(); }
  size_t waiting() const { return waiting_.size(); }
  Stats stats();

 private:
  void look_at_lines();
  void apply_inputs();
  void paint_stack();
  void after_reset();
  void feed_uart();
  void mark(bool begins);
  static void chip_reset(avr_t* avr);

  avr_t* avr_ = nullptr;
  OnLine on_line_;
  OnByte on_byte_;
  OnReset on_reset_;
  OnRunning on_running_;
  uint8_t open_ = 0;   // inputs, 1 = open
  uint8_t lines_ = 0;  // as last told
  std::deque<uint8_t> waiting_;
  uint64_t next_byte_ = 0;
  avr_irq_t* uart_in_ = nullptr;
  uint64_t before_resets_ = 0;
  uint64_t last_cycle_ = 0;
  bool was_reset_ = false;
  bool running_ = false;  // since the last reset
  uint64_t pass_began_ = 0;
  uint16_t stack_floor_ = 0;
  Stats stats_;
  void (*core_reset_)(avr_t*) = nullptr;
};

}  // namespace sim
