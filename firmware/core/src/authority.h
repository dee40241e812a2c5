// Who may command, and whether this command is new: session, host, sequence, age, and a stop before anything else.
#pragma once

#include <stdint.h>

#include "counting.h"
#include "limit_table.h"
#include "protocol.h"

namespace relay {

class Authority {
 public:
  Authority(const Limits& limits, uint32_t session) : limits_(limits), session_(session) {}

  void elapse(uint32_t dt_ms);
  void link_lost();

  // The sender is the host from now on, and has to begin with a stop.
  void hello(uint32_t host_id);

  // Another host said hello while the present one was alive, less than second_host_ms ago.
  bool second_host() const { return since_rival_.ms() < limits_.second_host_ms; }

  // A whole frame with this host id came in, obeyed or not.
  void heard(uint32_t host_id);

  // The first reason to refuse, in the order of PROTOCOL.md.
  Reject judge(const Command& command, uint32_t now_ms) const;

  // Takes note of an accepted command. True when it may clear faults: a stop was accepted before this one.
  bool accept(const Command& command);

  // A refused command that is still obeyed as a stop: this session, this host, both actuators off. It may be late or
  // repeated; it cannot be one too many.
  bool obeys_stop(const Command& command) const;

  bool hello_seen() const { return hello_seen_; }
  bool stop_seen() const { return stop_seen_; }
  uint16_t sequence() const { return sequence_; }

 private:
  bool ours(const Command& command) const;

  const Limits& limits_;
  uint32_t session_;
  uint32_t host_id_ = 0;
  Elapsed since_heard_{kLongAgo};
  Elapsed since_rival_{kLongAgo};
  uint16_t sequence_ = 0;
  bool hello_seen_ = false;
  bool stop_seen_ = false;
  bool sequence_known_ = false;
};

}  // namespace relay
