// Stand-in for SFPI's lltt.h on a stock compiler: the replay buffer of a
// Tensix thread. REPLAY: bits 14 up are the first slot, 4-13 the number of
// instructions, 1 whether recorded ones run as well, 0 whether to record.
#pragma once

#include <cstdint>

namespace lltt {

enum ExecBool : bool { NoExec = false, Exec = true };

constexpr std::uint32_t replay_insn(std::uint32_t start, std::uint32_t length) {
  return 0x04u << 24 | start << 14 | length << 4;
}

__attribute__((always_inline)) inline void issue(std::uint32_t instruction) {
  if (__builtin_constant_p(instruction)) {
    asm volatile(".ttinsn %0" ::"i"(instruction));
  } else {
    *reinterpret_cast<volatile std::uint32_t*>(0xFFE40000) = instruction;
  }
}

// The next |length| instructions go to the buffer from slot |start|.
template <ExecBool E = NoExec>
__attribute__((always_inline)) inline void record(std::uint32_t start,
                                                  std::uint32_t length) {
  issue(replay_insn(start, length) | (E ? 2 : 0) | 1);
}

// Runs |length| instructions of the buffer.
__attribute__((always_inline)) inline void replay(std::uint32_t start,
                                                  std::uint32_t length) {
  issue(replay_insn(start, length));
}

}  // namespace lltt
