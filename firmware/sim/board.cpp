#include "board.h"

#include <avr_ioport.h>
#include <avr_uart.h>
#include <sim_elf.h>
#include <sim_io.h>
#include <sim_regbit.h>

#include <cstring>
#include <stdexcept>

#include "../mega2560/pins.h"

namespace sim {

namespace {

// Addresses of the ATmega2560 in data space (data sheet 2549, section 34).
constexpr avr_io_addr_t kPortA = 0x22, kDdrA = 0x21, kPinC = 0x26, kGpior0 = 0x3E;
constexpr uint64_t kCyclesPerByte = kHz * 10 / 115200;
constexpr uint8_t kPaint = 0xA5;
constexpr uint16_t kRamStart = 0x200;

Board* the_board = nullptr;  // simavr's reset hook carries no argument of ours; there is one board per process

// Where .data, .bss and .noinit end: the linker's symbol _end, less the offset by which it marks data space.
uint16_t end_of_statics(const elf_firmware_t& firmware) {
  for (uint32_t i = 0; i < firmware.symbolcount; ++i) {
    if (std::strcmp(firmware.symbol[i]->symbol, "_end") == 0) return static_cast<uint16_t>(firmware.symbol[i]->addr);
  }
  throw std::runtime_error("the firmware has no symbol _end: was it stripped");
}

avr_cycle_count_t wake(avr_t*, avr_cycle_count_t, void*) { return 0; }

}  // namespace

Board::Board(const std::string& elf, OnLine on_line, OnByte on_byte, OnReset on_reset, OnRunning on_running)
    : on_line_(std::move(on_line)), on_byte_(std::move(on_byte)), on_reset_(std::move(on_reset)),
      on_running_(std::move(on_running)) {
  elf_firmware_t firmware{};
  if (elf_read_firmware(elf.c_str(), &firmware) != 0) throw std::runtime_error("cannot read the firmware " + elf);
  avr_ = avr_make_mcu_by_name("atmega2560");
  if (avr_ == nullptr) throw std::runtime_error("this libsimavr knows no atmega2560");
  avr_init(avr_);
  avr_->frequency = kHz;
  avr_->log = LOG_ERROR;
  avr_load_firmware(avr_, &firmware);
  stack_floor_ = end_of_statics(firmware);
  stats_.static_bytes = stack_floor_ - kRamStart;
  // Pacing is ours: simavr's own sleep would add to it.
  avr_->sleep = [](avr_t*, avr_cycle_count_t) {};
  the_board = this;
  core_reset_ = avr_->reset;
  avr_->reset = chip_reset;

  avr_ioport_external_t outputs{};  // the resistors that pull the lines low
  outputs.name = 'A';
  outputs.mask = board::kOutputMask;
  avr_ioctl(avr_, AVR_IOCTL_IOPORT_SET_EXTERNAL('A'), &outputs);
  for (int bit = 0; bit < 8; ++bit) {
    avr_irq_register_notify(avr_io_getirq(avr_, AVR_IOCTL_IOPORT_GETIRQ('A'), bit),
                            [](avr_irq_t*, uint32_t, void* self) { static_cast<Board*>(self)->look_at_lines(); }, this);
  }

  uint32_t flags = 0;
  avr_ioctl(avr_, AVR_IOCTL_UART_GET_FLAGS('0'), &flags);
  flags &= ~static_cast<uint32_t>(AVR_UART_FLAG_STDIO | AVR_UART_FLAG_POLL_SLEEP);
  avr_ioctl(avr_, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
  uart_in_ = avr_io_getirq(avr_, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_INPUT);
  avr_irq_register_notify(avr_io_getirq(avr_, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT),
                          [](avr_irq_t*, uint32_t value, void* self) {
                            static_cast<Board*>(self)->on_byte_(static_cast<uint8_t>(value));
                          }, this);

  avr_register_io_write(avr_, kGpior0, [](avr_t* avr, avr_io_addr_t at, uint8_t value, void* self) {
    avr->data[at] = value;
    static_cast<Board*>(self)->mark(value != 0);
  }, this);
  apply_inputs();
  paint_stack();
}

bool Board::run_until(uint64_t target) {
  while (cycle() < target) {
    feed_uart();
    const uint64_t next = !waiting_.empty() && next_byte_ < target ? next_byte_ : target;
    // Without this a sleeping chip would be carried past the next byte, to its own next timer.
    if (next > cycle()) avr_cycle_timer_register(avr_, next - cycle(), wake, nullptr);
    while (cycle() < next && !was_reset_) {
      last_cycle_ = avr_->cycle;
      const int state = avr_run(avr_);
      if (state == cpu_Done || state == cpu_Crashed) return false;
    }
    if (was_reset_) after_reset();
  }
  return true;
}

// The firmware writes GPIOR0 where a pass begins and ends, for the first time where its clock starts.
void Board::mark(bool begins) {
  if (begins) {
    if (!running_) on_running_();
    running_ = true;
    pass_began_ = cycle();
  } else if (pass_began_ != 0) {
    const uint64_t took = cycle() - pass_began_;
    if (took > stats_.worst_loop_cycles) stats_.worst_loop_cycles = took;
    ++stats_.loops;
  }
}

void Board::feed_uart() {
  if (waiting_.empty() || cycle() < next_byte_) return;
  avr_raise_irq(uart_in_, waiting_.front());
  waiting_.pop_front();
  next_byte_ = cycle() + kCyclesPerByte;
}

void Board::look_at_lines() {
  // A line that is not driven follows its resistor: off.
  const uint8_t lines = avr_->data[kPortA] & avr_->data[kDdrA] & board::kOutputMask;
  if (lines == lines_) return;
  lines_ = lines;
  on_line_(lines);
}

void Board::set_input(uint8_t bit, bool open) {
  const auto mask = static_cast<uint8_t>(1U << bit);
  open_ = open ? static_cast<uint8_t>(open_ | mask) : static_cast<uint8_t>(open_ & ~mask);
  apply_inputs();
}

void Board::apply_inputs() {
  avr_ioport_external_t inputs{};
  inputs.name = 'C';
  inputs.mask = board::kInputMask;
  inputs.value = open_;
  avr_ioctl(avr_, AVR_IOCTL_IOPORT_SET_EXTERNAL('C'), &inputs);
  for (int bit = 0; bit < 8; ++bit) {
    if ((board::kInputMask >> bit & 1) != 0) {
      avr_raise_irq(avr_io_getirq(avr_, AVR_IOCTL_IOPORT_GETIRQ('C'), bit), open_ >> bit & 1);
    }
  }
  // The interrupt lines remember their last value and stay silent when a reset cleared the register behind them.
  avr_->data[kPinC] = static_cast<uint8_t>((avr_->data[kPinC] & ~board::kInputMask) | open_);
}

void Board::pull_reset() {
  last_cycle_ = avr_->cycle;
  avr_reset(avr_);
  avr_regbit_set(avr_, avr_->reset_flags.extrf);
  after_reset();
}

void Board::chip_reset(avr_t* avr) {
  if (the_board->core_reset_ != nullptr) the_board->core_reset_(avr);
  the_board->was_reset_ = true;
}

void Board::after_reset() {
  was_reset_ = false;
  if (avr_->cycle < last_cycle_) before_resets_ += last_cycle_ - avr_->cycle;
  running_ = false;
  pass_began_ = 0;
  next_byte_ = 0;
  apply_inputs();
  look_at_lines();
  on_reset_();
}

void Board::paint_stack() {
  std::memset(avr_->data + stack_floor_, kPaint, avr_->ramend + 1U - stack_floor_);
}

Stats Board::stats() {
  uint32_t top = stack_floor_;
  while (top <= avr_->ramend && avr_->data[top] == kPaint) ++top;
  const uint32_t deep = avr_->ramend + 1U - top;
  if (deep > stats_.stack_bytes) stats_.stack_bytes = deep;
  return stats_;
}

}  // namespace sim
