// Declarations of what tt-metal's device code uses of Tenstorrent's lltt.h, for
// a syntax check only.
#pragma once

#include <cstdint>

namespace lltt {
enum ExecBool : bool { NoExec = false, Exec = true };
template <ExecBool E = NoExec>
void record(std::uint32_t start, std::uint32_t length);
void replay(std::uint32_t start, std::uint32_t length);
constexpr std::uint32_t replay_insn(std::uint32_t start, std::uint32_t length) {
  return start << 14 | length << 4;
}
}  // namespace lltt
