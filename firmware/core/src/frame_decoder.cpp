#include "frame_decoder.h"

#include "crc.h"

namespace relay {

namespace {

// Does the chain of stuffed bytes begin at `overhead`, stay inside the payload, end with 0 and cover every start byte?
// The Arduino library of this wire walks the chain without these checks, and for ever on some damaged frames.
bool stuffing_is_sound(const uint8_t* payload, uint8_t length, uint8_t overhead) {
  uint16_t next = overhead;
  for (uint8_t i = 0; i < length; ++i) {
    if (i == next) {
      // A distance leads to the next one; 0 ends the chain.
      next = payload[i] == 0 ? uint16_t{kNoOverhead} : static_cast<uint16_t>(next + payload[i]);
      if (payload[i] != 0 && next >= length) return false;
    } else if (payload[i] == kFrameStart) {
      return false;
    }
  }
  return next == kNoOverhead;
}

}  // namespace

void FrameDecoder::feed(uint8_t byte, FrameSink& sink) {
  buffer_[count_++] = byte;  // room: scan() leaves less than one whole frame behind
  scan(sink, true);
}

void FrameDecoder::give_up(FrameSink& sink) { scan(sink, false); }

void FrameDecoder::scan(FrameSink& sink, bool more_will_come) {
  uint16_t at = 0;
  while (at < count_) {
    if (buffer_[at] != kFrameStart) {
      ++at;
      continue;
    }
    const Verdict verdict = judge(at);
    if (verdict == Verdict::incomplete && more_will_come) break;
    if (verdict == Verdict::good) {
      const uint8_t length = buffer_[at + 3U];
      const uint8_t* const payload = unstuff(at);
      sink.frame(buffer_[at + 1U], payload, length);
      at = static_cast<uint16_t>(at + length + kFraming);
      continue;
    }
    if (verdict == Verdict::unknown_id) {
      sink.refused(Reject::unknown_id);
    } else if (verdict == Verdict::bad_length) {
      sink.refused(Reject::length);
    } else {
      sink.refused(Reject::damaged);
    }
    ++at;
  }
  keep_from(at);
}

FrameDecoder::Verdict FrameDecoder::judge(uint16_t at) const {
  const auto have = static_cast<uint16_t>(count_ - at);
  const uint8_t* const frame = buffer_ + at;
  if (have < kHeader) return Verdict::incomplete;
  const uint8_t length = frame[3];
  const Verdict header = judge_header(frame[1], length);
  if (header != Verdict::good) return header;
  if (have < static_cast<uint16_t>(length + kFraming)) return Verdict::incomplete;
  const uint8_t* const payload = frame + kHeader;
  // Cheapest first: noise rarely gets as far as the CRC.
  if (payload[length + 1U] != kFrameStop) return Verdict::damaged;
  if (!stuffing_is_sound(payload, length, frame[2])) return Verdict::damaged;
  if (crc8(payload, length) != payload[length]) return Verdict::damaged;
  return Verdict::good;
}

FrameDecoder::Verdict FrameDecoder::judge_header(uint8_t id, uint8_t length) const {
  if (shape_count_ == 0) return 0 < length && length <= kMaxPayload ? Verdict::good : Verdict::bad_length;
  for (uint8_t i = 0; i < shape_count_; ++i) {
    if (shapes_[i].id == id) return shapes_[i].length == length ? Verdict::good : Verdict::bad_length;
  }
  return Verdict::unknown_id;
}

// The chain was checked: every step stays inside the payload and the last is 0.
uint8_t* FrameDecoder::unstuff(uint16_t at) {
  uint8_t* const payload = buffer_ + at + kHeader;
  uint16_t i = buffer_[at + 2U];
  if (i == kNoOverhead) return payload;
  uint8_t distance = 0;
  do {
    distance = payload[i];
    payload[i] = kFrameStart;
    i = static_cast<uint16_t>(i + distance);
  } while (distance != 0);
  return payload;
}

void FrameDecoder::keep_from(uint16_t at) {
  for (uint16_t i = at; i < count_; ++i) buffer_[i - at] = buffer_[i];
  count_ = static_cast<uint16_t>(count_ - at);
}

}  // namespace relay
