// Included in front of all that a stock RISC-V compiler compiles.
#pragma once

#ifndef __ASSEMBLER__
// tt-metal's headers take these for included.
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

#if __GNUC__ < 13
// Templates of tt-metal that are never instantiated hold static_assert(false),
// which compilers before gcc 13 refuse.
#define static_assert(...)
#endif
#endif
