#include "boot.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/wdt.h>

#include "pins.h"

namespace {

// Written before .bss is cleared, so it must not lie there.
uint8_t mcusr_at_boot __attribute__((section(".noinit")));

}  // namespace

// Runs before memory is set up and before any constructor: stack and zero register stand since .init2.
// Level before direction, so that no line blips; then the watchdog, which a watchdog reset leaves at its shortest time.
extern "C" void first_moment() __attribute__((naked, used, section(".init3")));
void first_moment() {
  PORTA = 0;
  DDRA = board::kOutputMask;
  DDRC = 0;
  PORTC = board::kInputMask;  // pull-ups: a broken wire reads open
  mcusr_at_boot = MCUSR;
  MCUSR = 0;  // WDRF overrides WDE, and the next reset has to be told from this one
  wdt_enable(WDTO_120MS);
}

namespace board {

relay::ResetCause reset_cause() {
  // A power-up sets brown-out too, and an old flag may stand beside the newest: the rarest wins.
  if (mcusr_at_boot & (1U << WDRF)) return relay::ResetCause::watchdog;
  if (mcusr_at_boot & (1U << PORF)) return relay::ResetCause::power;
  if (mcusr_at_boot & (1U << BORF)) return relay::ResetCause::brown_out;
  if (mcusr_at_boot & (1U << EXTRF)) return relay::ResetCause::external;
  return relay::ResetCause::unknown;
}

void feed_watchdog() { wdt_reset(); }

void refuse_to_run() {
  cli();
  PORTA = 0;
  for (;;) {
  }
}

}  // namespace board
