#include "reporter.h"

#include "frame_encoder.h"

namespace relay {

namespace {

// Room that lesser frames leave for greater ones: a hello is always answered, and no storm of events hides the status.
constexpr uint16_t kForAnswer = kAnswerLength + kFraming;
constexpr uint16_t kForAnswerAndStatus = kForAnswer + kStatusLength + kFraming;

bool same(const ActuatorStatus& a, const ActuatorStatus& b) { return a.letter == b.letter && a.phase == b.phase; }

// Everything that happens, nothing that merely counts.
bool same(const Status& a, const Status& b) {
  return a.flags == b.flags && same(a.actuator[kJack], b.actuator[kJack]) && same(a.actuator[kSteer], b.actuator[kSteer]) &&
         a.inputs_raw == b.inputs_raw && a.inputs_debounced == b.inputs_debounced &&
         a.faults_latched == b.faults_latched && a.faults_active == b.faults_active;
}

}  // namespace

void Reporter::elapse(uint32_t now_ms, uint32_t dt_ms) {
  now_ms_ = now_ms;
  since_status_.add(dt_ms);
  since_refusal_.add(dt_ms);
}

void Reporter::answer(const Answer& answer) {
  if (answer_waits_) count_dropped();
  answer_ = answer;
  answer_waits_ = true;
}

void Reporter::event(Happening code, uint8_t actuator, uint32_t value) {
  const Event event{session_, now_ms_, number_++, code, actuator, value};
  if (queued_ == kQueue) {
    count_dropped();
    return;
  }
  queue_[queued_++] = event;
}

void Reporter::refused(Reject reason) {
  rejected_ = saturating_add(rejected_, 1);
  last_reject_ = reason;
  if (since_refusal_.ms() < limits_.refusal_gap_ms) return;
  since_refusal_.restart();
  event(Happening::refused, 0, static_cast<uint8_t>(reason));
}

void Reporter::send(const Status& status) {
  if (answer_waits_) {
    send_answer();
  } else if (status_due(status)) {
    send_status(status);
  } else if (queued_ > 0) {
    send_event();
  }
}

void Reporter::link_lost() {
  ring_.clear();
  answer_waits_ = false;
}

bool Reporter::status_due(const Status& status) const {
  const uint16_t since = since_status_.ms();
  return since >= limits_.status_every_ms || (since >= limits_.status_gap_ms && !same(status, said_));
}

bool Reporter::has_room(uint8_t length, uint16_t leave_free) const {
  return ring_.free_bytes() >= length + kFraming + leave_free;
}

bool Reporter::put(uint8_t id, const uint8_t* payload, uint8_t length) {
  uint8_t frame[kStatusLength + kFraming];  // the longest of ours
  return ring_.put(frame, encode_frame(id, payload, length, frame));
}

void Reporter::send_answer() {
  uint8_t payload[kAnswerLength];
  write(answer_, payload);
  answer_waits_ = false;
  if (!put(kHelloId, payload, kAnswerLength)) count_dropped();
}

void Reporter::send_status(const Status& status) {
  since_status_.restart();
  if (!has_room(kStatusLength, kForAnswer)) {
    count_dropped();  // and tried again after status_gap_ms if it says anything new
    return;
  }
  uint8_t payload[kStatusLength];
  write(status, payload);
  put(kStatusId, payload, kStatusLength);
  said_ = status;
}

void Reporter::send_event() {
  if (!has_room(kEventLength, kForAnswerAndStatus)) return;  // it waits its turn
  uint8_t payload[kEventLength];
  write(queue_[0], payload);
  put(kEventId, payload, kEventLength);
  --queued_;
  for (uint8_t i = 0; i < queued_; ++i) queue_[i] = queue_[i + 1U];
}

}  // namespace relay
