// What the device says: answers, events, status. At most one frame a pass, so a pass stays short; never waits, so a host
// that stopped reading cannot hold the relays.
#pragma once

#include <stdint.h>

#include "counting.h"
#include "limit_table.h"
#include "protocol.h"
#include "tx_ring.h"

namespace relay {

class Reporter {
 public:
  Reporter(const Limits& limits, uint32_t session) : limits_(limits), session_(session) {}

  void elapse(uint32_t now_ms, uint32_t dt_ms);

  void answer(const Answer& answer);
  void event(Happening code, uint8_t actuator, uint32_t value);
  void refused(Reject reason);

  // End of the pass. `status` is sent when it is due, or when what it says changed.
  void send(const Status& status);
  void link_lost();

  uint8_t take(uint8_t* to, uint8_t room) { return ring_.take(to, room); }

  uint16_t rejected() const { return rejected_; }
  Reject last_reject() const { return last_reject_; }
  uint16_t dropped() const { return dropped_; }

 private:
  static constexpr uint8_t kQueue = 8;

  bool status_due(const Status& status) const;
  bool has_room(uint8_t length, uint16_t leave_free) const;
  bool put(uint8_t id, const uint8_t* payload, uint8_t length);
  void send_answer();
  void send_status(const Status& status);
  void send_event();
  void count_dropped() { dropped_ = saturating_add(dropped_, 1); }

  const Limits& limits_;
  uint32_t session_;
  uint32_t now_ms_ = 0;
  TxRing ring_;
  Answer answer_{};
  Event queue_[kQueue] = {};
  Status said_{};
  Elapsed since_status_{kLongAgo};
  Elapsed since_refusal_{kLongAgo};
  uint16_t number_ = 0;
  uint16_t rejected_ = 0;
  uint16_t dropped_ = 0;
  uint8_t queued_ = 0;
  Reject last_reject_ = Reject::none;
  bool answer_waits_ = false;
};

}  // namespace relay
