// The session nonce, kept in EEPROM so that no boot ever repeats the one before.
#pragma once

#include <stdint.h>

namespace board {

// The session of this boot, already stored. 0 when it could not be stored: the memory is worn out, do not run.
uint32_t new_session();

}  // namespace board
