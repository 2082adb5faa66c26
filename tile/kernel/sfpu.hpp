// Lane ops on DST tiles that TT-Metal has no function for, in SFPI. |out| is
// the target tile; each operand is a tile or one value. Integers are two's
// complement in 32 bits; W is the width of a narrower type, whose lanes stay
// sign-extended (i1: 0 or 1).

using sfpi::vFloat;
using sfpi::vInt;
using sfpi::vUInt;

struct dst {
  uint32_t tile;
  vFloat f() const { return sfpi::dst_reg[tile * 32]; }
  // A DST of 16 bits holds no integers: these are the bits of the float.
  vInt i() const {
    if constexpr (DST_ACCUM_MODE) {
      return sfpi::dst_reg[tile * 32];
    } else {
      return sfpi::reinterpret<vInt>(f());
    }
  }
};

struct imm {
  uint32_t bits;
  vFloat f() const { return sfpi::reinterpret<vFloat>(i()); }
  vInt i() const { return vInt((int32_t)bits); }
};

inline void sfpu_init() {
  llk_math_eltwise_unary_sfpu_init<SfpuType::unused, false>();
}

// Runs |f| over the 1024 lanes of a tile, 32 lanes a call. Vectors cannot be
// passed to a function, so all that is called must be inlined.
template <class F>
[[gnu::flatten]] inline void sfpu_lanes(F f) {
  _llk_math_eltwise_unary_sfpu_params_<false>(
      [f]() {
        for (int step = 0; step < 8; ++step) {
          f();
          sfpi::dst_reg++;
        }
      },
      0, (int)VectorMode::RC);
}

template <class F>
inline void sfpu_floats(uint32_t out, F f) {
  sfpu_lanes([out, f]() {
    vFloat result = f();
    sfpi::dst_reg[out * 32] = result;
  });
}

template <class F>
inline void sfpu_ints(uint32_t out, F f) {
  sfpu_lanes([out, f]() {
    vInt result = f();
    if constexpr (DST_ACCUM_MODE) {
      sfpi::dst_reg[out * 32] = result;
    } else {
      sfpi::dst_reg[out * 32] = sfpi::reinterpret<vFloat>(result);
    }
  });
}

// ---- Building blocks ----------------------------------------------------------

sfpi_inline vInt sfpu_bits(vFloat x) { return sfpi::reinterpret<vInt>(x); }

sfpi_inline vFloat sfpu_float(vInt x) { return sfpi::reinterpret<vFloat>(x); }

sfpi_inline vInt sfpu_down(vInt x, int n) {
  return sfpi::reinterpret<vInt>(sfpi::reinterpret<vUInt>(x) >> n);
}

// -1 for negative values, else 0.
sfpi_inline vInt sfpu_sign_mask(vInt x) { return 0 - sfpu_down(x, 31); }

// Brings a 32-bit result back to W bits.
template <int W>
sfpi_inline vInt sfpu_wrap(vInt x) {
  if constexpr (W == 1) {
    return x & 1;
  } else if constexpr (W < 32) {
    x = x & ((1 << W) - 1);
    const vInt sign = x & (1 << (W - 1));
    return x - sign - sign;
  } else {
    return x;
  }
}

// The value of a W-bit lane as unsigned, and as signed (i1: 0 or -1).
template <int W>
sfpi_inline vInt sfpu_unsigned(vInt x) {
  if constexpr (W < 32) return x & ((1 << W) - 1);
  return x;
}

template <int W>
sfpi_inline vInt sfpu_signed(vInt x) {
  if constexpr (W == 1) return 0 - x;
  return x;
}

// 1 where a < b. The difference decides unless the signs differ.
sfpi_inline vInt sfpu_less(vInt a, vInt b) {
  vInt decides = a - b;
  v_if((a ^ b) < 0) { decides = a; }
  v_endif;
  return sfpu_down(decides, 31);
}

sfpi_inline vInt sfpu_below(vInt a, vInt b) {
  const vInt flip = vInt((int32_t)0x80000000);
  return sfpu_less(a ^ flip, b ^ flip);
}

// 1 where x is a NaN.
sfpi_inline vInt sfpu_nan(vFloat x) {
  const vInt size = sfpu_bits(x) & 0x7fffffff;
  return sfpu_down(0x7f800000 - size, 31);
}

// Integers in the order of floats: with -0 below +0, or with both 0.
sfpi_inline vInt sfpu_order(vFloat x) {
  const vInt bits = sfpu_bits(x);
  return bits ^ (sfpu_sign_mask(bits) & 0x7fffffff);
}

sfpi_inline vInt sfpu_order_zeros_equal(vFloat x) {
  const vInt order = sfpu_order(x);
  return order - sfpu_sign_mask(order);
}

// Exact halves, one rounding: an integer of 32 bits as a float.
sfpi_inline vFloat sfpu_from_unsigned(vInt x) {
  const vFloat high = sfpi::int32_to_float(sfpu_down(x, 16), 0);
  const vFloat low = sfpi::int32_to_float(x & 0xffff, 0);
  return high * 65536.0f + low;
}

// ---- Floats ---------------------------------------------------------------------

template <class A>
inline void sfpu_mov(uint32_t out, A a) {
  sfpu_ints(out, [a]() { return a.i(); });
}

template <class A, class B, class C>
inline void sfpu_fma(uint32_t out, A a, B b, C c) {
  sfpu_floats(out, [a, b, c]() { return a.f() * b.f() + c.f(); });
}

template <class A, class B>
inline void sfpu_copysign(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() {
    return (a.i() & 0x7fffffff) | (b.i() & (int32_t)0x80000000);
  });
}

// x where a < b, else y; bits decide between equals and zeros.
sfpi_inline vFloat sfpu_choose(vFloat a, vFloat b, vFloat x, vFloat y) {
  vFloat chosen = y;
  v_if(sfpu_less(sfpu_order(a), sfpu_order(b)) != 0) { chosen = x; }
  v_endif;
  return chosen;
}

template <class A, class B>
inline void sfpu_maxf(uint32_t out, A a, B b) {
  sfpu_floats(out, [a, b]() {
    const vFloat x = a.f(), y = b.f();
    vFloat result = sfpu_choose(x, y, y, x);
    v_if(sfpu_nan(x) != 0) { result = x; }
    v_endif;
    v_if(sfpu_nan(y) != 0) { result = y; }
    v_endif;
    return result;
  });
}

template <class A, class B>
inline void sfpu_minf(uint32_t out, A a, B b) {
  sfpu_floats(out, [a, b]() {
    const vFloat x = a.f(), y = b.f();
    vFloat result = sfpu_choose(x, y, x, y);
    v_if(sfpu_nan(x) != 0) { result = x; }
    v_endif;
    v_if(sfpu_nan(y) != 0) { result = y; }
    v_endif;
    return result;
  });
}

template <class A, class B>
inline void sfpu_maxnumf(uint32_t out, A a, B b) {
  sfpu_floats(out, [a, b]() {
    const vFloat x = a.f(), y = b.f();
    vFloat result = sfpu_choose(x, y, y, x);
    v_if(sfpu_nan(y) != 0) { result = x; }
    v_endif;
    v_if(sfpu_nan(x) != 0) { result = y; }
    v_endif;
    return result;
  });
}

template <class A, class B>
inline void sfpu_minnumf(uint32_t out, A a, B b) {
  sfpu_floats(out, [a, b]() {
    const vFloat x = a.f(), y = b.f();
    vFloat result = sfpu_choose(x, y, x, y);
    v_if(sfpu_nan(y) != 0) { result = x; }
    v_endif;
    v_if(sfpu_nan(x) != 0) { result = y; }
    v_endif;
    return result;
  });
}

// Adding and taking away 2^23 rounds a smaller magnitude to even.
sfpi_inline vFloat sfpu_roundeven_size(vFloat size) {
  vFloat result = size;
  v_if(size < 8388608.0f) {
    result = size + 8388608.0f;
    result = result - 8388608.0f;
  }
  v_endif;
  return result;
}

sfpi_inline vFloat sfpu_floor_size(vFloat size) {
  vFloat result = sfpu_roundeven_size(size);
  v_if(result > size) { result = result - 1.0f; }
  v_endif;
  return result;
}

sfpi_inline vFloat sfpu_size(vFloat x) {
  return sfpu_float(sfpu_bits(x) & 0x7fffffff);
}

sfpi_inline vFloat sfpu_with_sign(vFloat size, vFloat x) {
  return sfpu_float((sfpu_bits(size) & 0x7fffffff) |
                    (sfpu_bits(x) & (int32_t)0x80000000));
}

template <class A>
inline void sfpu_roundeven(uint32_t out, A a) {
  sfpu_floats(out, [a]() {
    const vFloat x = a.f();
    return sfpu_with_sign(sfpu_roundeven_size(sfpu_size(x)), x);
  });
}

template <class A>
inline void sfpu_trunc(uint32_t out, A a) {
  sfpu_floats(out, [a]() {
    const vFloat x = a.f();
    return sfpu_with_sign(sfpu_floor_size(sfpu_size(x)), x);
  });
}

template <class A>
inline void sfpu_round(uint32_t out, A a) {
  sfpu_floats(out, [a]() {
    const vFloat x = a.f();
    const vFloat size = sfpu_size(x);
    vFloat result = sfpu_floor_size(size);
    v_if(size - result >= 0.5f) { result = result + 1.0f; }
    v_endif;
    return sfpu_with_sign(result, x);
  });
}

template <class A>
inline void sfpu_floor(uint32_t out, A a) {
  sfpu_floats(out, [a]() {
    const vFloat x = a.f();
    vFloat result = sfpu_with_sign(sfpu_floor_size(sfpu_size(x)), x);
    v_if(result > x) { result = result - 1.0f; }
    v_endif;
    return result;
  });
}

template <class A>
inline void sfpu_ceil(uint32_t out, A a) {
  sfpu_floats(out, [a]() {
    const vFloat x = a.f();
    vFloat result = sfpu_with_sign(sfpu_floor_size(sfpu_size(x)), x);
    v_if(result < x) { result = result + 1.0f; }
    v_endif;
    return sfpu_with_sign(result, x);
  });
}

// C fmod by long division of the mantissas, a bit a step: exact for quotients
// of any size. Subnormal results are 0, as everywhere on the SFPU.
sfpi_inline vFloat sfpu_fmod(vFloat a, vFloat b) {
  const vInt x = sfpu_bits(a) & 0x7fffffff, y = sfpu_bits(b) & 0x7fffffff;
  const vInt scale = sfpu_down(y, 23);
  vInt left = sfpu_down(x, 23) - scale;
  vInt rest = (x & 0x7fffff) | 0x800000;
  const vInt divisor = (y & 0x7fffff) | 0x800000;
  v_if(rest >= divisor) { rest = rest - divisor; }
  v_endif;
  for (int step = 0; step < 254; ++step) {
    v_if(left > 0) {
      rest = rest << 1;
      left = left - 1;
    }
    v_endif;
    v_if(rest >= divisor) { rest = rest - divisor; }
    v_endif;
  }
  // rest units of the divisor's last place.
  vInt result = sfpu_bits(sfpu_from_unsigned(rest)) + ((scale - 150) << 23);
  v_if(rest == 0 || result < 0x800000) { result = 0; }
  v_endif;
  v_if(x < y) { result = x; }
  v_endif;
  v_if(x >= 0x7f800000 || y == 0 || y > 0x7f800000) { result = 0x7fc00000; }
  v_endif;
  return sfpu_with_sign(sfpu_float(result), a);
}

template <class A, class B>
inline void sfpu_remf(uint32_t out, A a, B b) {
  sfpu_floats(out, [a, b]() { return sfpu_fmod(a.f(), b.f()); });
}

// e^r - 1 for |r| up to ln(2) / 2.
sfpi_inline vFloat sfpu_exp_rest(vFloat r) {
  vFloat y = r * 1.9875691500e-4f + 1.3981999507e-3f;
  y = y * r + 8.3334519073e-3f;
  y = y * r + 4.1665795894e-2f;
  y = y * r + 1.6666665459e-1f;
  y = y * r + 5.0000001201e-1f;
  return y * r * r + r;
}

// Adding 1.5 * 2^23 leaves the nearest integer in the low bits of a float.
sfpi_inline vFloat sfpu_nearest(vFloat x) { return x + 12582912.0f; }

// x - k ln 2, with ln 2 in two parts; k as sfpu_nearest gives it.
sfpi_inline vFloat sfpu_exp_reduce(vFloat x, vFloat k) {
  const vFloat whole = k - 12582912.0f;
  x += whole * -0.693359375f;
  return x + whole * 2.12194440e-4f;
}

// y * 2^k.
sfpi_inline vFloat sfpu_scale(vFloat y, vFloat k) {
  return sfpu_float(sfpu_bits(y) + (sfpu_bits(k) << 23));
}

// e^x. Results below the smallest normal number are 0.
sfpi_inline vFloat sfpu_exp_of(vFloat x) {
  const vFloat k = sfpu_nearest(x * 1.44269504f);
  vFloat y = sfpu_exp_rest(sfpu_exp_reduce(x, k)) + 1.0f;
  y = sfpu_scale(y, k);
  v_if(x < -87.3365402f) { y = 0.0f; }
  v_endif;
  v_if(x > 88.7228394f) { y = sfpu_float(0x7f800000); }
  v_endif;
  return y;
}

template <class A>
inline void sfpu_exp(uint32_t out, A a) {
  sfpu_floats(out, [a]() { return sfpu_exp_of(a.f()); });
}

template <class A>
inline void sfpu_exp2(uint32_t out, A a) {
  sfpu_floats(out, [a]() {
    const vFloat x = a.f();
    const vFloat k = sfpu_nearest(x);
    vFloat y = sfpu_exp_rest((x - (k - 12582912.0f)) * 0.693147181f) + 1.0f;
    y = sfpu_scale(y, k);
    v_if(x < -126.0f) { y = 0.0f; }
    v_endif;
    v_if(x >= 128.0f) { y = sfpu_float(0x7f800000); }
    v_endif;
    return y;
  });
}

// (e^x - 1) / 2, up to e^x = 2^129: 2^(k-2) twice.
sfpi_inline vFloat sfpu_half_expm1(vFloat x) {
  const vFloat k = sfpu_nearest(x * 1.44269504f);
  const vFloat rest = sfpu_exp_rest(sfpu_exp_reduce(x, k));
  const vFloat scale = sfpu_float((sfpu_bits(k) << 23) + 0x3e800000);
  vFloat y = scale * rest + (scale - 0.25f);
  v_if(x < -86.0f) { y = -0.25f; }
  v_endif;
  v_if(x > 89.4159851f) { y = sfpu_float(0x7f800000); }
  v_endif;
  return y + y;
}

template <class A>
inline void sfpu_expm1(uint32_t out, A a) {
  sfpu_floats(out, [a]() {
    const vFloat half = sfpu_half_expm1(a.f());
    return half + half;
  });
}

// NaN of a NaN, else y.
sfpi_inline vFloat sfpu_unless_nan(vFloat y, vFloat x) {
  v_if(sfpu_nan(x) != 0) { y = x; }
  v_endif;
  return y;
}

// tt-metal's reciprocal takes a constant from a register, which none of its own
// init calls sets. (Its recip_tile also goes by instructions that no simulator
// has.)
inline void sfpu_recip_init() {
  sfpu_init();
  ckernel::sfpu::_init_sfpu_reciprocal_<false>();
}

template <class A>
inline void sfpu_recip(uint32_t out, A a) {
  sfpu_floats(out,
              [a]() { return ckernel::sfpu::_sfpu_reciprocal_<2>(a.f()); });
}

// With e^x - 1 = 2h: sinh x = h + h / (2h + 1), cosh x = h + 1/2 + 1/2 / (2h + 1),
// tanh x = -h' / (1 + h') of -2x.
template <class A>
inline void sfpu_sinh(uint32_t out, A a) {
  sfpu_floats(out, [a]() {
    const vFloat h = sfpu_half_expm1(sfpu_size(a.f()));
    vFloat y = ckernel::sfpu::_sfpu_reciprocal_<2>(h + h + 1.0f);
    y = y * h + h;
    v_if(sfpu_size(a.f()) > 44.0f) { y = h; }
    v_endif;
    return sfpu_unless_nan(sfpu_with_sign(y, a.f()), a.f());
  });
}

template <class A>
inline void sfpu_cosh(uint32_t out, A a) {
  sfpu_floats(out, [a]() {
    const vFloat h = sfpu_half_expm1(sfpu_size(a.f()));
    vFloat y = ckernel::sfpu::_sfpu_reciprocal_<2>(h + h + 1.0f);
    y = y * 0.5f + (h + 0.5f);
    v_if(sfpu_size(a.f()) > 44.0f) { y = h; }
    v_endif;
    return sfpu_unless_nan(y, a.f());
  });
}

template <class A>
inline void sfpu_tanh(uint32_t out, A a) {
  sfpu_floats(out, [a]() {
    const vFloat h = sfpu_half_expm1(sfpu_size(a.f()) * -2.0f);
    vFloat y = 0.0f - h * ckernel::sfpu::_sfpu_reciprocal_<2>(h + 1.0f);
    v_if(sfpu_size(a.f()) > 10.0f) { y = 1.0f; }
    v_endif;
    return sfpu_unless_nan(sfpu_with_sign(y, a.f()), a.f());
  });
}

// ln x: x = 2^e (1 + t) with 1 + t from sqrt(1/2) to sqrt(2), and a polynomial
// in t.
sfpi_inline vFloat sfpu_log_of(vFloat x) {
  vInt bits = sfpu_bits(x);
  // A half more, so that the exponent counts from sqrt(1/2).
  const vInt e = (bits - 0x3f3504f3) & (int32_t)0xff800000;
  const vFloat t = sfpu_float(bits - e) - 1.0f;
  vFloat y = t * 0.06915147f - 0.11789696f;
  y = y * t + 0.11873017f;
  y = y * t - 0.1238437f;
  y = y * t + 0.14218655f;
  y = y * t - 0.1666925f;
  y = y * t + 0.20002227f;
  y = y * t - 0.24999987f;
  y = y * t + 0.3333331f;
  y = (y * t - 0.5f) * t;
  // e / 2^23 as a float.
  const vFloat times =
      sfpu_float((sfpu_down(e, 23) ^ 256) + (0x4b400000 - 256)) - 12582912.0f;
  y = y * t + times * -2.12194440e-4f;
  return y + t + times * 0.693359375f;
}

// What the logarithm of x is where it is no number above 0: -inf of 0 and of
// subnormal numbers.
sfpi_inline vFloat sfpu_log_ends(vFloat y, vFloat x) {
  v_if((sfpu_bits(x) & 0x7fffffff) >= 0x7f800000) { y = x; }
  v_endif;
  v_if(sfpu_bits(x) < 0) { y = sfpu_float(0x7fc00000); }
  v_endif;
  v_if((sfpu_bits(x) & 0x7f800000) == 0) { y = sfpu_float((int32_t)0xff800000); }
  v_endif;
  return y;
}

template <class A>
inline void sfpu_log(uint32_t out, A a) {
  sfpu_floats(out, [a]() { return sfpu_log_ends(sfpu_log_of(a.f()), a.f()); });
}

template <class A>
inline void sfpu_log2(uint32_t out, A a) {
  sfpu_floats(out, [a]() {
    return sfpu_log_ends(sfpu_log_of(a.f()) * 1.44269504f, a.f());
  });
}

template <class A>
inline void sfpu_log10(uint32_t out, A a) {
  sfpu_floats(out, [a]() {
    return sfpu_log_ends(sfpu_log_of(a.f()) * 0.434294482f, a.f());
  });
}

// ln(1 + x): the logarithm of the rounded sum u, and what rounding took, over
// u. That is about 2 - u where it matters.
template <class A>
inline void sfpu_log1p(uint32_t out, A a) {
  sfpu_floats(out, [a]() {
    vFloat y = sfpu_log_of(a.f() + 1.0f);
    v_if(sfpu_size(a.f()) < 1.0f) {
      const vFloat u = a.f() + 1.0f;
      y += (a.f() - (u - 1.0f)) * (2.0f - u);
    }
    v_endif;
    return sfpu_log_ends(y, a.f() + 1.0f);
  });
}

// ln(1 + |x|), or half of it, with the sign of x.
template <bool Half>
inline void sfpu_log1p_odd(uint32_t out) {
  const dst a = {out};
  sfpu_floats(out, [a]() {
    vFloat y = sfpu_log_of(sfpu_size(a.f()) + 1.0f);
    v_if(sfpu_size(a.f()) < 1.0f) {
      const vFloat u = sfpu_size(a.f()) + 1.0f;
      y += (sfpu_size(a.f()) - (u - 1.0f)) * (2.0f - u);
    }
    v_endif;
    if constexpr (Half) y = y * 0.5f;
    v_if((sfpu_bits(a.f()) & 0x7fffffff) >= 0x7f800000) { y = sfpu_size(a.f()); }
    v_endif;
    return sfpu_with_sign(y, a.f());
  });
}

// The root of x from 0 on: Newton's steps from a guess at its inverse.
sfpi_inline vFloat sfpu_root(vFloat x) {
  vFloat y = sfpu_float(0x5f3759df - sfpu_down(sfpu_bits(x), 1));
  const vFloat half = x * -0.5f;
  y = y * (half * y * y + 1.5f);
  y = y * (half * y * y + 1.5f);
  y = y * (half * y * y + 1.5f);
  return x * y;
}

// asinh x = ln(1 + |x| + x^2 / (1 + sqrt(x^2 + 1))), acosh (1 + t) =
// ln(1 + t + sqrt(t^2 + 2t)), atanh x = ln(1 + 2|x| / (1 - |x|)) / 2.
template <class A>
inline void sfpu_asinh(uint32_t out, A a) {
  sfpu_floats(out, [a]() {
    const vFloat square = a.f() * a.f();
    vFloat y = sfpu_root(square + 1.0f) + 1.0f;
    y = square * ckernel::sfpu::_sfpu_reciprocal_<2>(y) + sfpu_size(a.f());
    v_if(sfpu_size(a.f()) > 10000.0f) { y = sfpu_size(a.f()) * 2.0f - 1.0f; }
    v_endif;
    return sfpu_unless_nan(sfpu_with_sign(y, a.f()), a.f());
  });
  sfpu_log1p_odd<false>(out);
}

template <class A>
inline void sfpu_acosh(uint32_t out, A a) {
  sfpu_floats(out, [a]() {
    const vFloat t = a.f() - 1.0f;
    vFloat y = sfpu_root(t * t + t * 2.0f) + t;
    v_if(t > 10000.0f) { y = t * 2.0f + 1.0f; }
    v_endif;
    v_if(t < 0.0f) { y = sfpu_float(0x7fc00000); }
    v_endif;
    return sfpu_unless_nan(y, a.f());
  });
  sfpu_log1p_odd<false>(out);
}

template <class A>
inline void sfpu_atanh(uint32_t out, A a) {
  sfpu_floats(out, [a]() {
    vFloat y = sfpu_size(a.f());
    y = y * 2.0f * ckernel::sfpu::_sfpu_reciprocal_<2>(1.0f - y);
    v_if(sfpu_size(a.f()) == 1.0f) { y = sfpu_float(0x7f800000); }
    v_endif;
    v_if(sfpu_size(a.f()) > 1.0f) { y = sfpu_float(0x7fc00000); }
    v_endif;
    return sfpu_unless_nan(sfpu_with_sign(y, a.f()), a.f());
  });
  sfpu_log1p_odd<true>(out);
}

// erfc |x| = t e^(p(t) - x^2) with t = 1 / (1 + |x| / 2).
sfpi_inline vFloat sfpu_erfc_size(vFloat size) {
  const vFloat t = ckernel::sfpu::_sfpu_reciprocal_<2>(size * 0.5f + 1.0f);
  vFloat p = t * -0.13639097f + 0.9409081f;
  p = p * t - 2.711928f;
  p = p * t + 4.1330776f;
  p = p * t - 3.4621972f;
  p = p * t + 1.6179326f;
  p = p * t - 0.69423705f;
  p = p * t + 0.2216656f;
  p = p * t + 0.3551026f;
  p = p * t + 1.0016363f;
  p = p * t - 1.2655705f;
  return sfpu_exp_of(p - size * size) * t;
}

template <class A>
inline void sfpu_erfc(uint32_t out, A a) {
  sfpu_floats(out, [a]() {
    vFloat y = sfpu_erfc_size(sfpu_size(a.f()));
    v_if(sfpu_size(a.f()) > 11.0f) { y = 0.0f; }
    v_endif;
    v_if(a.i() < 0) { y = 2.0f - y; }
    v_endif;
    return sfpu_unless_nan(y, a.f());
  });
}

template <class A>
inline void sfpu_erf(uint32_t out, A a) {
  sfpu_floats(out, [a]() {
    vFloat y = 1.0f - sfpu_erfc_size(sfpu_size(a.f()));
    v_if(sfpu_size(a.f()) > 5.0f) { y = 1.0f; }
    v_endif;
    v_if(sfpu_size(a.f()) < 1.0f) {
      const vFloat z = a.f() * a.f();
      vFloat p = z * -9.680135e-6f + 1.12705442e-4f;
      p = p * z - 8.4847113e-4f;
      p = p * z + 5.221075e-3f;
      p = p * z - 2.6865445e-2f;
      p = p * z + 0.11283783f;
      p = p * z - 0.37612638f;
      y = (p * z + 1.1283792f) * sfpu_size(a.f());
    }
    v_endif;
    return sfpu_unless_nan(sfpu_with_sign(y, a.f()), a.f());
  });
}

// asin |x| up to 1/2; above, (pi / 2 - asin |x|) / 2 = asin sqrt((1 - |x|) / 2).
sfpi_inline vFloat sfpu_asin_half(vFloat size) {
  vFloat z = size * size;
  vFloat s = size;
  v_if(size > 0.5f) {
    z = size * -0.5f + 0.5f;
    s = sfpu_root(z);
  }
  v_endif;
  vFloat p = z * 0.042218547f + 0.024147611f;
  p = p * z + 0.045477096f;
  p = p * z + 0.074952416f;
  p = p * z + 0.16666754f;
  return p * z * s + s;
}

// NaN where |x| > 1.
sfpi_inline vFloat sfpu_asin_ends(vFloat y, vFloat x) {
  v_if(sfpu_size(x) > 1.0f) { y = sfpu_float(0x7fc00000); }
  v_endif;
  return sfpu_unless_nan(y, x);
}

template <class A>
inline void sfpu_asin(uint32_t out, A a) {
  sfpu_floats(out, [a]() {
    vFloat y = sfpu_asin_half(sfpu_size(a.f()));
    v_if(sfpu_size(a.f()) > 0.5f) { y = y * -2.0f + 1.57079632679f; }
    v_endif;
    return sfpu_asin_ends(sfpu_with_sign(y, a.f()), a.f());
  });
}

template <class A>
inline void sfpu_acos(uint32_t out, A a) {
  sfpu_floats(out, [a]() {
    vFloat y = sfpu_asin_half(sfpu_size(a.f()));
    v_if(sfpu_size(a.f()) > 0.5f) { y = y * 2.0f; }
    v_else { y = 1.57079632679f - y; }
    v_endif;
    v_if(a.i() < 0) { y = 3.14159265359f - y; }
    v_endif;
    return sfpu_asin_ends(y, a.f());
  });
}

// x - k pi / 2, with pi / 2 in three parts; k as sfpu_nearest gives it.
sfpi_inline vFloat sfpu_quarter(vFloat x, vFloat k) {
  const vFloat whole = k - 12582912.0f;
  x += whole * -1.5703125f;
  x += whole * -4.83751297e-4f;
  return x + whole * -7.54978995e-8f;
}

// The sine of x where Quarter is 0, the cosine where it is 1.
template <int Quarter, class A>
inline void sfpu_wave(uint32_t out, A a) {
  sfpu_floats(out, [a]() {
    const vFloat k = sfpu_nearest(a.f() * 0.636619772f);
    const vFloat r = sfpu_quarter(a.f(), k);
    const vFloat z = r * r;
    vFloat y = z * -1.95172979e-4f + 8.332178e-3f;
    y = y * z - 0.16666655f;
    y = y * z * r + r;
    const vInt turn = sfpu_bits(k) + Quarter;
    v_if((turn & 1) != 0) {
      y = z * 2.443845e-5f - 1.3887368e-3f;
      y = y * z + 0.041666646f;
      y = y * z * z + (z * -0.5f + 1.0f);
    }
    v_endif;
    v_if((turn & 2) != 0) { y = 0.0f - y; }
    v_endif;
    return y;
  });
}

template <class A>
inline void sfpu_sin(uint32_t out, A a) {
  sfpu_wave<0>(out, a);
}

template <class A>
inline void sfpu_cos(uint32_t out, A a) {
  sfpu_wave<1>(out, a);
}

template <class A>
inline void sfpu_tan(uint32_t out, A a) {
  sfpu_floats(out, [a]() {
    const vFloat k = sfpu_nearest(a.f() * 0.636619772f);
    const vFloat r = sfpu_quarter(a.f(), k);
    const vFloat z = r * r;
    vFloat y = z * 9.465586e-3f + 2.9744613e-3f;
    y = y * z + 0.024528254f;
    y = y * z + 0.053381257f;
    y = y * z + 0.133392f;
    y = y * z + 0.3333314f;
    y = y * z * r + r;
    v_if((sfpu_bits(k) & 1) != 0) {
      y = 0.0f - ckernel::sfpu::_sfpu_reciprocal_<2>(y);
    }
    v_endif;
    return y;
  });
}

// The angle of (x, y): a polynomial in the smaller over the larger magnitude,
// then mirrored into the octant.
template <class A, class B>
inline void sfpu_atan2(uint32_t out, A a, B b) {
  sfpu_floats(out, [a, b]() {
    vFloat ratio = sfpu_size(a.f());
    vFloat large = sfpu_size(b.f());
    sfpi::vec_min_max(ratio, large);
    v_if(large == 0.0f) { large = 1.0f; }
    v_endif;
    ratio = ratio * ckernel::sfpu::_sfpu_reciprocal_<2>(large);
    // Infinity over infinity among them.
    v_if((sfpu_bits(a.f()) << 1) == (sfpu_bits(b.f()) << 1)) { ratio = 1.0f; }
    v_endif;
    v_if((sfpu_bits(a.f()) << 1) == 0) { ratio = 0.0f; }
    v_endif;
    const vFloat square = ratio * ratio;
    vFloat angle = square * 0.00282363896f - 0.0159569028f;
    angle = angle * square + 0.0425049886f;
    angle = angle * square - 0.0748900920f;
    angle = angle * square + 0.106347933f;
    angle = angle * square - 0.142027363f;
    angle = angle * square + 0.199926957f;
    angle = angle * square - 0.333331018f;
    angle = angle * square * ratio + ratio;
    v_if(sfpu_bits(sfpu_size(b.f())) < sfpu_bits(sfpu_size(a.f()))) {
      angle = 1.57079632679f - angle;
    }
    v_endif;
    v_if(b.i() < 0) { angle = 3.14159265359f - angle; }
    v_endif;
    angle = sfpu_with_sign(angle, a.f());
    v_if(sfpu_nan(b.f()) != 0) { angle = b.f(); }
    v_endif;
    v_if(sfpu_nan(a.f()) != 0) { angle = a.f(); }
    v_endif;
    return angle;
  });
}

template <class A>
inline void sfpu_atan(uint32_t out, A a) {
  sfpu_atan2(out, a, imm{0x3f800000});
}

// Rounds 32-bit lanes to what the narrower float types hold.
inline void sfpu_round_bf16(uint32_t out) {
  sfpu_ints(out, [out]() {
    const vFloat x = dst{out}.f();
    const vInt bits = sfpu_bits(x);
    vInt result = (bits + 0x7fff + (sfpu_down(bits, 16) & 1)) & ~0xffff;
    v_if(sfpu_nan(x) != 0) { result = (bits & ~0xffff) | 0x400000; }
    v_endif;
    return result;
  });
}

sfpi_inline vFloat sfpu_to_f16(vFloat x) {
  const vInt bits = sfpu_bits(x);
  const vInt size = bits & 0x7fffffff;
  vInt result = (size + 0xfff + (sfpu_down(size, 13) & 1)) & ~0x1fff;
  v_if(result >= 0x47800000) { result = 0x7f800000; }
  v_endif;
  v_if(size < 0x38800000) {
    vFloat tiny = sfpu_float(size) + 0.5f;
    tiny = tiny - 0.5f;
    result = sfpu_bits(tiny);
  }
  v_endif;
  v_if(sfpu_nan(x) != 0) { result = (size & ~0x1fff) | 0x400000; }
  v_endif;
  return sfpu_float(result | (bits & (int32_t)0x80000000));
}

inline void sfpu_round_f16(uint32_t out) {
  sfpu_floats(out, [out]() { return sfpu_to_f16(dst{out}.f()); });
}

// ---- Tests: 0 or 1 ----------------------------------------------------------------

template <class A>
inline void sfpu_isnan(uint32_t out, A a) {
  sfpu_ints(out, [a]() { return sfpu_nan(a.f()); });
}

template <class A>
inline void sfpu_isfinite(uint32_t out, A a) {
  sfpu_ints(out,
            [a]() { return sfpu_down((a.i() & 0x7fffffff) - 0x7f800000, 31); });
}

template <class A>
inline void sfpu_isinf(uint32_t out, A a) {
  sfpu_ints(out, [a]() {
    vInt result = 0;
    v_if((a.i() & 0x7fffffff) == 0x7f800000) { result = 1; }
    v_endif;
    return result;
  });
}

// |f| makes the result of three flags: a < b, a > b, one is a NaN.
template <class A, class B, class F>
inline void sfpu_compare(uint32_t out, A a, B b, F f) {
  sfpu_ints(out, [a, b, f]() {
    const vFloat x = a.f(), y = b.f();
    const vInt nan = sfpu_nan(x) | sfpu_nan(y);
    const vInt p = sfpu_order_zeros_equal(x), q = sfpu_order_zeros_equal(y);
    const vInt less = sfpu_less(p, q), greater = sfpu_less(q, p);
    return f(less, greater, nan);
  });
}

template <class A, class B>
inline void sfpu_cmpf_oeq(uint32_t out, A a, B b) {
  sfpu_compare(out, a, b,
               [](vInt l, vInt g, vInt n) { return (l | g | n) ^ 1; });
}

template <class A, class B>
inline void sfpu_cmpf_ogt(uint32_t out, A a, B b) {
  sfpu_compare(out, a, b, [](vInt l, vInt g, vInt n) { return g & (n ^ 1); });
}

template <class A, class B>
inline void sfpu_cmpf_oge(uint32_t out, A a, B b) {
  sfpu_compare(out, a, b, [](vInt l, vInt g, vInt n) { return (l | n) ^ 1; });
}

template <class A, class B>
inline void sfpu_cmpf_olt(uint32_t out, A a, B b) {
  sfpu_compare(out, a, b, [](vInt l, vInt g, vInt n) { return l & (n ^ 1); });
}

template <class A, class B>
inline void sfpu_cmpf_ole(uint32_t out, A a, B b) {
  sfpu_compare(out, a, b, [](vInt l, vInt g, vInt n) { return (g | n) ^ 1; });
}

template <class A, class B>
inline void sfpu_cmpf_one(uint32_t out, A a, B b) {
  sfpu_compare(out, a, b,
               [](vInt l, vInt g, vInt n) { return (l | g) & (n ^ 1); });
}

template <class A, class B>
inline void sfpu_cmpf_ord(uint32_t out, A a, B b) {
  sfpu_compare(out, a, b, [](vInt l, vInt g, vInt n) { return n ^ 1; });
}

template <class A, class B>
inline void sfpu_cmpf_ueq(uint32_t out, A a, B b) {
  sfpu_compare(out, a, b,
               [](vInt l, vInt g, vInt n) { return ((l | g) ^ 1) | n; });
}

template <class A, class B>
inline void sfpu_cmpf_ugt(uint32_t out, A a, B b) {
  sfpu_compare(out, a, b, [](vInt l, vInt g, vInt n) { return g | n; });
}

template <class A, class B>
inline void sfpu_cmpf_uge(uint32_t out, A a, B b) {
  sfpu_compare(out, a, b, [](vInt l, vInt g, vInt n) { return (l ^ 1) | n; });
}

template <class A, class B>
inline void sfpu_cmpf_ult(uint32_t out, A a, B b) {
  sfpu_compare(out, a, b, [](vInt l, vInt g, vInt n) { return l | n; });
}

template <class A, class B>
inline void sfpu_cmpf_ule(uint32_t out, A a, B b) {
  sfpu_compare(out, a, b, [](vInt l, vInt g, vInt n) { return (g ^ 1) | n; });
}

template <class A, class B>
inline void sfpu_cmpf_une(uint32_t out, A a, B b) {
  sfpu_compare(out, a, b, [](vInt l, vInt g, vInt n) { return l | g | n; });
}

template <class A, class B>
inline void sfpu_cmpf_uno(uint32_t out, A a, B b) {
  sfpu_compare(out, a, b, [](vInt l, vInt g, vInt n) { return n; });
}

// ---- Integers -----------------------------------------------------------------------

template <int W, class A, class B>
inline void sfpu_add(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() { return sfpu_wrap<W>(a.i() + b.i()); });
}

template <int W, class A, class B>
inline void sfpu_sub(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() { return sfpu_wrap<W>(a.i() - b.i()); });
}

// The low half of a product, a bit of b a step.
sfpi_inline vInt sfpu_multiply(vInt a, vInt b) {
  vInt product = 0;
  for (int step = 0; step < 32; ++step) {
    v_if((b & 1) != 0) { product += a; }
    v_endif;
    a = a << 1;
    b = sfpu_down(b, 1);
  }
  return product;
}

// The high half of an unsigned product: sums are halved as they are made, so
// that they need no carry.
sfpi_inline vInt sfpu_multiply_high(vInt a, vInt b) {
  vInt high = 0;
  for (int step = 0; step < 32; ++step) {
    const vInt part = a & (0 - (b & 1));
    const vInt both = high & part;
    high = sfpu_down(high ^ part, 1) + both;
    b = sfpu_down(b, 1);
  }
  return high;
}

template <int W, class A, class B>
inline void sfpu_mul(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() {
    return sfpu_wrap<W>(sfpu_multiply(a.i(), b.i()));
  });
}

template <int W, class A, class B>
inline void sfpu_mulhu(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() {
    if constexpr (W == 32) {
      return sfpu_multiply_high(a.i(), b.i());
    } else {
      return sfpu_wrap<W>(sfpu_down(
          sfpu_multiply(sfpu_unsigned<W>(a.i()), sfpu_unsigned<W>(b.i())), W));
    }
  });
}

template <int W, class A, class B>
inline void sfpu_mulhs(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() {
    if constexpr (W == 32) {
      vInt high = sfpu_multiply_high(a.i(), b.i());
      v_if(a.i() < 0) { high -= b.i(); }
      v_endif;
      v_if(b.i() < 0) { high -= a.i(); }
      v_endif;
      return high;
    } else {
      return sfpu_wrap<W>(sfpu_down(sfpu_multiply(a.i(), b.i()), W));
    }
  });
}

// Long division. Its operands are read from DST again and again, since
// registers are few.
struct sfpu_quotient {
  vInt quotient, remainder;
};

// A W-bit lane as unsigned, or its magnitude.
template <bool Signed, int W, class A>
sfpi_inline vInt sfpu_dividend(A a) {
  if constexpr (Signed) return sfpi::abs(a.i());
  return sfpu_unsigned<W>(a.i());
}

// By 0 the quotient is all ones and the remainder the dividend.
template <bool Signed, int W, class A, class B>
sfpi_inline sfpu_quotient sfpu_divide(A a, B b) {
  sfpu_quotient r = {sfpu_dividend<Signed, W>(a), 0};
  const vInt d = sfpu_dividend<Signed, W>(b);
  // For divisors below 2^31 the sign of the difference tells which is larger.
  for (int step = 0; step < 32; ++step) {
    r.remainder = (r.remainder << 1) | sfpu_down(r.quotient, 31);
    r.quotient = r.quotient << 1;
    const vInt rest = r.remainder - d;
    v_if(rest >= 0) {
      r.remainder = rest;
      r.quotient += 1;
    }
    v_endif;
  }
  if constexpr (W == 32) {
    v_if(d < 0) {
      r.quotient = 0;
      r.remainder = sfpu_dividend<Signed, W>(a);
      v_if(r.remainder < 0 && r.remainder - d >= 0) {
        r.quotient = 1;
        r.remainder -= d;
      }
      v_endif;
    }
    v_endif;
  }
  v_if(d == 0) { r.quotient = -1; }
  v_endif;
  return r;
}

// Towards zero, RISC-V's results for 0 and MIN / -1; the remainder is that of
// the magnitudes.
template <int W, class A, class B>
sfpi_inline sfpu_quotient sfpu_divide_signed(A a, B b) {
  sfpu_quotient r = sfpu_divide<true, W>(a, b);
  v_if((a.i() ^ b.i()) < 0 && b.i() != 0) { r.quotient = 0 - r.quotient; }
  v_endif;
  return r;
}

template <int W, class A, class B>
inline void sfpu_divu(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() {
    return sfpu_wrap<W>(sfpu_divide<false, W>(a, b).quotient);
  });
}

template <int W, class A, class B>
inline void sfpu_remu(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() {
    return sfpu_wrap<W>(sfpu_divide<false, W>(a, b).remainder);
  });
}

template <int W, class A, class B>
inline void sfpu_ceildivu(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() {
    sfpu_quotient r = sfpu_divide<false, W>(a, b);
    v_if(r.remainder != 0 && b.i() != 0) { r.quotient += 1; }
    v_endif;
    return sfpu_wrap<W>(r.quotient);
  });
}

template <int W, class A, class B>
inline void sfpu_divs(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() {
    return sfpu_wrap<W>(sfpu_divide_signed<W>(a, b).quotient);
  });
}

template <int W, class A, class B>
inline void sfpu_rems(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() {
    vInt result = sfpu_divide<true, W>(a, b).remainder;
    v_if(a.i() < 0) { result = 0 - result; }
    v_endif;
    return sfpu_wrap<W>(result);
  });
}

template <int W, class A, class B>
inline void sfpu_floordivs(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() {
    sfpu_quotient r = sfpu_divide_signed<W>(a, b);
    v_if(r.remainder != 0 && (a.i() ^ b.i()) < 0 && b.i() != 0) {
      r.quotient -= 1;
    }
    v_endif;
    return sfpu_wrap<W>(r.quotient);
  });
}

template <int W, class A, class B>
inline void sfpu_ceildivs(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() {
    sfpu_quotient r = sfpu_divide_signed<W>(a, b);
    v_if(r.remainder != 0 && (a.i() ^ b.i()) >= 0 && b.i() != 0) {
      r.quotient += 1;
    }
    v_endif;
    return sfpu_wrap<W>(r.quotient);
  });
}

// a where |less| is not 0, else b.
sfpi_inline vInt sfpu_pick(vInt less, vInt a, vInt b) {
  vInt result = b;
  v_if(less != 0) { result = a; }
  v_endif;
  return result;
}

template <int W, class A, class B>
inline void sfpu_maxs(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() {
    const vInt x = a.i(), y = b.i();
    return sfpu_pick(sfpu_less(sfpu_signed<W>(x), sfpu_signed<W>(y)), y, x);
  });
}

template <int W, class A, class B>
inline void sfpu_mins(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() {
    const vInt x = a.i(), y = b.i();
    return sfpu_pick(sfpu_less(sfpu_signed<W>(x), sfpu_signed<W>(y)), x, y);
  });
}

template <int W, class A, class B>
inline void sfpu_maxu(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() {
    const vInt x = a.i(), y = b.i();
    return sfpu_pick(sfpu_below(x, y), y, x);
  });
}

template <int W, class A, class B>
inline void sfpu_minu(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() {
    const vInt x = a.i(), y = b.i();
    return sfpu_pick(sfpu_below(x, y), x, y);
  });
}

template <int W, class A>
inline void sfpu_absi(uint32_t out, A a) {
  sfpu_ints(out, [a]() {
    const vInt x = a.i(), sign = sfpu_sign_mask(x);
    return sfpu_wrap<W>((x ^ sign) - sign);
  });
}

template <int W, class A, class B>
inline void sfpu_and_(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() { return a.i() & b.i(); });
}

template <int W, class A, class B>
inline void sfpu_or_(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() { return a.i() | b.i(); });
}

template <int W, class A, class B>
inline void sfpu_xor_(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() { return a.i() ^ b.i(); });
}

// Logical shifts by a lane's amount; |n| is below 32 or the result unused.
sfpi_inline vInt sfpu_shift(vInt x, vInt n) {
  return sfpi::reinterpret<vInt>(
      sfpi::shft(sfpi::reinterpret<vUInt>(x), n & 31));
}

sfpi_inline vInt sfpu_shift_down(vInt x, vInt n) {
  return sfpi::reinterpret<vInt>(
      sfpi::shft(sfpi::reinterpret<vUInt>(x), 0 - (n & 31)));
}

// 1 where a W-bit amount is below W.
template <int W>
sfpi_inline vInt sfpu_in_width(vInt n) {
  return sfpu_below(sfpu_unsigned<W>(n), W);
}

template <int W, class A, class B>
inline void sfpu_shl(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() {
    const vInt n = b.i();
    vInt result = 0;
    v_if(sfpu_in_width<W>(n) != 0) { result = sfpu_shift(a.i(), n); }
    v_endif;
    return sfpu_wrap<W>(result);
  });
}

template <int W, class A, class B>
inline void sfpu_shru(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() {
    const vInt n = b.i();
    vInt result = 0;
    v_if(sfpu_in_width<W>(n) != 0) {
      result = sfpu_shift_down(sfpu_unsigned<W>(a.i()), n);
    }
    v_endif;
    return sfpu_wrap<W>(result);
  });
}

template <int W, class A, class B>
inline void sfpu_shrs(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() {
    const vInt x = a.i(), sign = sfpu_sign_mask(x);
    vInt n = b.i();
    v_if(sfpu_in_width<W>(n) == 0) { n = W - 1; }
    v_endif;
    return sfpu_shift_down(x ^ sign, n) ^ sign;
  });
}

// The zeros above the highest one of 32 bits: the exponent of the number as a
// float says where that is. The bit behind it is cleared first, so that rounding
// does not carry into the exponent. (SFPLZ is not in every simulator.)
sfpi_inline vInt sfpu_leading_zeros(vInt x) {
  const vInt size = (x - (x & sfpu_down(x, 1))) & 0x7fffffff;
  vInt zeros = 158 - sfpu_down(sfpu_bits(sfpi::int32_to_float(size, 0)), 23);
  v_if(x == 0) { zeros = 32; }
  v_endif;
  v_if(x < 0) { zeros = 0; }
  v_endif;
  return zeros;
}

template <int W, class A>
inline void sfpu_ctlz(uint32_t out, A a) {
  sfpu_ints(out, [a]() {
    return sfpu_leading_zeros(sfpu_unsigned<W>(a.i())) - (32 - W);
  });
}

template <int W, class A>
inline void sfpu_cttz(uint32_t out, A a) {
  sfpu_ints(out, [a]() {
    const vInt x = sfpu_unsigned<W>(a.i());
    vInt result = 31 - sfpu_leading_zeros(x & (0 - x));
    v_if(x == 0) { result = W; }
    v_endif;
    return result;
  });
}

template <int W, class A>
inline void sfpu_ctpop(uint32_t out, A a) {
  sfpu_ints(out, [a]() {
    vInt x = sfpu_unsigned<W>(a.i());
    x = x - (sfpu_down(x, 1) & 0x55555555);
    x = (x & 0x33333333) + (sfpu_down(x, 2) & 0x33333333);
    x = (x + sfpu_down(x, 4)) & 0x0f0f0f0f;
    x = x + sfpu_down(x, 8);
    return (x + sfpu_down(x, 16)) & 63;
  });
}

template <int W, class A, class B>
inline void sfpu_cmpi_eq(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() { return sfpu_below(a.i() ^ b.i(), 1); });
}

template <int W, class A, class B>
inline void sfpu_cmpi_ne(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() { return sfpu_below(a.i() ^ b.i(), 1) ^ 1; });
}

template <int W, class A, class B>
inline void sfpu_cmpi_slt(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() {
    return sfpu_less(sfpu_signed<W>(a.i()), sfpu_signed<W>(b.i()));
  });
}

template <int W, class A, class B>
inline void sfpu_cmpi_sle(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() {
    return sfpu_less(sfpu_signed<W>(b.i()), sfpu_signed<W>(a.i())) ^ 1;
  });
}

template <int W, class A, class B>
inline void sfpu_cmpi_sgt(uint32_t out, A a, B b) {
  sfpu_cmpi_slt<W>(out, b, a);
}

template <int W, class A, class B>
inline void sfpu_cmpi_sge(uint32_t out, A a, B b) {
  sfpu_cmpi_sle<W>(out, b, a);
}

template <int W, class A, class B>
inline void sfpu_cmpi_ult(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() { return sfpu_below(a.i(), b.i()); });
}

template <int W, class A, class B>
inline void sfpu_cmpi_ule(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() { return sfpu_below(b.i(), a.i()) ^ 1; });
}

template <int W, class A, class B>
inline void sfpu_cmpi_ugt(uint32_t out, A a, B b) {
  sfpu_cmpi_ult<W>(out, b, a);
}

template <int W, class A, class B>
inline void sfpu_cmpi_uge(uint32_t out, A a, B b) {
  sfpu_cmpi_ule<W>(out, b, a);
}

template <class A, class B, class C>
inline void sfpu_select(uint32_t out, A a, B b, C c) {
  sfpu_ints(out, [a, b, c]() { return sfpu_pick(a.i(), b.i(), c.i()); });
}

// ---- Casts: To and From are widths --------------------------------------------------

template <int From, class A>
inline void sfpu_uitofp(uint32_t out, A a) {
  sfpu_floats(out,
              [a]() { return sfpu_from_unsigned(sfpu_unsigned<From>(a.i())); });
}

template <int From, class A>
inline void sfpu_sitofp(uint32_t out, A a) {
  sfpu_floats(out, [a]() {
    const vInt x = sfpu_signed<From>(a.i()), sign = sfpu_sign_mask(x);
    vFloat result = sfpu_from_unsigned((x ^ sign) - sign);
    return sfpu_float(sfpu_bits(result) | (x & (int32_t)0x80000000));
  });
}

// The integer part of a magnitude below 2^32.
sfpi_inline vInt sfpu_integer_part(vFloat size) {
  const vInt exponent = sfpu_down(sfpu_bits(size), 23) - 127;
  const vInt fraction = (sfpu_bits(size) & 0x7fffff) | 0x800000;
  vInt result = 0;
  v_if(exponent >= 23) { result = sfpu_shift(fraction, exponent - 23); }
  v_elseif(exponent >= 0) {
    result = sfpu_shift_down(fraction, 23 - exponent);
  }
  v_endif;
  return result;
}

// Saturating; NaN gives 0.
template <int To, class A>
inline void sfpu_fptosi(uint32_t out, A a) {
  sfpu_ints(out, [a]() {
    const vFloat x = a.f();
    const vFloat size = sfpu_size(x);
    const vInt sign = sfpu_sign_mask(sfpu_bits(x));
    constexpr int32_t least = (int32_t)(0xffffffffu << (To - 1));
    constexpr uint32_t limit = (uint32_t)(126 + To) << 23;
    vInt result = sfpu_integer_part(size);
    result = (result ^ sign) - sign;
    v_if(sfpu_bits(size) >= (int32_t)limit) { result = sign ^ (~least); }
    v_endif;
    v_if(sfpu_nan(x) != 0) { result = 0; }
    v_endif;
    return sfpu_wrap<To>(result);
  });
}

template <int To, class A>
inline void sfpu_fptoui(uint32_t out, A a) {
  sfpu_ints(out, [a]() {
    const vFloat x = a.f();
    constexpr uint32_t limit = (uint32_t)(127 + To) << 23;
    vInt result = sfpu_integer_part(sfpu_size(x));
    v_if(sfpu_bits(x) >= (int32_t)limit) { result = -1; }
    v_endif;
    v_if(sfpu_bits(x) < 0) { result = 0; }
    v_endif;
    v_if(sfpu_nan(x) != 0) { result = 0; }
    v_endif;
    return sfpu_wrap<To>(result);
  });
}

template <int From, class A>
inline void sfpu_extsi(uint32_t out, A a) {
  sfpu_ints(out, [a]() { return sfpu_signed<From>(a.i()); });
}

template <int From, class A>
inline void sfpu_extui(uint32_t out, A a) {
  sfpu_ints(out, [a]() { return sfpu_unsigned<From>(a.i()); });
}

template <int To, class A>
inline void sfpu_trunci(uint32_t out, A a) {
  sfpu_ints(out, [a]() { return sfpu_wrap<To>(a.i()); });
}

// bf16 lanes hold the float of the same value: its high half is their bits.
template <class A>
inline void sfpu_bits_of_bf16(uint32_t out, A a) {
  sfpu_ints(out, [a]() { return sfpu_wrap<16>(sfpu_down(a.i(), 16)); });
}

template <class A>
inline void sfpu_bf16_of_bits(uint32_t out, A a) {
  sfpu_ints(out, [a]() { return a.i() << 16; });
}

sfpi_inline vInt sfpu_half_bits(vFloat x) {
  const vInt size = sfpu_bits(x) & 0x7fffffff;
  vInt result = sfpu_down(size - 0x38000000, 13);
  v_if(size < 0x38800000) {
    result = sfpu_integer_part(sfpu_float(size) * 16777216.0f);
  }
  v_endif;
  v_if(size >= 0x7f800000) { result = (sfpu_down(size, 13) & 0x3ff) | 0x7c00; }
  v_endif;
  return result | (sfpu_down(sfpu_bits(x), 16) & 0x8000);
}

template <class A>
inline void sfpu_bits_of_f16(uint32_t out, A a) {
  sfpu_ints(out, [a]() { return sfpu_wrap<16>(sfpu_half_bits(a.f())); });
}

template <class A>
inline void sfpu_f16_of_bits(uint32_t out, A a) {
  sfpu_ints(out, [a]() {
    const vInt bits = a.i();
    const vInt size = bits & 0x7fff;
    vInt result = (size << 13) + 0x38000000;
    v_if(size < 0x400) {
      result = sfpu_bits(sfpi::int32_to_float(size, 0) * 5.9604644775390625e-8f);
    }
    v_endif;
    v_if(size >= 0x7c00) { result = (size << 13) | 0x7f800000; }
    v_endif;
    return result | ((bits & 0x8000) << 16);
  });
}
