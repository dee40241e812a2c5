// Any conversation: the input is a script of bytes, repaired frames, inputs and time. Whatever it says, never both relays of
// a pair, no motion with the e-stop open, the link down or a limit open towards it, the dead time kept, the watchdog fed,
// and nothing on when everybody has been silent for longer than a lease.
#include <relay_core.h>

#include <cstdlib>
#include <cstring>

#include "../tests/wire.h"

namespace {

bool lines[relay::kLines];
uint32_t now_ms;
uint32_t off_at_ms[2];

void need(bool holds) {
  if (!holds) std::abort();
}

void set_line(relay::Line line, bool on) {
  const auto i = static_cast<size_t>(line);
  if (i < 4) {
    if (on && !lines[i]) need(now_ms - off_at_ms[i / 2] >= 100);
    if (!on && lines[i]) off_at_ms[i / 2] = now_ms;
  }
  lines[i] = on;
  need(!(lines[0] && lines[1]) && !(lines[2] && lines[3]));
}

class Script {
 public:
  Script(const uint8_t* data, size_t size) : at_(data), left_(size) {}
  bool ended() const { return left_ == 0; }
  uint8_t byte() {
    if (left_ == 0) return 0;
    --left_;
    return *at_++;
  }
  wire::Bytes bytes(size_t count) {
    wire::Bytes out;
    while (count-- > 0 && !ended()) out.push_back(byte());
    return out;
  }

 private:
  const uint8_t* at_;
  size_t left_;
};

constexpr uint32_t kSession = 0x51515151;
constexpr uint32_t kStrideMs = 10;  // the longest pass that is not a fault: more conversations a second

// A command with a good session, host, sequence and age: random bytes would never get past them.
wire::Bytes good_command(uint8_t what, uint16_t sequence) {
  wire::Command c;
  c.session = kSession;
  c.host_id = 7;
  c.sequence = sequence;
  c.echo_ms = now_ms;
  c.jack = "-UD-"[what & 3U];
  c.steer = "-LR-"[what >> 2U & 3U];
  c.horn = (what & 16U) != 0 ? 'H' : '-';
  c.action = (what & 32U) != 0 ? 'C' : '-';
  return wire::command(c);
}

void step(relay::Controller& controller, const relay::Limits& limits, uint8_t open, bool link_up, wire::Bytes& rx) {
  const auto count = static_cast<uint8_t>(rx.size() < 64 ? rx.size() : 64);
  relay::Inputs in{now_ms, now_ms * 1000U, open, link_up, {relay::kNoPosition, relay::kNoPosition}, rx.data(), count};
  const relay::Outputs out = controller.step(in);
  rx.erase(rx.begin(), rx.begin() + count);
  need(out.feed_watchdog);
  const auto shut = static_cast<uint8_t>(open & limits.fitted);
  for (unsigned i = 0; i < 4; ++i) need(!(lines[i] && (shut >> i & 1U) != 0));
  const bool moving = lines[0] || lines[1] || lines[2] || lines[3];
  if (moving) need(link_up && (shut & relay::kEstop) == 0 && lines[4]);
  uint8_t bytes[32];
  controller.tx(bytes, sizeof bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Script script(data, size);
  relay::Limits limits;
  limits.fitted = script.byte() & relay::kAllInputs;
  limits.horn_fitted = true;
  now_ms = script.byte() * 0x01010101U;
  off_at_ms[0] = off_at_ms[1] = now_ms;
  std::memset(lines, 0, sizeof lines);
  relay::Pins pins(set_line);
  relay::Controller controller(limits, {kSession, relay::BoardKind::native, static_cast<relay::ResetCause>(script.byte() % 6)}, pins);
  wire::Bytes rx;
  uint8_t open = 0;
  bool link_up = true;
  uint16_t sequence = 0;
  while (!script.ended()) {
    const uint8_t op = script.byte();
    const uint8_t what = script.byte();
    switch (op % 8) {
      case 0: rx = wire::operator+(rx, script.bytes(what % 64)); break;
      case 1: rx = wire::operator+(rx, good_command(what, ++sequence)); break;
      case 2: rx = wire::operator+(rx, wire::hello(what % 4 == 0 ? 8 : 7, what)); break;
      case 3: rx = wire::operator+(rx, wire::letter("UDLR-"[what % 5], what >> 4U)); break;
      case 4: open = what; break;
      case 5: link_up = what % 8 != 0; break;
      case 6: {  // any payload, framed and sealed as it should be
        const uint8_t ids[] = {0x13, 0x46, 0x00, what};
        rx = wire::operator+(rx, wire::sealed(ids[what % 4], script.bytes(what % 32)));
        break;
      }
      default:
        for (unsigned i = 0; i < what; i += kStrideMs) {
          now_ms += kStrideMs;
          step(controller, limits, open, link_up, rx);
        }
    }
    now_ms += op >> 3U & 3U;
    step(controller, limits, open, link_up, rx);
  }
  while (!rx.empty()) step(controller, limits, open, link_up, rx);
  for (uint32_t silent_ms = 0; silent_ms < 300 + kStrideMs; silent_ms += kStrideMs) {
    now_ms += kStrideMs;
    step(controller, limits, open, link_up, rx);
  }
  for (const bool line : lines) need(!line);
  return 0;
}
