// The relay board without the board: the same core, six lines that are printed, inputs that are told, and a watchdog.
#pragma once

#include <relay_core.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace native {

struct Fitting {
  uint8_t fitted = relay::kEstop;  // relay::InputBit
  bool horn = false;
  uint32_t uptime_ms = 0;  // of the first boot: the wrap after 49.7 days can be had at once
};

class Board {
 public:
  // Called with the words of every edge, "jack U on", and with "reset".
  using Say = std::function<void(const std::string&)>;

  // Throws std::runtime_error for a fitting that is not sane.
  Board(const Fitting& fitting, uint64_t now_us, Say say);
  ~Board();
  Board(const Board&) = delete;
  Board& operator=(const Board&) = delete;

  // One loop pass at `now_us` on the clock of this process. Bytes that arrive while the link is down are lost.
  void pass(uint64_t now_us, const uint8_t* rx, uint8_t rx_count);

  uint8_t tx(uint8_t* to, uint8_t room) { return controller_->tx(to, room); }

  // The reset pin, the watchdog, a power cut: lines off, a new session, uptime from 0.
  void reset(relay::ResetCause cause, uint64_t now_us);

  void set_open(uint8_t bit, bool open);
  void set_link(bool up) { link_up_ = up; }
  void set_position(uint8_t actuator, int16_t position) { position_[actuator] = position; }
  // The firmware stops passing, as a hung chip does; the watchdog will bite.
  void hang() { hung_ = true; }

 private:
  static void set_line(relay::Line line, bool on);

  relay::Limits limits_;
  Say say_;
  relay::Pins pins_;
  std::unique_ptr<relay::Controller> controller_;
  uint64_t boot_us_;
  uint64_t fed_us_;
  uint32_t first_uptime_ms_ = 0;
  uint32_t session_ = 0;
  uint8_t open_ = 0;
  int16_t position_[relay::kActuators] = {relay::kNoPosition, relay::kNoPosition};
  bool lines_[relay::kLines] = {};
  bool link_up_ = true;
  bool hung_ = false;
};

}  // namespace native
