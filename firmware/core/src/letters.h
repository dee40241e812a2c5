// The 5-byte letter of the original: `U` `D` `L` `R` and an int32. Its stop is always obeyed. Its motion carries no session
// and no age, so it is obeyed only where nothing newer ever spoke, and each actuator has to be stopped first: at the
// beginning, and again whenever its lease ended. A letter that waited in a buffer meets an actuator that is not armed.
#pragma once

#include <stdint.h>

#include "protocol.h"

namespace relay {

struct LetterOrder {
  uint8_t actuator;
  Direction wanted;
};

class Letters {
 public:
  // Reads a payload of kLetterLength. Fills `order` when the answer is none.
  Reject judge(const uint8_t* payload, LetterOrder& order);

  // A v1 hello was heard: no motion by letters until the next boot.
  void forbid() { forbidden_ = true; }
  bool forbidden() const { return forbidden_; }

  void disarm(uint8_t actuator) { armed_[actuator] = false; }
  // May a letter move anything now?
  bool armed() const { return !forbidden_ && (armed_[kJack] || armed_[kSteer]); }

 private:
  bool forbidden_ = false;
  bool armed_[kActuators] = {false, false};
};

}  // namespace relay
