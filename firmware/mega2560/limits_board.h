// The limits of this board: the core's table, and which inputs are wired. Change them here, nowhere else.
#pragma once

#include <relay_core.h>

// `make FITTED=0x1F` builds for a machine whose four limit switches are wired too. The default is the original's
// machine: an e-stop, and limit switches that never worked.
#ifndef RELAY_FITTED
#define RELAY_FITTED relay::kEstop
#endif

namespace board {

constexpr relay::Limits limits() {
  relay::Limits table{};
  table.fitted = RELAY_FITTED;
  return table;
}

constexpr relay::Limits kLimits = limits();
static_assert(relay::sane(kLimits), "a limit of this board is out of its range");

}  // namespace board
