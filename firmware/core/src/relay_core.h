// The one header a board includes. See ../README.md for the seam.
#pragma once

#include "controller.h"
#include "io.h"
#include "limits.h"
#include "pins.h"
#include "session_nonce.h"
