// What must hold, said a second time and from outside: from the frames that were delivered, the inputs and the lines, in a
// clock of 64 bits that never wraps. It shares no logic with the core and knows nothing of its phases; where the rules
// leave the device a choice it allows both.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "bench.h"

class Oracle {
 public:
  using Time = int64_t;

  Oracle(const relay::Limits& limits, Time boot) : limits_(limits) {
    for (Pair& pair : pairs_) pair.off_since = boot;
  }

  // What the host put on the wire, undamaged, before this pass.
  void delivered_command(const wire::Command& c, Time echo, bool obeyed_for_sure) {
    frames_ = true;
    const char wanted[2] = {c.jack, c.steer};
    for (int i = 0; i < 2; ++i) {
      const int d = side(wanted[i]);
      if (d >= 0 && echo + 300 > pairs_[i].granted[d]) pairs_[i].granted[d] = echo + 300;
      if (d < 0 && obeyed_for_sure) pairs_[i].must_be_off = true;
    }
    if (c.jack == '-' && c.steer == '-') stopped_ = true;
    if (c.action == 'C') latched_ = "";
  }
  void delivered_hello(bool anything_on) {
    frames_ = hello_ = true;
    stopped_ = false;
    everything_off_ = true;
    if (anything_on) latched_ = "hello while moving";
  }
  void delivered_letter(char letter, uint32_t value, Time now) {
    frames_ = true;
    const int i = letter == 'U' || letter == 'D' ? 0 : 1;
    if (value == 0) {
      pairs_[i].letter_stop = pairs_[i].must_be_off = true;
    } else if (!hello_ && pairs_[i].letter_stop) {
      pairs_[i].granted[side(letter)] = now + 300;
    }
  }

  // After the pass. Empty, or the rule that was broken.
  std::string judge(const Bench& b, Time now, Time dt) {
    std::string broken;
    const uint8_t open = b.in.open & limits_.fitted;
    const auto need = [&broken](bool holds, const char* rule) {
      if (!holds && broken.empty()) broken = rule;
    };
    if (dt > limits_.loop_budget_ms && anything_on_) latched_ = "late";
    if ((open & relay::kEstop) != 0) latched_ = "e-stop";
    if (!b.in.link_up) {
      everything_off_ = true;
      stopped_ = false;
      need(!b.on(relay::Line::horn), "horn off with the link");
      if (anything_on_) latched_ = "link";
      pairs_[0].letter_stop = pairs_[1].letter_stop = false;
    }
    for (int i = 0; i < 2; ++i) {
      if (((open >> (2 * i)) & 3U) == 3U) latched_ = "both limits";
    }
    for (int i = 0; i < 2; ++i) judge_pair(i, b, open, now, dt, need);
    need(!b.both_at_once, "never both of a pair");
    anything_on_ = b.moving();
    need(!anything_on_ || latched_.empty(), "no motion in a latched fault");
    need(!anything_on_ || stopped_ || (!hello_ && (pairs_[0].letter_stop || pairs_[1].letter_stop)), "a stop first");
    need(!anything_on_ || !everything_off_, "all off at hello and lost link");
    const bool master = b.on(relay::Line::master);
    need(!anything_on_ || master, "master on while moving");
    need(!master || latched_.empty(), "master off in a fault");
    need(!master || anyone_granted(now), "master off when nothing is wanted");
    need(b.out.feed_watchdog, "watchdog fed");
    frames_ = everything_off_ = false;
    return broken;
  }

  const std::string& latched() const { return latched_; }

 private:
  struct Pair {
    Time granted[2] = {INT64_MIN, INT64_MIN};
    Time on_since = 0;
    Time off_since = 0;
    int on = -1;
    bool must_be_off = false;
    bool letter_stop = false;
    std::deque<std::pair<Time, Time>> presses;  // on-times of the last two minutes
  };

  static int side(char letter) { return letter == 'U' || letter == 'L' ? 0 : letter == 'D' || letter == 'R' ? 1 : -1; }

  bool anyone_granted(Time now) const {
    for (const Pair& pair : pairs_) {
      if (now <= pair.granted[0] || now <= pair.granted[1]) return true;
    }
    return false;
  }

  template <class Need>
  void judge_pair(int i, const Bench& b, uint8_t open, Time now, Time dt, Need need) {
    Pair& pair = pairs_[i];
    const size_t line = static_cast<size_t>(2 * i);
    const int on = b.lines[line] ? 0 : b.lines[line + 1] ? 1 : -1;
    const bool was_on = pair.on >= 0;
    if (pair.on >= 0) {
      const unsigned end = 1U << (2 * i + pair.on);
      const Time longest = i == 0 ? ((limits_.fitted & end) != 0 ? 8000 : 1000) : 3000;
      if (now - pair.on_since >= longest) {
        need(on != pair.on, "longest on-time");
        // A command of this very pass may have ended the press first; then there is nothing to latch.
        if ((longest != 1000) && !frames_) latched_ = "on-time";
      }
    }
    if (on != pair.on) {
      if (pair.on >= 0) {
        pair.presses.emplace_back(pair.on_since, now);
        pair.off_since = now;
        need(on < 0, "dead time between directions");
      }
      if (on >= 0) {
        need(now - pair.off_since >= 100, "dead time");
        pair.on_since = now;
      }
      pair.on = on;
    }
    if (on >= 0) {
      need(now <= pair.granted[on], "off within lease + 1 ms");
      need((open & (1U << (2 * i + on))) == 0, "off at a limit");
      // A newer command of the same pass may start what was off; it may not carry what was on over a stop.
      need(!pair.must_be_off || !was_on, "off at a stop");
      need(duty(pair, now) <= (i == 0 ? 30000 : 60000) + dt, "duty");
    }
    pair.must_be_off = false;
  }

  static Time duty(Pair& pair, Time now) {
    while (!pair.presses.empty() && pair.presses.front().second < now - 120000) pair.presses.pop_front();
    Time sum = now - pair.on_since;
    for (const auto& press : pair.presses) sum += press.second - std::max(press.first, now - 120000);
    return sum;
  }

  relay::Limits limits_;
  Pair pairs_[2];
  std::string latched_;
  bool hello_ = false;    // since boot
  bool stopped_ = false;  // since the last hello
  bool frames_ = false;   // any delivered in this pass
  bool everything_off_ = false;
  bool anything_on_ = false;
};
