// One pass of the whole device: inputs in, pins written, watchdog allowed or not. It owns every rule's object and fixes
// the order in which they speak; the rules themselves are in the files it includes.
#pragma once

#include "actuator.h"
#include "authority.h"
#include "faults.h"
#include "frame_decoder.h"
#include "horn.h"
#include "inputs.h"
#include "letters.h"
#include "limit_table.h"
#include "loop_clock.h"
#include "pins.h"
#include "reporter.h"
#include "seam.h"
#include "supervisor.h"
#include "welded.h"

namespace relay {

class Controller final : private FrameSink {
 public:
  // `limits` and `pins` must outlive the controller. Writes every line off.
  Controller(const Limits& limits, const Boot& boot, Pins& pins);

  // One pass. The pins are written when it returns.
  Outputs step(const Inputs& in);

  // Moves up to `room` waiting bytes to `to`; returns how many. Never waits, and may be called at any time.
  uint8_t tx(uint8_t* to, uint8_t room) { return reporter_.take(to, room); }

 private:
  // What the decoder finds in the bytes of this pass.
  void frame(uint8_t id, const uint8_t* payload, uint8_t length) override;
  void refused(Reject reason) override {
    heard_ = true;
    reporter_.refused(reason);
  }
  void on_hello(const Hello& hello);
  void on_command(const Command& command);
  void on_letter(const uint8_t* payload);
  void obey(const Command& command);
  void stop_everything();
  void interrupt_everything();
  bool anything_on() const;

  // The pass, in this order.
  void begin_pass(const Inputs& in);
  void check_link(bool link_up);
  void read_inputs(uint8_t open);
  void receive(const Inputs& in);
  void check_actuators(const int16_t* position);
  void settle_faults();
  Outputs drive();
  void report(const Outputs& out);

  void report_moves(const Direction* before);
  ActuatorStatus status_of(uint8_t actuator) const;
  uint8_t flags(const Outputs& out) const;
  bool blink() const;

  const Limits& limits_;
  const Boot boot_;
  Pins& pins_;
  LoopClock clock_;
  Faults faults_;
  Supervisor supervisor_;
  FrameDecoder decoder_;
  InputFilter inputs_;
  Authority authority_;
  Letters letters_;
  Horn horn_;
  Actuator actuators_[kActuators];
  Welded welded_[kActuators];
  Reporter reporter_;
  Elapsed since_byte_;
  uint16_t faults_said_ = 0;
  int16_t position_[kActuators] = {kNoPosition, kNoPosition};
  bool link_up_ = false;
  bool moved_by_letters_ = false;
  bool clear_asked_ = false;
  bool heard_ = false;    // a frame was judged or refused in this pass
  bool put_off_ = false;  // the report was put off for one, to the next pass and no further
};

}  // namespace relay
