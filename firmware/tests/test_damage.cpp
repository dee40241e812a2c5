// Damaged and old frames: none of them ever moves a relay.
#include <doctest/doctest.h>

#include <random>

#include "bench.h"
#include "session_nonce.h"

using relay::Reject;

namespace {

wire::Bytes with_bits_flipped(wire::Bytes frame, size_t a, size_t b) {
  frame[a / 8] = static_cast<uint8_t>(frame[a / 8] ^ (1U << (a % 8)));
  if (b != a) frame[b / 8] = static_cast<uint8_t>(frame[b / 8] ^ (1U << (b % 8)));
  return frame;
}

// Sends a damaged frame that asks for motion, alone on the line. True when anything came of it.
bool does_anything(Bench& b, size_t first, size_t second) {
  const size_t before = b.edges.size();
  const wire::Command c = b.fresh('D', 'R');
  b.send(with_bits_flipped(wire::command(c), first, second));
  b.run(3);
  // A good one behind it, older: had the damaged one been accepted, this would be refused as not newer.
  wire::Command stop = c;
  stop.jack = stop.steer = '-';
  stop.echo_ms = b.in.now_ms;
  b.send(wire::command(stop));
  b.step();
  b.heard();
  return b.edges.size() != before;
}

}  // namespace

TEST_CASE("the undamaged frame of these tests does move") {
  Bench b;
  b.ready();
  b.send(wire::command(b.fresh('D', 'R')));
  b.step();
  CHECK(b.jack() == 'D');
}

TEST_CASE("every error of one bit in a command is refused") {
  Bench b;
  b.ready();
  const size_t bits = wire::command(b.fresh('D', 'R')).size() * 8;
  CHECK(bits == 27 * 8);
  for (size_t bit = 0; bit < bits; ++bit) {
    CAPTURE(bit);
    CHECK_FALSE(does_anything(b, bit, bit));
  }
}

TEST_CASE("100,000 errors of two bits in a command are refused") {
  std::mt19937 random(2);
  Bench b;
  b.ready();
  const size_t bits = 27 * 8;
  int moved = 0;
  for (int i = 0; i < 100000; ++i) moved += does_anything(b, random() % bits, random() % bits) ? 1 : 0;
  CHECK(moved == 0);
}

TEST_CASE("every error of one bit, and of two, in a letter is refused or is a stop") {
  Bench b;
  b.run(150);
  b.send(wire::letter('U', 0));
  b.send(wire::letter('R', 0));
  b.step();
  const size_t bits = 11 * 8;
  for (size_t first = 0; first < bits; ++first) {
    for (size_t second = first; second < bits; ++second) {
      b.send(with_bits_flipped(wire::letter('U', 1), first, second));
      b.run(1);
      b.run(21);  // the frame gap: what is left of it is forgotten
    }
  }
  CHECK(b.edges.empty());
}

TEST_CASE("a good stop right behind a damaged frame, in the same buffer, is obeyed") {
  for (size_t bit = 0; bit < size_t{27} * 8; ++bit) {
    CAPTURE(bit);
    Bench b;
    b.ready();
    b.hold('U', 'L', 150);
    b.send(with_bits_flipped(wire::command(b.fresh('U', 'L')), bit, bit));
    b.command();
    b.step();
    CHECK(b.quiet());
  }
}

TEST_CASE("a stop that a cut-off frame swallowed is obeyed as soon as the line has been silent for 20 ms") {
  Bench b;
  b.ready();
  b.hold('U', '-', 150);
  const wire::Bytes header = {0x7E, 0x13, 0xFF, 21};
  b.send(wire::operator+(header, wire::letter('U', 0)));
  b.run(19);
  CHECK(b.jack() == 'U');
  b.run(2);
  CHECK(b.jack() == '-');
}

TEST_CASE("a frame that arrives in pieces with pauses below 20 ms is one frame; above it is none") {
  for (const uint32_t pause_ms : {19U, 20U}) {
    Bench b;
    b.ready();
    const wire::Bytes bytes = wire::command(b.fresh('U'));
    b.send(wire::Bytes(bytes.begin(), bytes.begin() + 10));
    b.step();
    b.run(pause_ms);
    b.send(wire::Bytes(bytes.begin() + 10, bytes.end()));
    b.step();
    CHECK(b.moving() == (pause_ms < 20));
  }
}

TEST_CASE("every frame of an earlier boot, replayed at its own pace: no edge") {
  struct Sent {
    uint32_t at_ms;
    wire::Bytes bytes;
  };
  std::vector<Sent> recording;
  const auto record = [&recording](Bench& b, const wire::Bytes& bytes) {
    recording.push_back({b.in.now_ms, bytes});
    b.send(bytes);
  };
  const auto ride = [&record](Bench& b) {
    b.run(20);
    record(b, wire::hello(Bench::kHost));
    b.step();
    for (const char* keys : {"--", "U-", "D-", "-L", "-R", "DL", "--", "UR"}) {
      for (int i = 0; i < 400; ++i) {
        if (i % 50 == 0) record(b, wire::command(b.fresh(keys[0], keys[1])));
        b.step();
      }
      record(b, wire::letter('D', 1));
    }
  };
  Bench earlier;
  ride(earlier);
  REQUIRE(earlier.edges.size() > 10);

  const uint32_t next = relay::next_session(Bench::kSession, 0);
  for (const bool hello_first : {false, true}) {
    for (const uint32_t start_ms : {1000U, 900U, 1100U}) {
      // The uptimes of both boots agree, so neither age nor sequence can help: the session has to.
      Bench b(Bench::fitted_all(), start_ms, relay::ResetCause::power, next);
      if (hello_first) {
        b.send(wire::hello(Bench::kHost));
        b.step();
        b.command();
      }
      for (const Sent& sent : recording) {
        while (b.in.now_ms < sent.at_ms) b.step();
        b.send(sent.bytes);
      }
      b.run(500);
      CHECK(b.edges.empty());
    }
  }
}

TEST_CASE("every frame of this boot, replayed later: no edge") {
  Bench b;
  b.ready();
  std::vector<wire::Bytes> recording;
  for (int i = 0; i < 40; ++i) {
    recording.push_back(wire::command(b.fresh(i % 4 == 0 ? '-' : 'D', i % 3 == 0 ? 'L' : '-')));
    b.send(recording.back());
    b.run(50);
  }
  b.run(500);
  REQUIRE(b.edges.size() > 10);
  b.edges.clear();
  for (const bool hello_again : {false, true}) {
    if (hello_again) b.send(wire::hello(Bench::kHost));  // after it the first sequence is taken as it comes
    for (const wire::Bytes& bytes : recording) {
      b.send(bytes);
      b.run(50);
    }
  }
  CHECK(b.edges.empty());
}

TEST_CASE("random bytes, and pieces of good frames in any order, move nothing that was not asked for") {
  std::mt19937 random(3);
  Bench b;
  b.ready();
  for (int i = 0; i < 20000; ++i) {
    wire::Bytes noise(random() % 40);
    for (uint8_t& byte : noise) byte = random() % 4 == 0 ? 0x7E : static_cast<uint8_t>(random());
    wire::Bytes piece = wire::command(b.fresh('U', 'L'));
    piece.resize(random() % piece.size());
    b.send(wire::operator+(noise, piece));
    b.step();
    b.heard();
  }
  CHECK(b.edges.empty());
}
