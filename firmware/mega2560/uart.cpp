#include "uart.h"

#include <avr/interrupt.h>
#include <avr/io.h>

namespace {

// Indices are one byte and run freely, so a size that divides 256 needs no lock: one side writes each.
constexpr uint8_t kRxSize = 128;  // 11 ms of bytes; a pass takes less than one
constexpr uint8_t kTxSize = 128;  // two statuses and an event
constexpr uint8_t kDivider = 16;  // 16 MHz / 8 / (16 + 1) = 117647 baud, +2.1 %, what every Mega does

uint8_t rx[kRxSize];
uint8_t tx[kTxSize];
volatile uint8_t rx_in, rx_out, tx_in, tx_out;

}  // namespace

ISR(USART0_RX_vect) {
  const uint8_t byte = UDR0;
  if (static_cast<uint8_t>(rx_in - rx_out) < kRxSize) {
    rx[rx_in % kRxSize] = byte;
    rx_in = static_cast<uint8_t>(rx_in + 1);
  }
}

ISR(USART0_UDRE_vect) {
  if (tx_out == tx_in) {
    UCSR0B = static_cast<uint8_t>(UCSR0B & ~(1U << UDRIE0));
    return;
  }
  UDR0 = tx[tx_out % kTxSize];
  tx_out = static_cast<uint8_t>(tx_out + 1);
}

namespace board {

void start_uart() {
  UCSR0A = 1U << U2X0;  // before the divider: the simulator works the speed out when that is written
  UBRR0 = kDivider;
  UCSR0C = (1U << UCSZ01) | (1U << UCSZ00);  // 8N1
  UCSR0B = (1U << RXEN0) | (1U << TXEN0) | (1U << RXCIE0);
}

uint8_t receive(uint8_t* to, uint8_t most) {
  uint8_t count = 0;
  while (count < most && rx_out != rx_in) {
    to[count++] = rx[rx_out % kRxSize];
    rx_out = static_cast<uint8_t>(rx_out + 1);
  }
  return count;
}

bool received() { return rx_out != rx_in; }

uint8_t send_room() { return static_cast<uint8_t>(kTxSize - static_cast<uint8_t>(tx_in - tx_out)); }

void send(const uint8_t* bytes, uint8_t count) {
  for (uint8_t i = 0; i < count; ++i) tx[static_cast<uint8_t>(tx_in + i) % kTxSize] = bytes[i];
  tx_in = static_cast<uint8_t>(tx_in + count);
  if (count != 0) UCSR0B = static_cast<uint8_t>(UCSR0B | 1U << UDRIE0);
}

}  // namespace board
