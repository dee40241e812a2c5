// One pass of the whole device: inputs in, pins written, watchdog allowed or not. It owns every rule's object and fixes
// the order in which they speak; the rules themselves are in the files it includes.
#pragma once

#include "actuator.h"
#include "authority.h"
#include "faults.h"
#include "frame_decoder.h"
#include "inputs.h"
#include "io.h"
#include "letters.h"
#include "limits.h"
#include "pins.h"
#include "reporter.h"
#include "supervisor.h"
#include "welded.h"

namespace relay {

class Controller : private FrameSink {
 public:
  // `limits` and `pins` must outlive the controller. Writes every line off.
  Controller(const Limits& limits, const Boot& boot, Pins& pins);

  // One pass. The pins are written when it returns.
  Outputs step(const Inputs& in);

  // Moves up to `room` waiting bytes to `to`; returns how many. Never waits, and may be called at any time.
  uint8_t tx(uint8_t* to, uint8_t room) { return reporter_.take(to, room); }

 private:
  // FrameSink: what the decoder found in the bytes of this pass.
  void frame(uint8_t id, const uint8_t* payload, uint8_t length) override;
  void refused(Reject reason) override;

  void on_hello(const uint8_t* payload);
  void on_command(const uint8_t* payload);
  void on_letter(const uint8_t* payload);
  void stop_everything();
  void interrupt_everything();
  bool anything_on() const;

  void measure_loop(const Inputs& in);
  void check_link(const Inputs& in);
  void read_inputs(const Inputs& in);
  void receive(const Inputs& in);
  void check_actuators(const Inputs& in);
  void check_latches();
  Outputs drive();
  void report(const Outputs& out, bool link_up);
  Status status(const Outputs& out, bool link_up) const;

  const Limits& limits_;
  const Boot boot_;
  Pins& pins_;
  Faults faults_;
  Supervisor supervisor_;
  FrameDecoder decoder_;
  InputFilter inputs_;
  Authority authority_;
  Letters letters_;
  Actuator actuators_[kActuators];
  Welded welded_[kActuators];
  Reporter reporter_;
};

}  // namespace relay
