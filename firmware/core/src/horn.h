// The horn warns people; it moves nothing. So a latched fault does not silence it, but it ends with its lease like the rest.
#pragma once

#include <stdint.h>

#include "lease.h"
#include "limit_table.h"

namespace relay {

class Horn {
 public:
  explicit Horn(const Limits& limits) : lease_(limits.lease_ms), fitted_(limits.horn_fitted) {}

  void elapse(uint32_t now_ms) { lease_.runs_out(now_ms); }
  void order(bool wanted, uint32_t from_ms) {
    lease_.end();
    if (wanted && fitted_) lease_.renew(from_ms);
  }
  void stop() { lease_.end(); }
  bool on() const { return lease_.running(); }
  bool fitted() const { return fitted_; }

 private:
  Lease lease_;
  bool fitted_;
};

}  // namespace relay
