// Part of math.h: functions of float. Those not written out compute in double
// and round once.

#define TT_VIA_DOUBLE(name)                      \
  static inline float tt_##name##_f32(float x) { \
    return (float)tt_##name##_f64((double)x);    \
  }
TT_VIA_DOUBLE(exp)
TT_VIA_DOUBLE(exp2)
TT_VIA_DOUBLE(expm1)
TT_VIA_DOUBLE(log)
TT_VIA_DOUBLE(log2)
TT_VIA_DOUBLE(log10)
TT_VIA_DOUBLE(log1p)
TT_VIA_DOUBLE(cbrt)
TT_VIA_DOUBLE(sin)
TT_VIA_DOUBLE(cos)
TT_VIA_DOUBLE(tan)
TT_VIA_DOUBLE(sin_huge)
TT_VIA_DOUBLE(cos_huge)
TT_VIA_DOUBLE(tan_huge)
TT_VIA_DOUBLE(asin)
TT_VIA_DOUBLE(acos)
TT_VIA_DOUBLE(atan)
TT_VIA_DOUBLE(sinh)
TT_VIA_DOUBLE(cosh)
TT_VIA_DOUBLE(tanh)
TT_VIA_DOUBLE(asinh)
TT_VIA_DOUBLE(acosh)
TT_VIA_DOUBLE(atanh)
TT_VIA_DOUBLE(erf)
TT_VIA_DOUBLE(erfc)
#undef TT_VIA_DOUBLE

static inline int tt_trig_is_huge_f32(float x) {
  return tt_abs_f32(x) > 0x1p21f;
}
static inline float tt_pow_f32(float x, float y) {
  return (float)tt_pow_f64((double)x, (double)y);
}
static inline float tt_powi_f32(float x, int64_t n) {
  return (float)tt_powi_f64((double)x, n);
}
static inline float tt_atan2_f32(float y, float x) {
  return (float)tt_atan2_f64((double)y, (double)x);
}
