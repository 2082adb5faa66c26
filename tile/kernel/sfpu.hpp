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
  vInt i() const { return sfpi::dst_reg[tile * 32]; }
};

struct imm {
  uint32_t bits;
  vFloat f() const { return sfpi::reinterpret<vFloat>(i()); }
  vInt i() const { return vInt((int32_t)bits); }
};

inline void sfpu_init() {
  llk_math_eltwise_unary_sfpu_init<SfpuType::unused, false>();
}

// Runs |f| over the 1024 lanes of a tile, 32 lanes a call.
template <class F>
inline void sfpu_lanes(F f) {
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
    sfpi::dst_reg[out * 32] = result;
  });
}

// ---- Building blocks ----------------------------------------------------------

inline vInt sfpu_bits(vFloat x) { return sfpi::reinterpret<vInt>(x); }

inline vFloat sfpu_float(vInt x) { return sfpi::reinterpret<vFloat>(x); }

inline vInt sfpu_down(vInt x, int n) {
  return sfpi::reinterpret<vInt>(sfpi::reinterpret<vUInt>(x) >> n);
}

// -1 for negative values, else 0.
inline vInt sfpu_sign_mask(vInt x) { return 0 - sfpu_down(x, 31); }

// Brings a 32-bit result back to W bits.
template <int W>
inline vInt sfpu_wrap(vInt x) {
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
inline vInt sfpu_unsigned(vInt x) {
  if constexpr (W < 32) return x & ((1 << W) - 1);
  return x;
}

template <int W>
inline vInt sfpu_signed(vInt x) {
  if constexpr (W == 1) return 0 - x;
  return x;
}

// 1 where a < b. The difference decides unless the signs differ.
inline vInt sfpu_less(vInt a, vInt b) {
  vInt decides = a - b;
  v_if((a ^ b) < 0) { decides = a; }
  v_endif;
  return sfpu_down(decides, 31);
}

inline vInt sfpu_below(vInt a, vInt b) {
  const vInt flip = vInt((int32_t)0x80000000);
  return sfpu_less(a ^ flip, b ^ flip);
}

// 1 where x is a NaN.
inline vInt sfpu_nan(vFloat x) {
  const vInt size = sfpu_bits(x) & 0x7fffffff;
  return sfpu_down(0x7f800000 - size, 31);
}

// Integers in the order of floats: with -0 below +0, or with both 0.
inline vInt sfpu_order(vFloat x) {
  const vInt bits = sfpu_bits(x);
  return bits ^ (sfpu_sign_mask(bits) & 0x7fffffff);
}

inline vInt sfpu_order_zeros_equal(vFloat x) {
  const vInt order = sfpu_order(x);
  return order - sfpu_sign_mask(order);
}

// Exact halves, one rounding: an integer of 32 bits as a float.
inline vFloat sfpu_from_unsigned(vInt x) {
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
inline vFloat sfpu_choose(vFloat a, vFloat b, vFloat x, vFloat y) {
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
inline vFloat sfpu_roundeven_size(vFloat size) {
  vFloat result = size;
  v_if(size < 8388608.0f) {
    result = size + 8388608.0f;
    result = result - 8388608.0f;
  }
  v_endif;
  return result;
}

inline vFloat sfpu_floor_size(vFloat size) {
  vFloat result = sfpu_roundeven_size(size);
  v_if(result > size) { result = result - 1.0f; }
  v_endif;
  return result;
}

inline vFloat sfpu_size(vFloat x) {
  return sfpu_float(sfpu_bits(x) & 0x7fffffff);
}

inline vFloat sfpu_with_sign(vFloat size, vFloat x) {
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
inline vFloat sfpu_fmod(vFloat a, vFloat b) {
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

// The angle of (x, y): a polynomial in the smaller over the larger magnitude,
// then mirrored into the octant. recip_tile_init must have run.
template <class A, class B>
inline void sfpu_atan2(uint32_t out, A a, B b) {
  sfpu_floats(out, [a, b]() {
    const vFloat y = a.f(), x = b.f();
    const vFloat ys = sfpu_size(y), xs = sfpu_size(x);
    vFloat small = sfpu_choose(ys, xs, ys, xs);
    vFloat large = sfpu_choose(ys, xs, xs, ys);
    v_if(large == 0.0f) { large = 1.0f; }
    v_endif;
    vFloat ratio = small * ckernel::sfpu::_sfpu_reciprocal_<2>(large);
    v_if(sfpu_bits(small) == sfpu_bits(large)) { ratio = 1.0f; }
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
    v_if(sfpu_less(sfpu_order(xs), sfpu_order(ys)) != 0) {
      angle = 1.57079632679f - angle;
    }
    v_endif;
    v_if(sfpu_bits(x) < 0) { angle = 3.14159265359f - angle; }
    v_endif;
    angle = sfpu_with_sign(angle, y);
    v_if(sfpu_nan(x) != 0) { angle = x; }
    v_endif;
    v_if(sfpu_nan(y) != 0) { angle = y; }
    v_endif;
    return angle;
  });
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

inline vFloat sfpu_to_f16(vFloat x) {
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

// The 64-bit product, a bit of b a step: high:low, shifted down as it grows.
struct sfpu_product {
  vInt high, low;
};

inline sfpu_product sfpu_multiply(vInt a, vInt b) {
  sfpu_product p = {0, b};
  for (int step = 0; step < 32; ++step) {
    vInt carry = 0;
    v_if((p.low & 1) != 0) {
      const vInt sum = p.high + a;
      carry = sfpu_below(sum, a);
      p.high = sum;
    }
    v_endif;
    p.low = sfpu_down(p.low, 1) | (p.high << 31);
    p.high = sfpu_down(p.high, 1) | (carry << 31);
  }
  return p;
}

template <int W, class A, class B>
inline void sfpu_mul(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() {
    return sfpu_wrap<W>(sfpu_multiply(a.i(), b.i()).low);
  });
}

template <int W, class A, class B>
inline void sfpu_mulhu(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() {
    const sfpu_product p =
        sfpu_multiply(sfpu_unsigned<W>(a.i()), sfpu_unsigned<W>(b.i()));
    if constexpr (W == 32) return p.high;
    return sfpu_wrap<W>(sfpu_down(p.low, W));
  });
}

template <int W, class A, class B>
inline void sfpu_mulhs(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() {
    const vInt x = sfpu_signed<W>(a.i()), y = sfpu_signed<W>(b.i());
    const sfpu_product p = sfpu_multiply(x, y);
    if constexpr (W == 32) {
      return p.high - (sfpu_sign_mask(x) & y) - (sfpu_sign_mask(y) & x);
    }
    return sfpu_wrap<W>(sfpu_down(p.low, W));
  });
}

// Long division of unsigned values; by 0 the quotient is all ones and the
// remainder n.
struct sfpu_quotient {
  vInt quotient, remainder;
};

inline sfpu_quotient sfpu_divide(vInt n, vInt d) {
  sfpu_quotient r = {n, 0};
  for (int step = 0; step < 32; ++step) {
    const vInt carry = sfpu_down(r.remainder, 31);
    r.remainder = (r.remainder << 1) | sfpu_down(r.quotient, 31);
    r.quotient = r.quotient << 1;
    const vInt fits = carry | (sfpu_below(r.remainder, d) ^ 1);
    v_if(fits != 0) {
      r.remainder = r.remainder - d;
      r.quotient = r.quotient | 1;
    }
    v_endif;
  }
  return r;
}

// Signed, towards zero, RISC-V's results for 0 and MIN / -1.
inline sfpu_quotient sfpu_divide_signed(vInt n, vInt d) {
  const vInt ns = sfpu_sign_mask(n), ds = sfpu_sign_mask(d);
  sfpu_quotient r = sfpu_divide((n ^ ns) - ns, (d ^ ds) - ds);
  const vInt qs = ns ^ ds;
  v_if(d != 0) { r.quotient = (r.quotient ^ qs) - qs; }
  v_endif;
  r.remainder = (r.remainder ^ ns) - ns;
  return r;
}

template <int W, class A, class B>
inline void sfpu_divu(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() {
    return sfpu_wrap<W>(
        sfpu_divide(sfpu_unsigned<W>(a.i()), sfpu_unsigned<W>(b.i())).quotient);
  });
}

template <int W, class A, class B>
inline void sfpu_remu(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() {
    return sfpu_wrap<W>(
        sfpu_divide(sfpu_unsigned<W>(a.i()), sfpu_unsigned<W>(b.i()))
            .remainder);
  });
}

template <int W, class A, class B>
inline void sfpu_ceildivu(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() {
    const vInt d = sfpu_unsigned<W>(b.i());
    const sfpu_quotient r = sfpu_divide(sfpu_unsigned<W>(a.i()), d);
    vInt result = r.quotient;
    v_if(d != 0 && r.remainder != 0) { result = result + 1; }
    v_endif;
    return sfpu_wrap<W>(result);
  });
}

template <int W, class A, class B>
inline void sfpu_divs(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() {
    return sfpu_wrap<W>(
        sfpu_divide_signed(sfpu_signed<W>(a.i()), sfpu_signed<W>(b.i()))
            .quotient);
  });
}

template <int W, class A, class B>
inline void sfpu_rems(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() {
    return sfpu_wrap<W>(
        sfpu_divide_signed(sfpu_signed<W>(a.i()), sfpu_signed<W>(b.i()))
            .remainder);
  });
}

template <int W, class A, class B>
inline void sfpu_floordivs(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() {
    const vInt n = sfpu_signed<W>(a.i()), d = sfpu_signed<W>(b.i());
    const sfpu_quotient r = sfpu_divide_signed(n, d);
    vInt result = r.quotient;
    v_if(d != 0 && r.remainder != 0 && (n ^ d) < 0) { result = result - 1; }
    v_endif;
    return sfpu_wrap<W>(result);
  });
}

template <int W, class A, class B>
inline void sfpu_ceildivs(uint32_t out, A a, B b) {
  sfpu_ints(out, [a, b]() {
    const vInt n = sfpu_signed<W>(a.i()), d = sfpu_signed<W>(b.i());
    const sfpu_quotient r = sfpu_divide_signed(n, d);
    vInt result = r.quotient;
    v_if(d != 0 && r.remainder != 0 && (n ^ d) >= 0) { result = result + 1; }
    v_endif;
    return sfpu_wrap<W>(result);
  });
}

// a where |less| is not 0, else b.
inline vInt sfpu_pick(vInt less, vInt a, vInt b) {
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
inline vInt sfpu_shift(vInt x, vInt n) {
  return sfpi::reinterpret<vInt>(
      sfpi::shft(sfpi::reinterpret<vUInt>(x), n & 31));
}

inline vInt sfpu_shift_down(vInt x, vInt n) {
  return sfpi::reinterpret<vInt>(
      sfpi::shft(sfpi::reinterpret<vUInt>(x), 0 - (n & 31)));
}

// 1 where a W-bit amount is below W.
template <int W>
inline vInt sfpu_in_width(vInt n) {
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

template <int W, class A>
inline void sfpu_ctlz(uint32_t out, A a) {
  sfpu_ints(out,
            [a]() { return sfpi::lz(sfpu_unsigned<W>(a.i())) - (32 - W); });
}

template <int W, class A>
inline void sfpu_cttz(uint32_t out, A a) {
  sfpu_ints(out, [a]() {
    const vInt x = sfpu_unsigned<W>(a.i());
    vInt result = 31 - sfpi::lz(x & (0 - x));
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
inline vInt sfpu_integer_part(vFloat size) {
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

inline vInt sfpu_half_bits(vFloat x) {
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
