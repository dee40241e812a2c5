#include "protocol.h"

#include "bytes.h"
#include "crc.h"

namespace relay {

namespace {

const uint8_t kLetters[kActuators][3] = {{'-', 'U', 'D'}, {'-', 'L', 'R'}};

void seal(uint8_t id, uint8_t* payload, uint8_t length) {
  const auto body = static_cast<uint8_t>(length - 2U);
  ByteWriter(payload + body).u16(crc16_of(id, payload, body));
}

}  // namespace

bool whole(uint8_t id, const uint8_t* payload, uint8_t length) {
  const auto body = static_cast<uint8_t>(length - 2U);
  return crc16_of(id, payload, body) == ByteReader(payload + body).u16();
}

Hello read_hello(const uint8_t* payload) {
  ByteReader in(payload);
  Hello hello{};
  hello.version = in.u8();
  hello.host_id = in.u32();
  hello.ticket = in.u16();
  return hello;
}

Command read_command(const uint8_t* payload) {
  ByteReader in(payload);
  Command command{};
  command.version = in.u8();
  command.session = in.u32();
  command.host_id = in.u32();
  command.sequence = in.u16();
  command.echo_ms = in.u32();
  command.jack = in.u8();
  command.steer = in.u8();
  command.horn = in.u8();
  command.action = in.u8();
  return command;
}

void write(const Answer& answer, uint8_t* payload) {
  ByteWriter out(payload);
  out.u8(kVersion);
  out.u32(answer.session);
  out.u32(answer.host_id);
  out.u16(answer.ticket);
  out.u32(answer.uptime_ms);
  out.u16(kFirmware);
  out.u8(static_cast<uint8_t>(answer.board));
  out.u8(static_cast<uint8_t>(answer.reset_cause));
  out.u32(answer.limits_hash);
  seal(kHelloId, payload, kAnswerLength);
}

void write(const Event& event, uint8_t* payload) {
  ByteWriter out(payload);
  out.u8(kVersion);
  out.u32(event.session);
  out.u32(event.uptime_ms);
  out.u16(event.number);
  out.u8(static_cast<uint8_t>(event.code));
  out.u8(event.actuator);
  out.u32(event.value);
  seal(kEventId, payload, kEventLength);
}

void write(const Status& status, uint8_t* payload) {
  const ActuatorStatus& jack = status.actuator[kJack];
  const ActuatorStatus& steer = status.actuator[kSteer];
  ByteWriter out(payload);
  out.u8(kVersion);
  out.u32(status.session);
  out.u32(status.uptime_ms);
  out.u16(status.sequence);
  out.u8(status.flags);
  out.u8(jack.letter);
  out.u8(steer.letter);
  out.u8(static_cast<uint8_t>(jack.phase));
  out.u8(static_cast<uint8_t>(steer.phase));
  out.u16(jack.on_ms);
  out.u16(steer.on_ms);
  out.u16(jack.lease_ms);
  out.u16(steer.lease_ms);
  out.u16(jack.duty_ms);
  out.u16(steer.duty_ms);
  out.u8(status.inputs_raw);
  out.u8(status.inputs_debounced);
  out.u8(status.inputs_fitted);
  out.u16(status.faults_latched);
  out.u16(status.faults_active);
  out.u16(status.rejected);
  out.u8(static_cast<uint8_t>(status.last_reject));
  out.u8(static_cast<uint8_t>(status.reset_cause));
  out.u16(status.longest_loop_us);
  out.u16(static_cast<uint16_t>(jack.position));
  out.u16(static_cast<uint16_t>(steer.position));
  out.u16(status.dropped);
  seal(kStatusId, payload, kStatusLength);
}

uint8_t letter_of(uint8_t actuator, Direction direction) { return kLetters[actuator][static_cast<uint8_t>(direction)]; }

bool read_letter(uint8_t actuator, uint8_t letter, Direction& direction) {
  for (uint8_t i = 0; i < 3; ++i) {
    if (kLetters[actuator][i] == letter) {
      direction = static_cast<Direction>(i);
      return true;
    }
  }
  return false;
}

}  // namespace relay
