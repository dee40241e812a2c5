// Protocol v1: what is in the payloads, as in ../../PROTOCOL.md. Only packing and unpacking; who may command is in
// authority.h, what is done about it in actuator.h.
#pragma once

#include <stdint.h>

#include "seam.h"

namespace relay {

constexpr uint8_t kVersion = 1;
constexpr uint16_t kFirmware = 0x0100;  // major << 8 | minor

// At least three bits apart from one another and from 0: a damaged id is never another valid one.
constexpr uint8_t kLetterId = 0x00;
constexpr uint8_t kCommandId = 0x13;
constexpr uint8_t kStatusId = 0x25;
constexpr uint8_t kHelloId = 0x46;
constexpr uint8_t kEventId = 0x6A;

constexpr uint8_t kLetterLength = 5;
constexpr uint8_t kCommandLength = 21;
constexpr uint8_t kStatusLength = 49;
constexpr uint8_t kHelloLength = 9;
constexpr uint8_t kAnswerLength = 25;
constexpr uint8_t kEventLength = 19;

constexpr bool far_apart(uint8_t a, uint8_t b) {
  uint8_t bits = 0;
  for (unsigned differing = a ^ b; differing != 0; differing &= differing - 1U) ++bits;
  return bits >= 3;
}
static_assert(far_apart(kLetterId, kCommandId) && far_apart(kLetterId, kStatusId) && far_apart(kLetterId, kHelloId) &&
                  far_apart(kLetterId, kEventId) && far_apart(kCommandId, kStatusId) && far_apart(kCommandId, kHelloId) &&
                  far_apart(kCommandId, kEventId) && far_apart(kStatusId, kHelloId) && far_apart(kStatusId, kEventId) &&
                  far_apart(kHelloId, kEventId),
              "two ids are too close");

// Why a frame or a command was refused, in the order of the checks. The number is on the wire.
enum class Reject : uint8_t {
  none = 0,
  damaged = 1,  // stop byte, stuffing or CRC8, or a frame that never ended
  unknown_id = 2,
  length = 3,
  crc16 = 4,
  version = 5,
  no_hello = 6,
  session = 7,
  host = 8,
  sequence = 9,
  too_old = 10,
  from_the_future = 11,
  letter = 12,
  clear_while_moving = 13,
  stop_first = 14,
  legacy_after_hello = 15,
  legacy_stop_first = 16,
};

struct Hello {
  uint8_t version;
  uint32_t host_id;
  uint16_t ticket;
};

struct Command {
  uint8_t version;
  uint32_t session;
  uint32_t host_id;
  uint16_t sequence;
  uint32_t echo_ms;
  uint8_t jack;
  uint8_t steer;
  uint8_t horn;
  uint8_t action;

  bool asks_stop() const { return jack == '-' && steer == '-'; }
  bool asks_clear() const { return action == 'C'; }
};

struct Answer {
  uint32_t session;
  uint32_t host_id;
  uint16_t ticket;
  uint32_t uptime_ms;
  BoardKind board;
  ResetCause reset_cause;
  uint32_t limits_hash;
};

enum class Happening : uint8_t {
  boot = 1,
  hello = 2,
  relay_on = 3,
  relay_off = 4,
  fault_latched = 5,
  faults_cleared = 6,
  refused = 7,
  limit_changed = 8,
  estop_changed = 9,
  link_changed = 10,
};

struct Event {
  uint32_t session;
  uint32_t uptime_ms;
  uint16_t number;
  Happening code;
  uint8_t actuator;  // 0 none, 1 jack, 2 steer
  uint32_t value;
};

enum class Phase : uint8_t { off = 0, on = 1, dead_time = 2, waits_for_stop = 3, blocked_by_limit = 4, fault = 5 };

struct ActuatorStatus {
  uint8_t letter;  // 'U', 'D', 'L', 'R' or '-': the relay as it is now
  Phase phase;
  uint16_t on_ms;
  uint16_t lease_ms;
  uint16_t duty_ms;
  int16_t position;
};

enum StatusFlag : uint8_t {
  kHelloSeen = 1U << 0U,
  kStopSeen = 1U << 1U,
  kEstopOpen = 1U << 2U,
  kHornOn = 1U << 3U,
  kMasterOn = 1U << 4U,
  kMovedByLetters = 1U << 5U,
  kLinkUp = 1U << 6U,
  kHornFitted = 1U << 7U,
};

struct Status {
  uint32_t session;
  uint32_t uptime_ms;
  uint16_t sequence;
  uint8_t flags;
  ActuatorStatus actuator[kActuators];
  uint8_t inputs_raw;
  uint8_t inputs_debounced;
  uint8_t inputs_fitted;
  uint16_t faults_latched;
  uint16_t faults_active;
  uint16_t rejected;
  Reject last_reject;
  ResetCause reset_cause;
  uint16_t longest_loop_us;
  uint16_t dropped;
};

// Does the CRC16 at the end of a v1 payload match?
bool whole(uint8_t id, const uint8_t* payload, uint8_t length);

Hello read_hello(const uint8_t* payload);
Command read_command(const uint8_t* payload);

// Each writes a payload of its k...Length, CRC16 included.
void write(const Answer& answer, uint8_t* payload);
void write(const Event& event, uint8_t* payload);
void write(const Status& status, uint8_t* payload);

// The letter of a direction and back. read_letter gives false for anything that is not a letter of this actuator.
uint8_t letter_of(uint8_t actuator, Direction direction);
bool read_letter(uint8_t actuator, uint8_t letter, Direction& direction);

}  // namespace relay
