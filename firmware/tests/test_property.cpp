// A million random steps of host, hands, cables and clocks, judged by the oracle after each.
#include <doctest/doctest.h>

#include <map>
#include <random>

#include "oracle.h"

namespace {

using Time = Oracle::Time;

struct Tally {
  int edges = 0;
  Time on_ms = 0;
  std::map<std::string, int> faults;
  int boots_with_letters = 0;
};

// What kind of boot it is: everything at once; letters of the original in between; a hand that never rests.
enum class Kind { mixed, with_letters, tireless };

class Episode {
 public:
  Episode(uint32_t seed, Kind kind, Tally& tally)
      : kind_(kind),
        random_(seed),
        tally_(tally),
        now_(start()),
        bench_(table(), static_cast<uint32_t>(now_), relay::ResetCause::power, seed + 1),
        oracle_(bench_.limits, now_) {
    letters_only_ = kind == Kind::mixed && chance(6);
    tally_.boots_with_letters += letters_only_ ? 1 : 0;
  }

  std::string run(int steps) {
    if (!letters_only_) hello(Bench::kHost);
    for (int i = 0; i < steps; ++i) {
      turn_inputs();
      if (letters_only_) {
        letters();
      } else {
        host();
      }
      const std::string broken = pass();
      if (!broken.empty()) return broken + " at " + std::to_string(now_) + " step " + std::to_string(i);
    }
    return "";
  }

 private:
  bool chance(unsigned one_in) { return random_() % one_in == 0; }
  Time between(int low, int high) { return low + static_cast<Time>(random_() % static_cast<unsigned>(high - low + 1)); }

  // A third of all boots see the uptime wrap.
  Time start() { return chance(3) ? 0x100000000 - between(1, 20000) : between(0, 1000000); }

  relay::Limits table() {
    relay::Limits limits;
    limits.fitted = chance(3) ? relay::kAllInputs : static_cast<uint8_t>(random_() & relay::kAllInputs);
    limits.horn_fitted = chance(2);
    return limits;
  }

  void turn_inputs() {
    uint8_t& open = bench_.in.open;
    for (unsigned bit = 0; bit < 4; ++bit) {
      if (chance((open & (1U << bit)) != 0 ? 200 : 12000)) open = static_cast<uint8_t>(open ^ (1U << bit));
    }
    // Both ends at once, which no machine can reach: a plug that fell off.
    if (chance(8000)) open = static_cast<uint8_t>(open | (chance(2) ? 3U : 12U));
    if (chance((open & relay::kEstop) != 0 ? 300 : 20000)) open = static_cast<uint8_t>(open ^ relay::kEstop);
    if (chance(bench_.in.link_up ? 25000 : 30)) bench_.in.link_up = !bench_.in.link_up;
    if (!bench_.in.link_up) said_hello_ = false;
  }

  void hello(uint32_t host_id) {
    if (!bench_.in.link_up) return;
    bench_.send(wire::hello(host_id));
    oracle_.delivered_hello(bench_.moving());
    said_hello_ = host_id == Bench::kHost;
    stops_owed_ = 3;
  }

  // Presses that are each short enough, one after the other without a rest: only the duty ends them.
  void tireless_hand() {
    if (now_ % 2500 != 0) return;
    jack_ = jack_ == 'U' ? 'D' : 'U';
    steer_ = steer_ == 'L' ? 'R' : 'L';
  }

  void host() {
    if (!bench_.in.link_up) return;
    if (kind_ == Kind::tireless) patience_ = 2;
    if (kind_ == Kind::tireless) tireless_hand();
    if (kind_ == Kind::with_letters && chance(100)) letter("UDLR"[random_() % 4], random_() % 2);
    if (!said_hello_ || chance(15000)) hello(Bench::kHost);
    if (chance(40000)) hello(99);
    if (chance(12000)) patience_ = between(5000, 12000);  // a hand that does not let go
    if (patience_ > 0) {
      --patience_;
    } else {
      if (chance(500)) jack_ = "UD--UD"[random_() % 6];
      if (chance(500)) steer_ = "LR--LR"[random_() % 6];
    }
    const bool calm = patience_ > 0;  // or no press would ever last
    if (chance(calm ? 20000 : 1500)) silent_until_ = now_ + between(60, 900);
    if (now_ >= silent_until_ && now_ >= next_) {
      next_ = now_ + 50;
      command();
    }
    if (chance(calm ? 9000 : 300)) mischief();
  }

  void command() {
    wire::Command c = bench_.fresh(jack_, steer_, chance(4) ? 'H' : '-');
    // Also without a fault that the oracle knows of: a weld, a second host and the duty are latched too.
    if (stops_owed_ > 0 || chance(!oracle_.latched().empty() ? 10 : patience_ > 0 ? 400 : 40)) {
      c.jack = c.steer = '-';
      if (stops_owed_ == 0) c.action = 'C';
      if (stops_owed_ > 0) --stops_owed_;
    }
    const Time age = chance(10) ? between(0, 400) : between(0, 40);
    deliver(c, now_ - age, age <= 200);
  }

  void deliver(wire::Command c, Time echo, bool sure) {
    c.echo_ms = static_cast<uint32_t>(echo);
    bench_.send(wire::command(c));
    oracle_.delivered_command(c, echo, sure);
    if (sent_.size() < 64) {
      sent_.push_back({c, echo});
    } else {
      sent_[random_() % 64] = {c, echo};
    }
  }

  void mischief() {
    wire::Command c = bench_.fresh("UD-"[random_() % 3], "LR-"[random_() % 3]);
    switch (random_() % 7) {
      case 0:  // an old frame again
        if (!sent_.empty()) deliver(sent_[random_() % sent_.size()].first, sent_[random_() % sent_.size()].second, false);
        break;
      case 1:  // a damaged one: it grants nothing
      {
        c.echo_ms = static_cast<uint32_t>(now_);
        wire::Bytes bytes = wire::command(c);
        bytes[random_() % bytes.size()] ^= static_cast<uint8_t>(1U << random_() % 8);
        bench_.send(bytes);
        break;
      }
      case 2:  // of another session, or another host
        (chance(2) ? c.session : c.host_id) ^= 1U + random_();
        c.echo_ms = static_cast<uint32_t>(now_);
        bench_.send(wire::command(c));
        break;
      case 3:  // from the future
        c.echo_ms = static_cast<uint32_t>(now_ + between(20, 100000));
        bench_.send(wire::command(c));
        break;
      case 4:  // a stop and a start in one buffer
        deliver(bench_.fresh('-', '-'), now_, false);
        deliver(bench_.fresh(jack_, steer_), now_, false);
        break;
      case 5:
        letter("UDLR"[random_() % 4], random_() % 2);
        break;
      default:  // both ways at once
        deliver(bench_.fresh('U', 'L'), now_, false);
        deliver(bench_.fresh('D', 'R'), now_, false);
    }
  }

  void letter(char which, uint32_t value) {
    bench_.send(wire::letter(which, value));
    oracle_.delivered_letter(which, value, now_);
  }

  void letters() {
    if (!bench_.in.link_up) return;
    if (chance(1000)) jack_ = "UD-"[random_() % 3];
    if (chance(1000)) letter("UDLR"[random_() % 4], 0);
    if (chance(700)) silent_until_ = now_ + between(60, 900);
    if (now_ < silent_until_ || now_ < next_) return;
    next_ = now_ + 100;
    letter(jack_ == '-' ? 'U' : jack_, jack_ == '-' ? 0 : 1);
  }

  std::string pass() {
    const size_t edges = bench_.edges.size();
    bench_.in.now_ms = static_cast<uint32_t>(now_);
    bench_.in.now_us = static_cast<uint32_t>(now_ * 1000);
    bench_.step(0);
    bench_.said.clear();
    const std::string broken = oracle_.judge(bench_, now_, dt_);
    tally_.edges += static_cast<int>(bench_.edges.size() - edges);
    if (bench_.edges.size() > 1000) bench_.edges.clear();
    if (oracle_.latched() != latched_) ++tally_.faults[oracle_.latched()];
    latched_ = oracle_.latched();
    dt_ = chance(20) ? between(0, 4) : chance(8000) ? 12 : 1;
    if (bench_.moving()) tally_.on_ms += dt_;
    now_ += dt_;
    return broken;
  }

  Kind kind_;
  std::mt19937 random_;
  Tally& tally_;
  Time now_;
  Bench bench_;
  Oracle oracle_;
  Time dt_ = 1;
  Time next_ = 0;
  Time silent_until_ = 0;
  Time patience_ = 0;
  int stops_owed_ = 0;
  std::string latched_;
  bool letters_only_ = false;
  bool said_hello_ = false;
  char jack_ = '-';
  char steer_ = '-';
  std::vector<std::pair<wire::Command, Time>> sent_;
};

}  // namespace

TEST_CASE("a million random steps break no rule") {
  Tally tally;
  for (uint32_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    const Kind kind = seed % 8 == 0 ? Kind::tireless : seed % 8 == 1 ? Kind::with_letters : Kind::mixed;
    const std::string broken = Episode(seed, kind, tally).run(kind == Kind::tireless ? 100000 : 20000);
    REQUIRE(broken == "");
  }
  // The world was not asleep: everything that can happen did.
  CHECK(tally.edges > 2000);
  CHECK(tally.on_ms > 100000);
  CHECK(tally.boots_with_letters > 2);
  for (const char* fault : {"e-stop", "on-time", "both limits", "late", "link", "hello while moving"}) {
    CAPTURE(std::string(fault));
    CHECK(tally.faults[fault] > 0);
  }
  MESSAGE(tally.edges << " edges, " << tally.on_ms << " ms on");
}
