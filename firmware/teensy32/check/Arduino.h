// Declarations only, of what these files use of Teensyduino 1.5x, so that a compiler without it can read them:
// `make check`. It proves spelling, types and warnings. It proves nothing about Teensyduino or the chip.
#pragma once

#include <stddef.h>
#include <stdint.h>

enum : uint8_t { LOW = 0, HIGH = 1, OUTPUT = 1, INPUT_PULLUP = 2 };

extern "C" {
void pinMode(uint8_t pin, uint8_t mode);
void digitalWrite(uint8_t pin, uint8_t value);
uint8_t digitalRead(uint8_t pin);
uint32_t millis(void);
uint32_t micros(void);
void noInterrupts(void);
void interrupts(void);
extern volatile uint8_t usb_configuration;
}

struct usb_serial_class {
  void begin(long baud);
  int available();
  int read();
  int availableForWrite();
  size_t write(const uint8_t* bytes, size_t count);
  void send_now();
  uint8_t dtr();
};
extern usb_serial_class Serial;

extern volatile uint16_t WDOG_TOVALH, WDOG_TOVALL, WDOG_PRESC, WDOG_STCTRLH, WDOG_REFRESH;
constexpr uint16_t WDOG_STCTRLH_WAITEN = 0x80, WDOG_STCTRLH_STOPEN = 0x40, WDOG_STCTRLH_WDOGEN = 0x01;
extern volatile uint8_t RCM_SRS0, RCM_SRS1, USB0_FRMNUMH, USB0_FRMNUML;
extern volatile uint32_t SIM_SCGC5;
constexpr uint32_t SIM_SCGC5_PORTB = 0x400, SIM_SCGC5_PORTC = 0x800, SIM_SCGC5_PORTD = 0x1000;
constexpr uint32_t PORT_PCR_MUX(uint32_t n) { return (n & 7U) << 8U; }
constexpr uint32_t PORT_PCR_SRE = 0x04, PORT_PCR_DSE = 0x40;

#define CHECK_PIN(n)                                                                                             \
  extern volatile uint32_t CORE_PIN##n##_PORTSET, CORE_PIN##n##_PORTCLEAR, CORE_PIN##n##_DDRREG, CORE_PIN##n##_CONFIG; \
  constexpr uint32_t CORE_PIN##n##_BITMASK = 1U << (n % 8)
CHECK_PIN(18);
CHECK_PIN(19);
CHECK_PIN(20);
CHECK_PIN(21);
CHECK_PIN(22);
CHECK_PIN(23);
#undef CHECK_PIN
