// See sfpi.h.
#pragma once
#include "sfpi.h"
