// The lane ops on scalars, as lanes_ops.h and its neighbours define them for
// the interpreter. T (and From) are types of types.hpp.

template <class T>
using value = typename T::type;

template <class T>
inline value<T> add(value<T> a, value<T> b) {
  if constexpr (T::is_float) {
    return T::fit(a + b);
  } else {
    return T::fit(T::u(a) + T::u(b));
  }
}

template <class T>
inline value<T> sub(value<T> a, value<T> b) {
  if constexpr (T::is_float) {
    return T::fit(a - b);
  } else {
    return T::fit(T::u(a) - T::u(b));
  }
}

template <class T>
inline value<T> mul(value<T> a, value<T> b) {
  if constexpr (T::is_float) {
    return T::fit(a * b);
  } else {
    return T::fit(T::u(a) * T::u(b));
  }
}

template <class T>
inline value<T> divf(value<T> a, value<T> b) {
  return T::fit(a / b);
}

template <class T>
inline value<T> recip(value<T> a) {
  return T::fit(1 / a);
}

template <class T>
constexpr bool is_f64 = sizeof(value<T>) == 8;

// A double as the float from which rounding once more gives what rounding the
// double at once would.
inline float odd_float(double x) {
  const float near = (float)x;
  if (x != x || (double)near == x) return near;
  const double size = x < 0 ? -x : x;
  const double near_size = near < 0 ? -(double)near : (double)near;
  return tt_from_bits_f32((tt_bits_f32(near) - (near_size > size)) | 1);
}

// f16 and bf16 products are exact in double; their sum is formed to odd and
// rounded once.
template <class T>
inline value<T> fma(value<T> a, value<T> b, value<T> c) {
  if constexpr (is_f64<T>) {
    return tt_fma_f64(a, b, c);
  } else if constexpr (sizeof(typename T::memory) == 4) {
    return tt_fma_f32(a, b, c);
  } else {
    return T::fit(odd_float(tt_add_odd_f64((double)a * b, c)));
  }
}

template <class T>
inline value<T> maxf(value<T> a, value<T> b) {
  if constexpr (is_f64<T>) {
    return tt_max_f64(a, b);
  } else {
    return tt_max_f32(a, b);
  }
}

template <class T>
inline value<T> minf(value<T> a, value<T> b) {
  if constexpr (is_f64<T>) {
    return tt_min_f64(a, b);
  } else {
    return tt_min_f32(a, b);
  }
}

template <class T>
inline value<T> maxnumf(value<T> a, value<T> b) {
  return a != a ? b : b != b ? a : maxf<T>(a, b);
}

template <class T>
inline value<T> minnumf(value<T> a, value<T> b) {
  return a != a ? b : b != b ? a : minf<T>(a, b);
}

template <class T>
inline value<T> negf(value<T> a) {
  return -a;
}

// math.h computes in double; its float functions are these, rounded.
template <class T>
inline value<T> sqrt(value<T> a) {
  return T::fit((value<T>)tt_sqrt_f64(a));
}

template <class T>
inline value<T> rsqrt(value<T> a) {
  return T::fit((value<T>)tt_rsqrt_f64(a));
}

template <class T>
inline value<T> cbrt(value<T> a) {
  return T::fit((value<T>)tt_cbrt_f64(a));
}

template <class T>
inline value<T> exp(value<T> a) {
  return T::fit((value<T>)tt_exp_f64(a));
}

template <class T>
inline value<T> exp2(value<T> a) {
  return T::fit((value<T>)tt_exp2_f64(a));
}

template <class T>
inline value<T> expm1(value<T> a) {
  return T::fit((value<T>)tt_expm1_f64(a));
}

template <class T>
inline value<T> log(value<T> a) {
  return T::fit((value<T>)tt_log_f64(a));
}

template <class T>
inline value<T> log2(value<T> a) {
  return T::fit((value<T>)tt_log2_f64(a));
}

template <class T>
inline value<T> log10(value<T> a) {
  return T::fit((value<T>)tt_log10_f64(a));
}

template <class T>
inline value<T> log1p(value<T> a) {
  return T::fit((value<T>)tt_log1p_f64(a));
}

template <class T>
inline value<T> asin(value<T> a) {
  return T::fit((value<T>)tt_asin_f64(a));
}

template <class T>
inline value<T> acos(value<T> a) {
  return T::fit((value<T>)tt_acos_f64(a));
}

template <class T>
inline value<T> atan(value<T> a) {
  return T::fit((value<T>)tt_atan_f64(a));
}

template <class T>
inline value<T> sinh(value<T> a) {
  return T::fit((value<T>)tt_sinh_f64(a));
}

template <class T>
inline value<T> cosh(value<T> a) {
  return T::fit((value<T>)tt_cosh_f64(a));
}

template <class T>
inline value<T> tanh(value<T> a) {
  return T::fit((value<T>)tt_tanh_f64(a));
}

template <class T>
inline value<T> asinh(value<T> a) {
  return T::fit((value<T>)tt_asinh_f64(a));
}

template <class T>
inline value<T> acosh(value<T> a) {
  return T::fit((value<T>)tt_acosh_f64(a));
}

template <class T>
inline value<T> atanh(value<T> a) {
  return T::fit((value<T>)tt_atanh_f64(a));
}

template <class T>
inline value<T> erf(value<T> a) {
  return T::fit((value<T>)tt_erf_f64(a));
}

template <class T>
inline value<T> erfc(value<T> a) {
  return T::fit((value<T>)tt_erfc_f64(a));
}

template <class T>
inline value<T> floor(value<T> a) {
  return T::fit((value<T>)tt_floor_f64(a));
}

template <class T>
inline value<T> trunc(value<T> a) {
  return T::fit((value<T>)tt_trunc_f64(a));
}

template <class T>
inline value<T> round(value<T> a) {
  return T::fit((value<T>)tt_round_f64(a));
}

template <class T>
inline value<T> roundeven(value<T> a) {
  return T::fit((value<T>)tt_roundeven_f64(a));
}

template <class T>
inline value<T> absf(value<T> a) {
  return (value<T>)tt_abs_f64(a);
}

template <class T>
inline value<T> ceil(value<T> a) {
  return (value<T>)-tt_floor_f64(-a);
}

// Where the fast reduction of sin, cos and tan ends.
template <class T>
inline bool huge_angle(value<T> a) {
  if constexpr (is_f64<T>) {
    return tt_trig_is_huge_f64(a);
  } else {
    return tt_trig_is_huge_f32(a);
  }
}

template <class T>
inline value<T> sin(value<T> a) {
  return T::fit((value<T>)(huge_angle<T>(a) ? tt_sin_huge_f64(a) : tt_sin_f64(a)));
}

template <class T>
inline value<T> cos(value<T> a) {
  return T::fit((value<T>)(huge_angle<T>(a) ? tt_cos_huge_f64(a) : tt_cos_f64(a)));
}

template <class T>
inline value<T> tan(value<T> a) {
  return T::fit((value<T>)(huge_angle<T>(a) ? tt_tan_huge_f64(a) : tt_tan_f64(a)));
}

template <class T>
inline value<T> copysign(value<T> a, value<T> b) {
  return T::fit((value<T>)tt_copysign_f64(a, b));
}

template <class T>
inline value<T> remf(value<T> a, value<T> b) {
  return T::fit((value<T>)tt_fmod_f64(a, b));
}

template <class T>
inline value<T> pow(value<T> a, value<T> b) {
  return T::fit((value<T>)tt_pow_f64(a, b));
}

template <class T>
inline value<T> atan2(value<T> a, value<T> b) {
  return T::fit((value<T>)tt_atan2_f64(a, b));
}

template <class T, class From>
inline value<T> fpowi(value<T> a, value<From> n) {
  return T::fit((value<T>)tt_powi_f64(a, n));
}

template <class T>
inline bool isnan(value<T> a) {
  return a != a;
}

template <class T>
inline bool isinf(value<T> a) {
  return a == __builtin_inff() || a == -__builtin_inff();
}

template <class T>
inline bool isfinite(value<T> a) {
  return a - a == 0;
}

template <class T>
inline bool cmpf_oeq(value<T> a, value<T> b) {
  return a == b;
}

template <class T>
inline bool cmpf_ogt(value<T> a, value<T> b) {
  return a > b;
}

template <class T>
inline bool cmpf_oge(value<T> a, value<T> b) {
  return a >= b;
}

template <class T>
inline bool cmpf_olt(value<T> a, value<T> b) {
  return a < b;
}

template <class T>
inline bool cmpf_ole(value<T> a, value<T> b) {
  return a <= b;
}

template <class T>
inline bool cmpf_one(value<T> a, value<T> b) {
  return a < b || a > b;
}

template <class T>
inline bool cmpf_ord(value<T> a, value<T> b) {
  return a == a && b == b;
}

template <class T>
inline bool cmpf_ueq(value<T> a, value<T> b) {
  return !(a < b || a > b);
}

template <class T>
inline bool cmpf_ugt(value<T> a, value<T> b) {
  return !(a <= b);
}

template <class T>
inline bool cmpf_uge(value<T> a, value<T> b) {
  return !(a < b);
}

template <class T>
inline bool cmpf_ult(value<T> a, value<T> b) {
  return !(a >= b);
}

template <class T>
inline bool cmpf_ule(value<T> a, value<T> b) {
  return !(a > b);
}

template <class T>
inline bool cmpf_une(value<T> a, value<T> b) {
  return a != b;
}

template <class T>
inline bool cmpf_uno(value<T> a, value<T> b) {
  return a != a || b != b;
}

// RISC-V's division: nothing traps, nothing overflows.
template <class T>
inline value<T> divs(value<T> a, value<T> b) {
  if (T::u(b) == 0) return T::fit(~typename T::uwide(0));
  if (T::s(b) == -1) return T::fit(0 - T::u(a));
  return T::fit(T::s(a) / T::s(b));
}

template <class T>
inline value<T> rems(value<T> a, value<T> b) {
  if (T::u(b) == 0) return a;
  if (T::s(b) == -1) return T::fit(0);
  return T::fit(T::s(a) % T::s(b));
}

template <class T>
inline value<T> ceildivs(value<T> a, value<T> b) {
  const bool up = T::u(b) != 0 && T::u(rems<T>(a, b)) != 0 &&
                  (T::s(a) < 0) == (T::s(b) < 0);
  return T::fit(T::u(divs<T>(a, b)) + up);
}

template <class T>
inline value<T> floordivs(value<T> a, value<T> b) {
  const bool down = T::u(b) != 0 && T::u(rems<T>(a, b)) != 0 &&
                    (T::s(a) < 0) != (T::s(b) < 0);
  return T::fit(T::u(divs<T>(a, b)) - down);
}

template <class T>
inline value<T> divu(value<T> a, value<T> b) {
  if (T::u(b) == 0) return T::fit(~typename T::uwide(0));
  return T::fit(T::u(a) / T::u(b));
}

template <class T>
inline value<T> remu(value<T> a, value<T> b) {
  return T::u(b) == 0 ? a : T::fit(T::u(a) % T::u(b));
}

template <class T>
inline value<T> ceildivu(value<T> a, value<T> b) {
  if (T::u(b) == 0) return T::fit(~typename T::uwide(0));
  return T::fit(T::u(a) / T::u(b) + (T::u(a) % T::u(b) != 0));
}

template <class T>
inline value<T> maxs(value<T> a, value<T> b) {
  return T::s(a) > T::s(b) ? a : b;
}

template <class T>
inline value<T> mins(value<T> a, value<T> b) {
  return T::s(a) < T::s(b) ? a : b;
}

template <class T>
inline value<T> maxu(value<T> a, value<T> b) {
  return T::u(a) > T::u(b) ? a : b;
}

template <class T>
inline value<T> minu(value<T> a, value<T> b) {
  return T::u(a) < T::u(b) ? a : b;
}

template <class T>
inline value<T> absi(value<T> a) {
  return a < 0 ? T::fit(0 - T::u(a)) : a;
}

template <class T>
inline value<T> mulhu(value<T> a, value<T> b) {
  if constexpr (T::width == 64) {
    return T::fit(high_half(a, b));
  } else {
    return T::fit((uint32_t)((uint64_t)T::u(a) * T::u(b) >> T::width));
  }
}

template <class T>
inline value<T> mulhs(value<T> a, value<T> b) {
  if constexpr (T::width == 64) {
    return T::fit(high_half(a, b) - (a < 0 ? T::u(b) : 0) -
                  (b < 0 ? T::u(a) : 0));
  } else {
    return T::fit((uint32_t)((int64_t)T::s(a) * T::s(b) >> T::width));
  }
}

template <class T>
inline value<T> and_(value<T> a, value<T> b) {
  return T::fit(T::u(a) & T::u(b));
}

template <class T>
inline value<T> or_(value<T> a, value<T> b) {
  return T::fit(T::u(a) | T::u(b));
}

template <class T>
inline value<T> xor_(value<T> a, value<T> b) {
  return T::fit(T::u(a) ^ T::u(b));
}

template <class T>
inline value<T> shl(value<T> a, value<T> b) {
  return T::u(b) < T::width ? T::fit(T::u(a) << T::u(b)) : T::fit(0);
}

template <class T>
inline value<T> shrs(value<T> a, value<T> b) {
  return T::fit(T::s(a) >> (T::u(b) < T::width ? T::u(b) : T::width - 1));
}

template <class T>
inline value<T> shru(value<T> a, value<T> b) {
  return T::u(b) < T::width ? T::fit(T::u(a) >> T::u(b)) : T::fit(0);
}

// Counts by shifting: no compiler library is needed.
template <class T>
inline value<T> ctlz(value<T> a) {
  int left = T::width;
  for (auto bits = T::u(a); bits != 0; bits >>= 1) --left;
  return T::fit(left);
}

template <class T>
inline value<T> cttz(value<T> a) {
  int zeros = T::width;
  for (auto bits = T::u(a); bits != 0; bits = T::u(T::fit(bits << 1))) --zeros;
  return T::fit(zeros);
}

template <class T>
inline value<T> ctpop(value<T> a) {
  int ones = 0;
  for (auto bits = T::u(a); bits != 0; bits &= bits - 1) ++ones;
  return T::fit(ones);
}

template <class T>
inline value<T> ipowi(value<T> base, value<T> exponent) {
  if (exponent < 0) {
    if (base == 1 || (base == -1 && exponent % 2 == 0)) return 1;
    return base == -1 ? -1 : 0;
  }
  auto result = T::u(1);
  auto square = T::u(base);
  for (auto left = T::u(exponent); left != 0; left >>= 1) {
    if (left & 1) result *= square;
    square *= square;
  }
  return T::fit(result);
}

template <class T>
inline bool cmpi_eq(value<T> a, value<T> b) {
  return a == b;
}

template <class T>
inline bool cmpi_ne(value<T> a, value<T> b) {
  return a != b;
}

template <class T>
inline bool cmpi_slt(value<T> a, value<T> b) {
  return T::s(a) < T::s(b);
}

template <class T>
inline bool cmpi_sle(value<T> a, value<T> b) {
  return T::s(a) <= T::s(b);
}

template <class T>
inline bool cmpi_sgt(value<T> a, value<T> b) {
  return T::s(a) > T::s(b);
}

template <class T>
inline bool cmpi_sge(value<T> a, value<T> b) {
  return T::s(a) >= T::s(b);
}

template <class T>
inline bool cmpi_ult(value<T> a, value<T> b) {
  return T::u(a) < T::u(b);
}

template <class T>
inline bool cmpi_ule(value<T> a, value<T> b) {
  return T::u(a) <= T::u(b);
}

template <class T>
inline bool cmpi_ugt(value<T> a, value<T> b) {
  return T::u(a) > T::u(b);
}

template <class T>
inline bool cmpi_uge(value<T> a, value<T> b) {
  return T::u(a) >= T::u(b);
}

template <class T>
inline value<T> select(bool a, value<T> b, value<T> c) {
  return a ? b : c;
}

template <class T, class From>
inline value<T> fpcast(value<From> a) {
  if constexpr (is_f64<From> && sizeof(typename T::memory) == 2) {
    return T::fit(odd_float(a));
  } else {
    return T::fit((value<T>)a);
  }
}

// A 64-bit integer as the double from which rounding once more gives what
// rounding the integer at once would.
inline double odd_double(uint64_t x) {
  if (x >> 53) x = (x & ~uint64_t(0xfff)) | ((x & 0xfff) != 0) << 12;
  return (double)x;
}

template <class T, class From>
inline value<T> uitofp(value<From> a) {
  if constexpr (sizeof(typename T::memory) > 2) {
    return (value<T>)From::u(a);
  } else {
    return T::fit(odd_float(odd_double(From::u(a))));
  }
}

template <class T, class From>
inline value<T> sitofp(value<From> a) {
  if constexpr (sizeof(typename T::memory) > 2) {
    return (value<T>)From::s(a);
  } else {
    const uint64_t size = From::s(a) < 0 ? 0 - (uint64_t)(int64_t)From::s(a)
                                         : (uint64_t)From::s(a);
    const float rounded = odd_float(odd_double(size));
    return T::fit(From::s(a) < 0 ? -rounded : rounded);
  }
}

// Saturating; NaN gives 0.
template <class T, class From>
inline value<T> fptosi(value<From> a) {
  constexpr uint64_t half = uint64_t(1) << (T::width - 1);
  if (a != a) return T::fit(0);
  if (a >= (value<From>)half) return T::fit(half - 1);
  if (a < -(value<From>)half) return T::fit(half);
  return T::fit((int64_t)a);
}

template <class T, class From>
inline value<T> fptoui(value<From> a) {
  constexpr value<From> half = (value<From>)(uint64_t(1) << (T::width - 1));
  if (!(a > 0)) return T::fit(0);
  if (a >= half + half) return T::fit(~typename T::uwide(0));
  return T::fit((uint64_t)a);
}

template <class T, class From>
inline value<T> extsi(value<From> a) {
  return T::fit((typename T::wide)From::s(a));
}

template <class T, class From>
inline value<T> extui(value<From> a) {
  return T::fit(From::u(a));
}

template <class T, class From>
inline value<T> trunci(value<From> a) {
  return T::fit((typename T::uwide)From::u(a));
}

template <class T, class From>
inline value<T> bitcast(value<From> a) {
  return T::of(From::bits(a));
}
