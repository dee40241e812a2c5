// What one controller needs of the memory: read by `make size` as the .bss of this file.
#include <relay_core.h>

namespace {
void no_line(relay::Line, bool) {}
}  // namespace

relay::Limits footprint_limits;
relay::Pins footprint_pins(no_line);
alignas(relay::Controller) char footprint_controller[sizeof(relay::Controller)];
