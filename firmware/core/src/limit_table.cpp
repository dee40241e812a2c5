#include "limit_table.h"

namespace relay {

namespace {

// FNV-1a, 32 bits, over one value as four bytes: the same on every compiler, whatever its padding.
uint32_t mix(uint32_t hash, uint32_t value) {
  for (uint8_t i = 0; i < 4; ++i) {
    hash = (hash ^ (value & 0xFFU)) * 16777619U;
    value >>= 8U;
  }
  return hash;
}

}  // namespace

uint32_t limits_hash(const Limits& l) {
  const uint32_t values[] = {
      l.dead_time_ms,    l.clock_step_ms,  l.lease_ms,       l.max_age_ms,     l.release_ms,
      l.welded_after_ms, l.welded_quiet_ms, l.second_host_ms, l.frame_gap_ms,  l.status_every_ms,
      l.status_gap_ms,   l.refusal_gap_ms, l.loop_budget_ms, l.position_noise, l.fitted,
      l.horn_fitted ? 1U : 0U};
  uint32_t hash = 2166136261U;
  for (const uint32_t value : values) hash = mix(hash, value);
  for (const ActuatorLimits& a : l.actuator) {
    hash = mix(hash, a.longest_on_ms);
    hash = mix(hash, a.unguarded_press_ms);
    hash = mix(hash, a.duty_percent);
  }
  return hash;
}

}  // namespace relay
