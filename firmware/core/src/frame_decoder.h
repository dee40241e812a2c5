// The wire of SerialTransfer, inwards, strict. Nothing is believed until the whole frame was checked, and a frame that
// fails loses only its first byte: the rest is searched again, so a good stop right behind a damaged frame is found.
#pragma once

#include <stdint.h>

#include "frame_encoder.h"
#include "protocol.h"

namespace relay {

class FrameSink {
 public:
  // `payload` is unstuffed and valid during the call only.
  virtual void frame(uint8_t id, const uint8_t* payload, uint8_t length) = 0;
  virtual void refused(Reject reason) = 0;

 protected:
  ~FrameSink() = default;
};

// The one length that an id may have. Checked in the header, before waiting for a body: a damaged length byte cannot make
// the decoder swallow the frames that follow.
struct Shape {
  uint8_t id;
  uint8_t length;
};

class FrameDecoder {
 public:
  // Accepts only `shapes`; without any, every id and length of the wire (for tests and tools).
  FrameDecoder(const Shape* shapes, uint8_t count) : shapes_(shapes), shape_count_(count) {}

  // Takes one byte and hands every frame it completes to `sink`. Bounded work, no waiting. The sink must not feed.
  void feed(uint8_t byte, FrameSink& sink);

  // The line went silent inside a frame: it will never end. Gives up on it, and finds what it hid.
  void give_up(FrameSink& sink);

  bool inside_frame() const { return count_ > 0; }
  void reset() { count_ = 0; }

 private:
  enum class Verdict : uint8_t { incomplete, good, damaged, unknown_id, bad_length };

  void scan(FrameSink& sink, bool more_will_come);
  Verdict judge(uint16_t at) const;
  Verdict judge_header(uint8_t id, uint8_t length) const;
  uint8_t* unstuff(uint16_t at);
  void keep_from(uint16_t at);

  const Shape* shapes_;
  uint8_t shape_count_;
  uint16_t count_ = 0;
  uint8_t buffer_[kMaxFrame] = {};
};

}  // namespace relay
