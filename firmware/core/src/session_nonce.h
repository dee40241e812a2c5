// The boot nonce. A command names the session it was made for, so nothing recorded in an earlier boot is obeyed now.
#pragma once

#include <stdint.h>

namespace relay {

// `previous` is the nonce of the boot before, from non-volatile memory (0 when there is none); `entropy` is whatever the
// board has (a floating input, a clock, a serial number). Never returns `previous` or 0. Store the result before use.
uint32_t next_session(uint32_t previous, uint32_t entropy);

}  // namespace relay
