#include "usb_link.h"

#include <Arduino.h>

namespace board {

namespace {

constexpr uint32_t kFrameSilenceMs = 20;  // a living USB host counts a frame each millisecond

// Teensyduino does not notice a pulled cable while the board has another supply; the frame counter stands still.
bool bus_alive(uint32_t now_ms) {
  static uint16_t last = 0;
  static uint32_t moved_ms = 0;
  const auto frame = static_cast<uint16_t>(USB0_FRMNUMH << 8U | USB0_FRMNUML);
  if (frame != last) {
    last = frame;
    moved_ms = now_ms;
  }
  return now_ms - moved_ms <= kFrameSilenceMs;
}

}  // namespace

bool link_up(uint32_t now_ms) { return bus_alive(now_ms) && usb_configuration != 0 && Serial.dtr() != 0; }

uint8_t receive(uint8_t* to, uint8_t most) {
  uint8_t count = 0;
  while (count < most && Serial.available() > 0) to[count++] = static_cast<uint8_t>(Serial.read());
  return count;
}

uint8_t send_room() {
  const int room = Serial.availableForWrite();  // without this a write would wait for a host that does not read
  return room > 255 ? uint8_t{255} : static_cast<uint8_t>(room > 0 ? room : 0);
}

void send(const uint8_t* bytes, uint8_t count) {
  if (count == 0) return;
  Serial.write(bytes, count);
  Serial.send_now();  // not after the 5 ms in which a packet might fill up
}

}  // namespace board
