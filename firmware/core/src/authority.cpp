#include "authority.h"

namespace relay {

namespace {

bool newer(uint16_t sequence, uint16_t last) {
  const auto ahead = static_cast<uint16_t>(sequence - last);
  return ahead != 0 && ahead < 0x8000U;
}

bool letters_valid(const Command& c) {
  Direction ignored = Direction::off;
  return read_letter(kJack, c.jack, ignored) && read_letter(kSteer, c.steer, ignored) && (c.horn == 'H' || c.horn == '-') &&
         (c.action == 'C' || c.action == '-');
}

}  // namespace

void Authority::elapse(uint32_t dt_ms) {
  since_heard_.add(dt_ms);
  since_rival_.add(dt_ms);
}

void Authority::link_lost() {
  hello_seen_ = false;
  stop_seen_ = false;
}

void Authority::hello(uint32_t host_id) {
  const bool present_alive = hello_seen_ && since_heard_.ms() < limits_.second_host_ms;
  if (present_alive && host_id != host_id_) since_rival_.restart();
  host_id_ = host_id;
  hello_seen_ = true;
  stop_seen_ = false;
  sequence_known_ = false;
  since_heard_.restart();
}

void Authority::heard(uint32_t host_id) {
  if (host_id == host_id_) since_heard_.restart();
}

Reject Authority::judge(const Command& c, uint32_t now_ms) const {
  if (c.version != kVersion) return Reject::version;
  if (!hello_seen_) return Reject::no_hello;
  if (c.session != session_) return Reject::session;
  if (c.host_id != host_id_) return Reject::host;
  if (sequence_known_ && !newer(c.sequence, sequence_)) return Reject::sequence;
  const uint32_t age_ms = now_ms - c.echo_ms;
  if (age_ms > 0x7FFFFFFFU) return Reject::from_the_future;
  if (age_ms > limits_.max_age_ms) return Reject::too_old;
  if (!letters_valid(c)) return Reject::letter;
  if (c.asks_clear() && !c.asks_stop()) return Reject::clear_while_moving;
  if (!stop_seen_ && !c.asks_stop()) return Reject::stop_first;
  return Reject::none;
}

bool Authority::accept(const Command& c) {
  const bool stopped_before = stop_seen_;
  sequence_ = c.sequence;
  sequence_known_ = true;
  stop_seen_ = true;  // judge() lets nothing but a stop come first
  return stopped_before;
}

bool Authority::obeys_stop(const Command& c) const { return ours(c) && c.asks_stop(); }

bool Authority::ours(const Command& c) const {
  return c.version == kVersion && hello_seen_ && c.session == session_ && c.host_id == host_id_;
}

}  // namespace relay
