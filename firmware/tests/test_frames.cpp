// The wire: SerialTransfer as pySerialTransfer speaks it, and what the decoder does with anything else.
#include <doctest/doctest.h>
#include <frame_decoder.h>
#include <frame_encoder.h>

#include <random>

#include "golden.h"
#include "wire.h"

using wire::Bytes;
using wire::operator+;

namespace {

struct Sink : relay::FrameSink {
  std::vector<wire::Frame> frames;
  std::vector<relay::Reject> refusals;
  void frame(uint8_t id, const uint8_t* payload, uint8_t length) override { frames.push_back({id, Bytes(payload, payload + length)}); }
  void refused(relay::Reject reason) override { refusals.push_back(reason); }
};

struct AnyFrames : Sink {
  relay::FrameDecoder decoder{nullptr, 0};
  void feed(const Bytes& bytes) {
    for (const uint8_t byte : bytes) decoder.feed(byte, *this);
  }
};

struct OnlyShort : Sink {
  relay::Shape shapes[1] = {{7, 3}};
  relay::FrameDecoder decoder{shapes, 1};
  void feed(const Bytes& bytes) {
    for (const uint8_t byte : bytes) decoder.feed(byte, *this);
  }
};

Bytes encoded(uint8_t id, const Bytes& payload) {
  Bytes out(payload.size() + relay::kFraming);
  const uint16_t size = relay::encode_frame(id, payload.data(), static_cast<uint8_t>(payload.size()), out.data());
  CHECK(size == out.size());
  return out;
}

const Bytes kGood = wire::frame(7, {1, 2, 3});

}  // namespace

TEST_CASE("golden frames of pySerialTransfer are decoded") {
  AnyFrames any;
  for (const Golden& golden : kGolden) {
    CAPTURE(golden.name);
    any.frames.clear();
    any.feed(wire::from_hex(golden.frame));
    REQUIRE(any.frames.size() == 1);
    CHECK(any.frames[0].id == golden.id);
    CHECK(any.frames[0].payload == wire::from_hex(golden.payload));
    CHECK_FALSE(any.decoder.inside_frame());
  }
  CHECK(any.refusals.empty());
}

TEST_CASE("encoded frames are the golden frames, byte for byte") {
  for (const Golden& golden : kGolden) {
    CAPTURE(golden.name);
    CHECK(encoded(golden.id, wire::from_hex(golden.payload)) == wire::from_hex(golden.frame));
    CHECK(wire::frame(golden.id, wire::from_hex(golden.payload)) == wire::from_hex(golden.frame));
  }
}

TEST_CASE("random payloads, rich in start bytes, survive the way out and back") {
  std::mt19937 random(1);
  AnyFrames any;
  for (int i = 0; i < 5000; ++i) {
    Bytes payload(1 + random() % 254);
    for (uint8_t& byte : payload) byte = random() % 3 == 0 ? 0x7E : static_cast<uint8_t>(random());
    any.frames.clear();
    const Bytes out = encoded(static_cast<uint8_t>(random()), payload);
    CHECK(out == wire::frame(out[1], payload));
    any.feed(out);
    REQUIRE(any.frames.size() == 1);
    CHECK(any.frames[0].payload == payload);
  }
}

TEST_CASE("two start bytes 126 apart make a distance that is itself a start byte, and is read as a distance") {
  Bytes payload(200, 0);
  payload[10] = 0x7E;
  payload[136] = 0x7E;
  AnyFrames any;
  any.feed(encoded(9, payload));
  REQUIRE(any.frames.size() == 1);
  CHECK(any.frames[0].payload == payload);
}

TEST_CASE("a good frame right behind a damaged one is found, wherever the damage is") {
  for (size_t at = 0; at < kGood.size(); ++at) {
    CAPTURE(at);
    Bytes damaged = kGood;
    damaged[at] = static_cast<uint8_t>(damaged[at] ^ 0x10U);
    OnlyShort s;
    s.feed(damaged + kGood);
    REQUIRE(s.frames.size() == 1);
    CHECK(s.frames[0].payload == Bytes{1, 2, 3});
  }
}

TEST_CASE("a frame that lost bytes costs itself and nothing behind it") {
  for (size_t lost = 0; lost < kGood.size(); ++lost) {
    CAPTURE(lost);
    Bytes shorter = kGood;
    shorter.erase(shorter.begin() + static_cast<long>(lost));
    OnlyShort s;
    s.feed(shorter + kGood);
    CHECK(s.frames.size() == 1);
  }
}

TEST_CASE("a frame cut off by silence is given up and what it hid is found") {
  OnlyShort s;
  Bytes hidden = {0x7E, 7, 0xFF, 3};  // a header that is good and promises five more bytes
  s.feed(hidden);
  CHECK(s.decoder.inside_frame());
  s.decoder.give_up(s);
  CHECK_FALSE(s.decoder.inside_frame());
  CHECK(s.refusals == std::vector<relay::Reject>{relay::Reject::damaged});
  s.feed(kGood);
  CHECK(s.frames.size() == 1);
}

TEST_CASE("a 254-byte frame with any overhead byte ends; the few that pass are those whose chain happens to be sound") {
  const Bytes golden = wire::from_hex(kGolden[9].frame);
  REQUIRE(golden[3] == 254);
  int passed = 0;
  for (int overhead = 0; overhead < 256; ++overhead) {
    CAPTURE(overhead);
    Bytes damaged = golden;
    damaged[2] = static_cast<uint8_t>(overhead);
    AnyFrames any;
    any.feed(damaged);
    any.decoder.give_up(any);
    CHECK(any.frames.size() <= 1);
    if (overhead == golden[2]) CHECK(any.frames.size() == 1);
    passed += static_cast<int>(any.frames.size());
    CHECK_FALSE(any.decoder.inside_frame());
  }
  // The wire has no check over this byte: that is what the CRC16 inside the payload is for.
  CHECK(passed < 128);
}

TEST_CASE("a stuffing chain that leaves the payload, or misses a start byte, is refused though its CRC is right") {
  const auto with = [](uint8_t overhead, const Bytes& stuffed) {
    Bytes frame{0x7E, 7, overhead, static_cast<uint8_t>(stuffed.size())};
    frame = frame + stuffed;
    frame.push_back(wire::crc8(stuffed));
    frame.push_back(0x81);
    return frame;
  };
  OnlyShort s;
  s.feed(with(0, {3, 2, 3}));     // leads outside
  s.feed(with(0, {255, 2, 3}));   // leads outside, to the very number that means "no chain"
  s.feed(with(3, {1, 2, 3}));     // begins outside
  s.feed(with(0xFE, {1, 2, 3}));  // begins far outside
  s.feed(with(0xFF, {1, 0x7E, 3}));
  s.feed(with(0, {0, 0x7E, 3}));
  CHECK(s.frames.empty());
  s.feed(with(0, {1, 0, 3}));
  REQUIRE(s.frames.size() == 1);
  CHECK(s.frames[0].payload == Bytes{0x7E, 0x7E, 3});
}

TEST_CASE("an unknown id and a wrong length are refused in the header, before any body is awaited") {
  OnlyShort s;
  s.feed({0x7E, 8, 0xFF, 3});
  CHECK(s.refusals == std::vector<relay::Reject>{relay::Reject::unknown_id});
  CHECK_FALSE(s.decoder.inside_frame());
  s.feed({0x7E, 7, 0xFF, 200});
  CHECK(s.refusals.back() == relay::Reject::length);
  CHECK_FALSE(s.decoder.inside_frame());
}

TEST_CASE("a length of 0 or 255 is none") {
  AnyFrames any;
  any.feed({0x7E, 7, 0xFF, 0});
  any.feed({0x7E, 7, 0xFF, 255});
  CHECK(any.refusals == std::vector<relay::Reject>{relay::Reject::length, relay::Reject::length});
  CHECK_FALSE(any.decoder.inside_frame());
}

TEST_CASE("bytes between frames are skipped without a word") {
  OnlyShort s;
  s.feed(Bytes{0, 0x81, 0xFF, 0x13} + kGood + Bytes{1, 2, 3} + kGood);
  CHECK(s.frames.size() == 2);
  CHECK(s.refusals.empty());
}

TEST_CASE("a stream of start bytes is endless noise and bounded work") {
  AnyFrames any;
  OnlyShort s;
  for (int i = 0; i < 100000; ++i) {
    any.feed({0x7E});
    s.feed({0x7E});
  }
  s.feed(kGood);
  CHECK(s.frames.size() == 1);
}

TEST_CASE("a decoder that was reset knows nothing of the bytes before") {
  OnlyShort s;
  s.feed(Bytes(kGood.begin(), kGood.end() - 2));
  s.decoder.reset();
  s.feed(Bytes(kGood.end() - 2, kGood.end()));
  CHECK(s.frames.empty());
  s.feed(kGood);
  CHECK(s.frames.size() == 1);
}
