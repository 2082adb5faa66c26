#include "tile/lanes.h"

extern const tt_lanes_t tt_lanes_portable;
#ifdef __x86_64__
extern const tt_lanes_t tt_lanes_avx2;
extern const tt_lanes_t tt_lanes_avx512;

static bool has_avx2(void) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static bool has_avx512(void) {
  return has_avx2() && __builtin_cpu_supports("avx512f") &&
         __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl");
}

const tt_lanes_t* tt_lanes(tt_isa_t isa) {
  switch (isa) {
    case TT_ISA_PORTABLE:
      return &tt_lanes_portable;
    case TT_ISA_AVX2:
      return has_avx2() ? &tt_lanes_avx2 : NULL;
    case TT_ISA_AVX512:
      return has_avx512() ? &tt_lanes_avx512 : NULL;
    default:
      return NULL;
  }
}
#else
const tt_lanes_t* tt_lanes(tt_isa_t isa) {
  return isa == TT_ISA_PORTABLE ? &tt_lanes_portable : NULL;
}
#endif

bool tt_isa_available(tt_isa_t isa) { return tt_lanes(isa) != NULL; }

tt_isa_t tt_isa_best(void) {
  for (int isa = TT_ISA_COUNT - 1; isa > TT_ISA_PORTABLE; --isa) {
    if (tt_isa_available((tt_isa_t)isa)) return (tt_isa_t)isa;
  }
  return TT_ISA_PORTABLE;
}
