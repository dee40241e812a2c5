// Any bytes: the decoder stays in its memory, always ends, and what it accepts, encoded again, is what came in.
#include <frame_decoder.h>
#include <frame_encoder.h>

#include <cstdlib>
#include <cstring>

namespace {

struct Sink : relay::FrameSink {
  const uint8_t* data;
  size_t seen = 0;

  void frame(uint8_t id, const uint8_t* payload, uint8_t length) override {
    uint8_t again[relay::kMaxFrame];
    const uint16_t size = relay::encode_frame(id, payload, length, again);
    // The frame ends with the byte fed last, unless it was found when its host was given up; so search for it.
    for (size_t end = seen; end >= size; --end) {
      if (std::memcmp(data + end - size, again, size) == 0) return;
    }
    std::abort();
  }
  void refused(relay::Reject) override {}
};

void feed(relay::FrameDecoder& decoder, const uint8_t* data, size_t size) {
  Sink sink;
  sink.data = data;
  for (size_t i = 0; i < size; ++i) {
    sink.seen = i + 1;
    decoder.feed(data[i], sink);
  }
  decoder.give_up(sink);
  if (decoder.inside_frame()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const relay::Shape kShapes[] = {{0x00, 5}, {0x13, 21}, {0x46, 9}};
  relay::FrameDecoder strict(kShapes, 3);
  feed(strict, data, size);
  relay::FrameDecoder open(nullptr, 0);
  feed(open, data, size);
  return 0;
}
