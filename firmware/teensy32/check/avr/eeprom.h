// Part of the check: see ../Arduino.h.
#pragma once

#include <stddef.h>

extern "C" {
void eeprom_read_block(void* to, const void* from, size_t length);
void eeprom_write_block(const void* from, void* to, size_t length);
}
