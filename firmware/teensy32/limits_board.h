// The limits of this board: the core's table, and which inputs are wired. Change them here, nowhere else.
#pragma once

#include <relay_core.h>

namespace board {

constexpr relay::Limits limits() {
  relay::Limits table{};
  // Add relay::kJackUpper and so on for each limit switch that is wired. An e-stop that is not wired reads open, and
  // then nothing moves: wire it, or take it out here and know that the machine has none.
  table.fitted = relay::kEstop;
  table.horn_fitted = false;
  return table;
}

constexpr relay::Limits kLimits = limits();
static_assert(relay::sane(kLimits), "a limit of this board is out of its range");

}  // namespace board
