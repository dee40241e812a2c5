// The relay controller on an Arduino Mega 2560, without the Arduino core: what matters here is the first microsecond
// and the watchdog, and both are clearer at register level.
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <relay_core.h>

#include "boot.h"
#include "clock.h"
#include "limits_board.h"
#include "lines.h"
#include "session_store.h"
#include "uart.h"

namespace {

constexpr uint8_t kTxPiece = 16;
constexpr uint8_t kRxPiece = 16;  // both are more than the wire carries in a millisecond, and keep a pass short
static_assert(kRxPiece <= relay::kMaxRxPerPass, "the core takes no more");

// Sleeps until the next interrupt: a byte, or the next millisecond. Costs nothing on the chip and saves the simulator
// most of its work. GPIOR0 tells the simulator when a pass begins and ends.
void idle() {
  GPIOR0 = 0;
  cli();
  if (!board::received()) {
    sleep_enable();
    sei();  // takes effect after the next instruction, so no interrupt can slip in between
    sleep_cpu();
    sleep_disable();
  }
  sei();
  GPIOR0 = 1;
}

#ifdef RELAY_HANG
// Test build only: the loop hangs, interrupts still running, while something moves. The watchdog is all that is left.
void hang_while_moving(const relay::Outputs& out, uint32_t now_ms) {
  constexpr uint32_t kHangAfterMs = 150;
  static uint32_t off_ms = 0;
  if (out.moving[relay::kJack] == relay::Direction::off) off_ms = now_ms;
  if (now_ms - off_ms >= kHangAfterMs) {
    for (;;) {
    }
  }
}
#endif

}  // namespace

int main() {
  set_sleep_mode(SLEEP_MODE_IDLE);
  const uint32_t session = board::new_session();
  if (session == 0) board::refuse_to_run();
  static relay::Pins pins(board::set_line);
  static relay::Controller controller(board::kLimits, {session, relay::BoardKind::mega2560, board::reset_cause()}, pins);
  board::start_clock();
  GPIOR0 = 1;
  board::start_uart();
  sei();

  for (;;) {
    uint8_t rx[kRxPiece];
    const uint8_t count = board::receive(rx, sizeof rx);
    const board::Time time = board::now();
    // The chip cannot see its host: opening the port pulls its reset line, and a host that left is a lease that ends.
    const relay::Inputs in{time.ms, time.us, board::open_inputs(), true, {relay::kNoPosition, relay::kNoPosition},
                           rx, count};
    const relay::Outputs out = controller.step(in);
    board::set_led(out.led);
    if (out.feed_watchdog) board::feed_watchdog();

    uint8_t piece[kTxPiece];
    const uint8_t room = board::send_room();
    board::send(piece, controller.tx(piece, room < kTxPiece ? room : kTxPiece));
#ifdef RELAY_HANG
    hang_while_moving(out, time.ms);
#endif
    idle();
  }
}
