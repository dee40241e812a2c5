// The relay controller on a Teensy 3.2. All rules are in the library RelayCore (../core); README.md says how to flash.
#include <relay_core.h>

#include "boot.h"
#include "limits_board.h"
#include "lines.h"
#include "session_store.h"
#include "usb_link.h"

namespace {

relay::Pins pins(board::set_line);
relay::Controller* controller = nullptr;  // made in setup(), in memory of its own, once its session is known

}  // namespace

void setup() {
  board::feed_watchdog();
  board::start_inputs();
  const uint32_t session = board::new_session();
  board::feed_watchdog();
  // A board that cannot remember its session does not run: the watchdog restarts it, everything off, for ever.
  while (session == 0) {
  }
  Serial.begin(115200);
  static relay::Controller made(board::kLimits, {session, relay::BoardKind::teensy32, board::reset_cause()}, pins);
  controller = &made;
}

void loop() {
  uint8_t rx[relay::kMaxRxPerPass];
  const uint8_t count = board::receive(rx, sizeof rx);
  const uint32_t now_ms = millis();
  const relay::Inputs in{now_ms, micros(), board::open_inputs(), board::link_up(now_ms),
                         {relay::kNoPosition, relay::kNoPosition}, rx, count};
  const relay::Outputs out = controller->step(in);
  board::set_led(out.led);
  if (out.feed_watchdog) board::feed_watchdog();

  uint8_t piece[64];
  const uint8_t room = board::send_room();
  board::send(piece, controller->tx(piece, room < sizeof piece ? room : static_cast<uint8_t>(sizeof piece)));
}
