// The one header a board includes. See ../README.md for the seam.
#pragma once

#include "controller.h"
#include "limit_table.h"
#include "pins.h"
#include "seam.h"
#include "session_nonce.h"
