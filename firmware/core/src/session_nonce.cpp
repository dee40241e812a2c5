#include "session_nonce.h"

namespace relay {

uint32_t next_session(uint32_t previous, uint32_t entropy) {
  // Mixed (the finaliser of MurmurHash3) so that a weak entropy source, one floating bit, still changes many bits.
  uint32_t mixed = previous + 0x9E3779B9U + entropy;
  mixed ^= mixed >> 16U;
  mixed *= 0x85EBCA6BU;
  mixed ^= mixed >> 13U;
  mixed *= 0xC2B2AE35U;
  mixed ^= mixed >> 16U;
  while (mixed == 0 || mixed == previous) ++mixed;
  return mixed;
}

}  // namespace relay
