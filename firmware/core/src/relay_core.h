// The one header a board includes. See ../README.md for the seam.
#pragma once

#include "boot_session.h"
#include "controller.h"
#include "limit_table.h"
#include "pins.h"
#include "seam.h"
