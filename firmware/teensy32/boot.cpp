#include "boot.h"

#include <Arduino.h>

#include "pins.h"

namespace {

constexpr uint16_t kWatchdogMs = 500;  // of the 1 kHz low-power oscillator; Teensyduino's own start takes 304 ms

}  // namespace

// Teensyduino calls this as the first thing after reset, with the watchdog just unlocked for 256 bus cycles: it comes
// first, the pins a microsecond later. Level before direction, so that no line blips.
extern "C" void startup_early_hook(void) {
  WDOG_TOVALH = 0;
  WDOG_TOVALL = kWatchdogMs;
  WDOG_PRESC = 0;
  // No ALLOWUPDATE: nothing can turn it off again before the next reset.
  WDOG_STCTRLH = WDOG_STCTRLH_WAITEN | WDOG_STCTRLH_STOPEN | WDOG_STCTRLH_WDOGEN;

  SIM_SCGC5 |= SIM_SCGC5_PORTB | SIM_SCGC5_PORTC | SIM_SCGC5_PORTD;  // the ports of pins 18 to 23 have no clock yet
#define OFF(pin)                                                   \
  if (board::kOnLevel) {                                           \
    CORE_PIN##pin##_PORTCLEAR = CORE_PIN##pin##_BITMASK;           \
  } else {                                                         \
    CORE_PIN##pin##_PORTSET = CORE_PIN##pin##_BITMASK;             \
  }                                                                \
  CORE_PIN##pin##_DDRREG |= CORE_PIN##pin##_BITMASK;               \
  CORE_PIN##pin##_CONFIG = PORT_PCR_MUX(1) | PORT_PCR_SRE | PORT_PCR_DSE
  OFF(18);
  OFF(19);
  OFF(20);
  OFF(21);
  OFF(22);
  OFF(23);
#undef OFF
}

static_assert(board::kSteerRightPin == 23 && board::kSteerLeftPin == 22 && board::kJackDownPin == 21 &&
                  board::kJackUpPin == 20 && board::kMasterPin == 19 && board::kHornPin == 18,
              "the pins above are named by number: change them there too");

namespace board {

relay::ResetCause reset_cause() {
  // Reset control module, K20 reference manual section 6.2: what raised the last reset, cleared by the next.
  constexpr uint8_t kPowerOn = 0x80, kPin = 0x40, kWatchdog = 0x20, kLowVoltage = 0x02;
  constexpr uint8_t kSoftware = 0x04, kLockup = 0x02;
  if ((RCM_SRS0 & kWatchdog) != 0 || (RCM_SRS1 & kLockup) != 0) return relay::ResetCause::watchdog;
  if ((RCM_SRS0 & kPowerOn) != 0) return relay::ResetCause::power;
  if ((RCM_SRS0 & kLowVoltage) != 0) return relay::ResetCause::brown_out;
  if ((RCM_SRS1 & kSoftware) != 0) return relay::ResetCause::software;
  if ((RCM_SRS0 & kPin) != 0) return relay::ResetCause::external;
  return relay::ResetCause::unknown;
}

void feed_watchdog() {
  // The two words have to follow within 20 bus cycles, so no interrupt may come between.
  noInterrupts();
  WDOG_REFRESH = 0xA602;
  WDOG_REFRESH = 0xB480;
  interrupts();
}

}  // namespace board
