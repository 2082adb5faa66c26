// Included before everything else by kernel_check.py.
#pragma once

#ifndef __ASSEMBLER__
#include <algorithm>
#include <array>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <tuple>
#include <type_traits>
#include <utility>

// tt-metal writes static_assert(false) in templates that are never
// instantiated, which needs a gcc newer than 12.
#define static_assert(...)
#endif
