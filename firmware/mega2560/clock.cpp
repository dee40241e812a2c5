#include "clock.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <util/atomic.h>

namespace {

constexpr uint8_t kCountsPerTick = 250;  // 16 MHz / 64 / 1 kHz
constexpr uint8_t kUsPerCount = 4;
static_assert(F_CPU == 16000000UL, "the table above is for 16 MHz");

volatile uint32_t ticks;

}  // namespace

ISR(TIMER0_COMPA_vect) { ticks = ticks + 1; }

namespace board {

void start_clock() {
  OCR0A = kCountsPerTick - 1;
  TCCR0A = 1U << WGM01;                  // clear on compare: exactly 1 kHz, so millis never jumps by two
  TCCR0B = (1U << CS01) | (1U << CS00);  // 1/64
  TIFR0 = 1U << OCF0A;                   // a match left from before would count as a millisecond, and be taken back
  TIMSK0 = 1U << OCIE0A;
}

Time now() {
  uint32_t ms;
  uint8_t count;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    count = TCNT0;
    ms = ticks;
    // The counter may have started again with its tick not yet counted; a count near the top was read before that.
    if ((TIFR0 & (1U << OCF0A)) != 0 && count < kCountsPerTick / 2) ++ms;
  }
  return {ms, ms * 1000U + static_cast<uint32_t>(count) * kUsPerCount};
}

}  // namespace board
