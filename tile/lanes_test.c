// Every lane op of every dtype against an independent reference in __int128 and
// long double, and every instruction set against the portable one, bit by bit.
// An exact op without a reference here fails the test; functions with a
// tolerance have theirs in math_test.c.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka wants the four above first.
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tile/lanes.h"

enum { N = 515 };  // lanes: whole vectors and a rest

__extension__ typedef __int128 wide_t;

static uint64_t random_bits(void) {
  static uint64_t state = 0x9E3779B97F4A7C15ull;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

// ---- Values ---------------------------------------------------------------

// A lane, whatever its type.
typedef union lane_t {
  int32_t i32;
  int64_t i64;
  float f32;
  double f64;
} lane_t;

static bool is_float(tt_dtype_t type) { return tt_dtype_desc(type)->is_float; }
static uint32_t lane_bytes(tt_dtype_t type) {
  return tt_dtype_desc(type)->lane_bytes;
}
static int bits_of(tt_dtype_t type) {
  return type == TT_DTYPE_I1 ? 1 : tt_dtype_desc(type)->storage_bits;
}

// |x| rounded to nearest even with |precision| bits and least exponent |low|.
static long double round_float(long double x, int precision, int low,
                               long double largest) {
  if (isnan(x) || isinf(x) || x == 0) return x;
  int exponent = 0;
  frexpl(x, &exponent);
  int unit = exponent - precision;
  if (unit < low) unit = low;
  long double rounded = ldexpl(nearbyintl(ldexpl(x, -unit)), unit);
  if (rounded == 0) return copysignl(0, x);
  return fabsl(rounded) > largest ? copysignl(INFINITY, x) : rounded;
}

static lane_t float_lane(tt_dtype_t type, long double x) {
  lane_t lane = {.i64 = 0};
  switch (type) {
    case TT_DTYPE_F16:
      lane.f32 = (float)round_float(x, 11, -24, 65504);
      break;
    case TT_DTYPE_BF16:
      lane.f32 = (float)round_float(x, 8, -133, 0x1.fep127L);
      break;
    case TT_DTYPE_F32:
      lane.f32 = (float)x;
      break;
    default:
      lane.f64 = (double)x;
  }
  return lane;
}

static lane_t int_lane(tt_dtype_t type, wide_t x) {
  lane_t lane = {.i64 = 0};
  int bits = bits_of(type);
  if (type == TT_DTYPE_I64) {
    lane.i64 = (int64_t)(uint64_t)x;
    return lane;
  }
  uint64_t low = (uint64_t)x & ((UINT64_C(1) << bits) - 1);
  bool negative = bits > 1 && (low >> (bits - 1));
  lane.i32 = (int32_t)(negative ? low | ~UINT64_C(0) << bits : low);
  return lane;
}

static long double float_of(tt_dtype_t type, lane_t lane) {
  return type == TT_DTYPE_F64 ? (long double)lane.f64 : (long double)lane.f32;
}
static wide_t signed_of(tt_dtype_t type, lane_t lane) {
  if (type == TT_DTYPE_I1) return -(wide_t)lane.i32;
  return type == TT_DTYPE_I64 ? (wide_t)lane.i64 : (wide_t)lane.i32;
}
static wide_t unsigned_of(tt_dtype_t type, lane_t lane) {
  wide_t value = signed_of(type, lane);
  return value < 0 ? value + ((wide_t)1 << bits_of(type)) : value;
}

static lane_t random_lane(tt_dtype_t type, uint32_t i) {
  static const double specials[] = {
      0.0,       -0.0,     1,         -1,     0.5,   -0.5,    1.5,
      2.5,       -2.5,     127,       -128.9, 255.5, 65504,   1e5,
      2e9,       -3e9,     5e9,       1e19,   -1e19, 0x1p-24, 0x1p-149,
      0x1p-1074, INFINITY, -INFINITY, NAN,    3e38,  1e308,   8388609.5};
  enum { SPECIALS = sizeof(specials) / sizeof(specials[0]) };
  uint64_t bits = random_bits();
  if (is_float(type)) {
    if (i % 3 == 0) {
      return float_lane(type, specials[bits % SPECIALS]);
    }
    long double unit = (long double)(int64_t)bits * 0x1p-63L;
    return float_lane(type, ldexpl(unit, (int)(random_bits() % 40) - 20));
  }
  switch (i % 4) {
    case 0:
      return int_lane(type, (wide_t)(int64_t)(bits % 7) - 3);
    case 1:
      return int_lane(type, (wide_t)1 << (bits_of(type) - 1));
    case 2:
      return int_lane(type, (wide_t)(int64_t)(bits >> 56));
    default:
      return int_lane(type, (wide_t)(int64_t)bits);
  }
}

// ---- References -----------------------------------------------------------

typedef struct call_t {
  tt_op_t op;
  tt_dtype_t type, type2;
  uint32_t attr;
  lane_t a, b, c;
} call_t;

static bool same_order(long double a, long double b, tt_predf_t pred) {
  bool unordered = isnan(a) || isnan(b);
  switch (pred) {
    case TT_PREDF_OEQ:
      return !unordered && a == b;
    case TT_PREDF_OGT:
      return !unordered && a > b;
    case TT_PREDF_OGE:
      return !unordered && a >= b;
    case TT_PREDF_OLT:
      return !unordered && a < b;
    case TT_PREDF_OLE:
      return !unordered && a <= b;
    case TT_PREDF_ONE:
      return !unordered && a != b;
    case TT_PREDF_ORD:
      return !unordered;
    case TT_PREDF_UEQ:
      return unordered || a == b;
    case TT_PREDF_UGT:
      return unordered || a > b;
    case TT_PREDF_UGE:
      return unordered || a >= b;
    case TT_PREDF_ULT:
      return unordered || a < b;
    case TT_PREDF_ULE:
      return unordered || a <= b;
    case TT_PREDF_UNE:
      return unordered || a != b;
    default:
      return unordered;
  }
}

static bool compare_ints(const call_t* call) {
  wide_t a = signed_of(call->type, call->a), b = signed_of(call->type, call->b);
  wide_t ua = unsigned_of(call->type, call->a);
  wide_t ub = unsigned_of(call->type, call->b);
  switch ((tt_predi_t)call->attr) {
    case TT_PREDI_EQ:
      return a == b;
    case TT_PREDI_NE:
      return a != b;
    case TT_PREDI_SLT:
      return a < b;
    case TT_PREDI_SLE:
      return a <= b;
    case TT_PREDI_SGT:
      return a > b;
    case TT_PREDI_SGE:
      return a >= b;
    case TT_PREDI_ULT:
      return ua < ub;
    case TT_PREDI_ULE:
      return ua <= ub;
    case TT_PREDI_UGT:
      return ua > ub;
    default:
      return ua >= ub;
  }
}

static long double largest_of(long double a, long double b) {
  if (a == b) return signbit(a) ? b : a;
  return a > b ? a : b;
}

// Sums and products of doubles: the machine's own, since long double would
// round twice.
static long double arithmetic(const call_t* call, long double a, long double b,
                              char op) {
  if (call->type == TT_DTYPE_F64) {
    double x = call->a.f64, y = call->b.f64;
    volatile double r = op == '+'   ? x + y
                        : op == '-' ? x - y
                        : op == '*' ? x * y
                                    : x / y;
    return r;
  }
  return op == '+' ? a + b : op == '-' ? a - b : op == '*' ? a * b : a / b;
}

// Float ops whose result is a float and exact or rounded once; false for the
// others.
static bool float_reference(const call_t* call, long double* out) {
  long double a = float_of(call->type, call->a);
  long double b = float_of(call->type, call->b);
  bool none = isnan(a) || isnan(b);
  switch (call->op) {
    case TT_OP_MOV:
      *out = a;
      return true;
    case TT_OP_ADD:
      *out = arithmetic(call, a, b, '+');
      return true;
    case TT_OP_SUB:
      *out = arithmetic(call, a, b, '-');
      return true;
    case TT_OP_MUL:
      *out = arithmetic(call, a, b, '*');
      return true;
    case TT_OP_DIVF:
      *out = arithmetic(call, a, b, '/');
      return true;
    case TT_OP_RECIP:
      if (call->type == TT_DTYPE_F64)
        *out = 1.0 / call->a.f64;
      else
        *out = 1 / a;
      return true;
    case TT_OP_SQRT:
      if (call->type == TT_DTYPE_F64)
        *out = sqrt(call->a.f64);
      else
        *out = sqrtl(a);
      return true;
    case TT_OP_FMA:
      if (call->type == TT_DTYPE_F64) {
        *out = fma(call->a.f64, call->b.f64, call->c.f64);
      } else if (call->type == TT_DTYPE_F32) {
        *out = fmaf(call->a.f32, call->b.f32, call->c.f32);
      } else {
        *out = fmal(a, b, float_of(call->type, call->c));
      }
      return true;
    case TT_OP_REMF:
      *out = fmodl(a, b);
      return true;
    case TT_OP_MAXF:
      *out = none ? NAN : largest_of(a, b);
      return true;
    case TT_OP_MINF:
      *out = none ? NAN : -largest_of(-a, -b);
      return true;
    case TT_OP_MAXNUMF:
      *out = isnan(a) ? b : isnan(b) ? a : largest_of(a, b);
      return true;
    case TT_OP_MINNUMF:
      *out = isnan(a) ? b : isnan(b) ? a : -largest_of(-a, -b);
      return true;
    case TT_OP_NEGF:
      *out = -a;
      return true;
    case TT_OP_ABSF:
      *out = fabsl(a);
      return true;
    case TT_OP_COPYSIGN:
      *out = copysignl(a, b);
      return true;
    case TT_OP_FLOOR:
      *out = floorl(a);
      return true;
    case TT_OP_CEIL:
      *out = ceill(a);
      return true;
    case TT_OP_TRUNC:
      *out = truncl(a);
      return true;
    case TT_OP_ROUND:
      *out = roundl(a);
      return true;
    case TT_OP_ROUNDEVEN:
      *out = nearbyintl(a);
      return true;
    default:
      return false;
  }
}

static wide_t floor_div(wide_t a, wide_t b) {
  wide_t q = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}

// Powers by plain repetition; exponents are small or the base is trivial.
static wide_t power(wide_t a, wide_t b) {
  if (b < 0) return a == 1 ? 1 : a == -1 ? (b % 2 ? -1 : 1) : 0;
  uint64_t result = 1, base = (uint64_t)a;
  for (int bit = 62; bit >= 0; --bit) {
    result *= result;
    if (b >> bit & 1) result *= base;
  }
  return (wide_t)result;
}

static bool int_reference(const call_t* call, wide_t* out) {
  int bits = bits_of(call->type);
  wide_t a = signed_of(call->type, call->a), b = signed_of(call->type, call->b);
  wide_t ua = unsigned_of(call->type, call->a);
  wide_t ub = unsigned_of(call->type, call->b);
  wide_t count = 0;
  switch (call->op) {
    case TT_OP_MOV:
      *out = a;
      return true;
    case TT_OP_ADD:
      *out = a + b;
      return true;
    case TT_OP_SUB:
      *out = a - b;
      return true;
    case TT_OP_MUL:
      *out = (wide_t)((uint64_t)a * (uint64_t)b);
      return true;
    case TT_OP_DIVS:
      *out = b == 0 ? -1 : a / b;
      return true;
    case TT_OP_DIVU:
      *out = ub == 0 ? -1 : ua / ub;
      return true;
    case TT_OP_REMS:
      *out = b == 0 ? a : a % b;
      return true;
    case TT_OP_REMU:
      *out = ub == 0 ? ua : ua % ub;
      return true;
    case TT_OP_CEILDIVS:
      *out = b == 0 ? -1 : -floor_div(-a, b);
      return true;
    case TT_OP_FLOORDIVS:
      *out = b == 0 ? -1 : floor_div(a, b);
      return true;
    case TT_OP_CEILDIVU:
      *out = ub == 0 ? -1 : -floor_div(-ua, ub);
      return true;
    case TT_OP_MAXS:
      *out = a > b ? a : b;
      return true;
    case TT_OP_MINS:
      *out = a < b ? a : b;
      return true;
    case TT_OP_MAXU:
      *out = ua > ub ? ua : ub;
      return true;
    case TT_OP_MINU:
      *out = ua < ub ? ua : ub;
      return true;
    case TT_OP_ABSI:
      *out = a < 0 ? -a : a;
      return true;
    case TT_OP_MULHS:
      *out = a * b >> bits;
      return true;
    case TT_OP_MULHU:
      *out = (wide_t)((unsigned __int128)ua * (unsigned __int128)ub >> bits);
      return true;
    case TT_OP_AND:
      *out = a & b;
      return true;
    case TT_OP_OR:
      *out = a | b;
      return true;
    case TT_OP_XOR:
      *out = a ^ b;
      return true;
    case TT_OP_SHL:
      *out = ub >= bits ? 0 : ua << (int)ub;
      return true;
    case TT_OP_SHRS:
      *out = a >> (ub >= bits ? bits - 1 : (int)ub);
      return true;
    case TT_OP_SHRU:
      *out = ub >= bits ? 0 : ua >> (int)ub;
      return true;
    case TT_OP_CTLZ:
      while (count < bits && !(ua >> (bits - 1 - (int)count) & 1)) ++count;
      *out = count;
      return true;
    case TT_OP_CTTZ:
      while (count < bits && !(ua >> (int)count & 1)) ++count;
      *out = count;
      return true;
    case TT_OP_CTPOP:
      for (int i = 0; i < bits; ++i) count += ua >> i & 1;
      *out = count;
      return true;
    case TT_OP_IPOWI:
      *out = power(a, b);
      return true;
    default:
      return false;
  }
}

static wide_t saturate(long double x, long double low, long double high) {
  if (isnan(x)) return 0;
  x = truncl(x);
  return (wide_t)(x < low ? low : x > high ? high : x);
}

// The bits of a value in memory, and the lane of bits.
static uint64_t memory_bits(const tt_lanes_t* lanes, tt_dtype_t type,
                            lane_t lane) {
  uint64_t bits = 0;
  lanes->memory[type].store(&bits, 0, 1, &lane, 1);
  return bits;
}
static lane_t lane_of_bits(const tt_lanes_t* lanes, tt_dtype_t type,
                           uint64_t bits) {
  lane_t lane = {.i64 = 0};
  lanes->memory[type].load(&lane, &bits, 0, 1, 1);
  return lane;
}

// Ops of two types. False: none of them.
static bool cast_reference(const tt_lanes_t* lanes, const call_t* call,
                           lane_t* out) {
  tt_dtype_t to = call->type, from = call->type2;
  int bits = bits_of(to);
  switch (call->op) {
    case TT_OP_FPCAST:
      *out = float_lane(to, float_of(from, call->a));
      return true;
    case TT_OP_SITOFP:
      *out = float_lane(to, (long double)signed_of(from, call->a));
      return true;
    case TT_OP_UITOFP:
      *out = float_lane(to, (long double)unsigned_of(from, call->a));
      return true;
    case TT_OP_FPTOSI:
      *out =
          int_lane(to, saturate(float_of(from, call->a), -ldexpl(1, bits - 1),
                                ldexpl(1, bits - 1) - 1));
      return true;
    case TT_OP_FPTOUI:
      *out = int_lane(
          to, saturate(float_of(from, call->a), 0, ldexpl(1, bits) - 1));
      return true;
    case TT_OP_EXTSI:
    case TT_OP_TRUNCI:
      *out = int_lane(to, signed_of(from, call->a));
      return true;
    case TT_OP_EXTUI:
      *out = int_lane(to, unsigned_of(from, call->a));
      return true;
    case TT_OP_BITCAST:
      *out = lane_of_bits(lanes, to, memory_bits(lanes, from, call->a));
      return true;
    default:
      return false;
  }
}

// What |call| should give; false when only a tolerance is known (math_test.c).
static bool reference(const tt_lanes_t* lanes, const call_t* call,
                      lane_t* out) {
  long double f;
  wide_t i;
  switch (call->op) {
    case TT_OP_ISNAN:
      out->i32 = isnan(float_of(call->type, call->a)) != 0;
      return true;
    case TT_OP_ISINF:
      out->i32 = isinf(float_of(call->type, call->a)) != 0;
      return true;
    case TT_OP_ISFINITE:
      out->i32 = isfinite(float_of(call->type, call->a)) != 0;
      return true;
    case TT_OP_CMPF:
      out->i32 =
          same_order(float_of(call->type, call->a),
                     float_of(call->type, call->b), (tt_predf_t)call->attr);
      return true;
    case TT_OP_CMPI:
      out->i32 = compare_ints(call);
      return true;
    case TT_OP_SELECT:
      *out = call->a.i32 ? call->b : call->c;
      return true;
    default:
      break;
  }
  if (cast_reference(lanes, call, out)) return true;
  if (is_float(call->type) && float_reference(call, &f)) {
    *out = float_lane(call->type, f);
    return true;
  }
  if (!is_float(call->type) && int_reference(call, &i)) {
    *out = int_lane(call->type, i);
    return true;
  }
  return false;
}

// ---- One op ---------------------------------------------------------------

typedef struct vectors_t {
  lane_t a[N], b[N], c[N], result[N];  // lanes of their types, packed
} vectors_t;

static void put(void* array, uint32_t bytes, uint32_t i, lane_t lane) {
  memcpy((uint8_t*)array + (size_t)i * bytes, &lane, bytes);
}
static lane_t get(const void* array, uint32_t bytes, uint32_t i) {
  lane_t lane = {.i64 = 0};
  memcpy(&lane, (const uint8_t*)array + (size_t)i * bytes, bytes);
  return lane;
}

static bool same(tt_dtype_t type, lane_t x, lane_t y) {
  if (is_float(type)) {
    long double a = float_of(type, x), b = float_of(type, y);
    if (isnan(a) || isnan(b)) return isnan(a) && isnan(b);
    return a == b && signbit(a) == signbit(b);
  }
  return lane_bytes(type) == 8 ? x.i64 == y.i64 : x.i32 == y.i32;
}

// Types of the operands and the result of a call.
static void types_of(const call_t* call, tt_dtype_t out[4]) {
  const tt_op_desc_t* desc = &tt_op_descs[call->op];
  for (int k = 0; k < 3; ++k) {
    char letter = k < (int)strlen(desc->signature) ? desc->signature[k] : 's';
    out[k] = letter == 'u'   ? call->type2
             : letter == 'b' ? TT_DTYPE_I1
                             : call->type;
  }
  out[3] = desc->result == TT_RESULT_I1 ? TT_DTYPE_I1 : call->type;
}

static void test_call(call_t call) {
  static vectors_t v;
  static lane_t first[N];
  const tt_op_desc_t* desc = &tt_op_descs[call.op];
  const char* type = tt_dtype_desc(call.type)->name;
  const tt_lanes_t* portable = tt_lanes(TT_ISA_PORTABLE);
  tt_dtype_t types[4];
  types_of(&call, types);
  for (uint32_t i = 0; i < N; ++i) {
    put(v.a, lane_bytes(types[0]), i, random_lane(types[0], i));
    put(v.b, lane_bytes(types[1]), i, random_lane(types[1], i / 3));
    put(v.c, lane_bytes(types[2]), i, random_lane(types[2], i / 5));
  }
  uint32_t bytes = lane_bytes(types[3]);
  for (int isa = 0; isa < TT_ISA_COUNT; ++isa) {
    const tt_lanes_t* lanes = tt_lanes((tt_isa_t)isa);
    if (!lanes) continue;
    tt_lane_fn_t fn = lanes->lookup(call.op, call.type, call.type2, call.attr);
    if (!fn)
      fail_msg("%s.%s has no %s function", desc->mnemonic, type, lanes->name);
    fn(v.result, v.a, v.b, v.c, N);
    if (isa == TT_ISA_PORTABLE) memcpy(first, v.result, sizeof(first));
    for (uint32_t i = 0; i < N; ++i) {
      lane_t got = get(v.result, bytes, i), want = get(first, bytes, i);
      call.a = get(v.a, lane_bytes(types[0]), i);
      call.b = get(v.b, lane_bytes(types[1]), i);
      call.c = get(v.c, lane_bytes(types[2]), i);
      if (!same(types[3], got, want)) {
        fail_msg("%s.%s: %s gives %llx, portable %llx", desc->mnemonic, type,
                 lanes->name, (long long)got.i64, (long long)want.i64);
      }
      bool known = reference(portable, &call, &want);
      if (known && !same(types[3], got, want)) {
        fail_msg(
            "%s.%s.%s attr %u of %llx, %llx, %llx: got %llx, expected %llx",
            desc->mnemonic, type, tt_dtype_desc(call.type2)->name, call.attr,
            (long long)call.a.i64, (long long)call.b.i64, (long long)call.c.i64,
            (long long)got.i64, (long long)want.i64);
      }
      if (!known && desc->ulp == 0) {
        fail_msg("%s.%s has no reference", desc->mnemonic, type);
      }
    }
  }
}

static uint32_t attr_count(const tt_op_desc_t* desc) {
  if (desc->attr == TT_ATTR_PREDF) return TT_PREDF_COUNT;
  if (desc->attr == TT_ATTR_PREDI) return TT_PREDI_COUNT;
  return 1;
}

// Whether the verifier lets the op cast between types of these widths.
static bool widths_fit(tt_op_t op, tt_dtype_t to, tt_dtype_t from) {
  switch (op) {
    case TT_OP_BITCAST:
      return bits_of(to) == bits_of(from);
    case TT_OP_TRUNCI:
      return bits_of(to) < bits_of(from);
    case TT_OP_EXTSI:
    case TT_OP_EXTUI:
      return bits_of(to) > bits_of(from);
    default:
      return true;
  }
}

static void test_op(tt_op_t op) {
  const tt_op_desc_t* desc = &tt_op_descs[op];
  for (int type = 1; type < TT_DTYPE_COUNT; ++type) {
    if (!(desc->types >> type & 1)) continue;
    for (int type2 = 0; type2 < TT_DTYPE_COUNT; ++type2) {
      bool wanted = desc->types2 ? (desc->types2 >> type2 & 1) : type2 == 0;
      if (!wanted || !widths_fit(op, (tt_dtype_t)type, (tt_dtype_t)type2)) {
        continue;
      }
      for (uint32_t attr = 0; attr < attr_count(desc); ++attr) {
        test_call((call_t){.op = op,
                           .type = (tt_dtype_t)type,
                           .type2 = (tt_dtype_t)type2,
                           .attr = attr});
      }
    }
  }
}

static void test_every_op(void** state) {
  for (int op = 0; op < TT_OP_COUNT; ++op) {
    if (tt_op_descs[op].op_class == TT_OP_CLASS_LANE) test_op((tt_op_t)op);
  }
}

// The narrow types are the float op, rounded.
static void test_narrow_math(void** state) {
  const tt_lanes_t* lanes = tt_lanes(tt_isa_best());
  for (int op = 0; op < TT_OP_COUNT; ++op) {
    const tt_op_desc_t* desc = &tt_op_descs[op];
    if (desc->op_class != TT_OP_CLASS_LANE || desc->ulp == 0 || desc->types2) {
      continue;
    }
    for (int type = TT_DTYPE_F16; type <= TT_DTYPE_BF16; ++type) {
      for (uint32_t i = 0; i < N; ++i) {
        lane_t a = random_lane((tt_dtype_t)type, i);
        lane_t b = random_lane((tt_dtype_t)type, i / 3), got, wide;
        lanes->lookup(op, (tt_dtype_t)type, 0, 0)(&got, &a, &b, NULL, 1);
        lanes->lookup(op, TT_DTYPE_F32, 0, 0)(&wide, &a, &b, NULL, 1);
        lane_t want = float_lane((tt_dtype_t)type, wide.f32);
        if (!same((tt_dtype_t)type, got, want)) {
          fail_msg("%s of %a, %a: got %a, expected %a", desc->mnemonic, a.f32,
                   b.f32, got.f32, want.f32);
        }
      }
    }
  }
}

// A target may be an operand.
static void test_in_place(void** state) {
  for (int isa = 0; isa < TT_ISA_COUNT; ++isa) {
    const tt_lanes_t* lanes = tt_lanes((tt_isa_t)isa);
    if (!lanes) continue;
    float x[N], y[N], want[N];
    for (int i = 0; i < N; ++i) x[i] = (float)i * 1e5f, y[i] = 1.0f / (1 + i);
    static const tt_op_t ops[] = {TT_OP_SUB, TT_OP_SIN, TT_OP_EXP, TT_OP_POW};
    for (int k = 0; k < 4; ++k) {
      tt_lane_fn_t fn = lanes->lookup(ops[k], TT_DTYPE_F32, 0, 0);
      float copy[N];
      memcpy(copy, x, sizeof(x));
      fn(want, x, y, NULL, N);
      fn(copy, copy, y, NULL, N);
      assert_memory_equal(copy, want, sizeof(want));
      memcpy(copy, y, sizeof(y));
      fn(copy, x, copy, NULL, N);
      assert_memory_equal(copy, want, sizeof(want));
    }
  }
}

// Loads and stores of every dtype, contiguous, strided and by index.
static void test_memory(void** state) {
  for (int isa = 0; isa < TT_ISA_COUNT; ++isa) {
    const tt_lanes_t* lanes = tt_lanes((tt_isa_t)isa);
    if (!lanes) continue;
    for (int type = 1; type < TT_DTYPE_COUNT; ++type) {
      const tt_memory_fns_t* fns = &lanes->memory[type];
      tt_dtype_t value = tt_dtype_of_register((tt_dtype_t)type);
      uint32_t bytes = lane_bytes(value);
      uint8_t memory[8 * 4 * N + 64] = {0};
      lane_t in[N], out[N];
      int64_t index[N];
      for (uint32_t i = 0; i < N; ++i) {
        lane_t lane = random_lane(value, i);
        if (type == TT_DTYPE_I4) lane.i32 = (int32_t)(i * 5 % 16) - 8;
        if (type == TT_DTYPE_I2) lane.i32 = (int32_t)(i * 3 % 4) - 2;
        put(in, bytes, i, lane);
        index[i] = (int64_t)((i * 7) % N);
      }
      static const int64_t strides[] = {1, 3, -2};
      for (int s = 0; s < 3; ++s) {
        int64_t first = strides[s] < 0 ? 2 * N : 1;
        fns->store(memory + 1, first, strides[s], in, N);
        fns->load(out, memory + 1, first, strides[s], N);
        for (uint32_t i = 0; i < N; ++i) {
          assert_true(same(value, get(in, bytes, i), get(out, bytes, i)));
        }
      }
      fns->scatter(memory + 1, index, in, N);
      fns->gather(out, memory + 1, index, N);
      for (uint32_t i = 0; i < N; ++i) {
        assert_true(same(value, get(in, bytes, i), get(out, bytes, i)));
      }
    }
  }
}

static uint32_t face_index(uint32_t r, uint32_t c) {
  return (r / 16 * 2 + c / 16) * 256 + r % 16 * 16 + c % 16;
}

static void test_matmul(void** state) {
  float a[1024], b[1024], want[1024], got[1024];
  for (uint32_t rows = 1; rows <= 32; rows += rows < 4 ? 1 : 7) {
    const uint32_t inner = rows % 2 ? 32 : rows - 1;
    for (int i = 0; i < 1024; ++i) {
      a[i] = random_lane(TT_DTYPE_F32, 1).f32;
      b[i] = random_lane(TT_DTYPE_F32, 1).f32;
      want[i] = random_lane(TT_DTYPE_F32, 1).f32;
    }
    float start[1024];
    memcpy(start, want, sizeof(start));
    for (uint32_t r = 0; r < rows; ++r) {
      for (uint32_t c = 0; c < 32; ++c) {
        for (uint32_t k = 0; k < inner; ++k) {
          volatile float product = a[face_index(r, k)] * b[face_index(k, c)];
          want[face_index(r, c)] += product;
        }
      }
    }
    for (int isa = 0; isa < TT_ISA_COUNT; ++isa) {
      const tt_lanes_t* lanes = tt_lanes((tt_isa_t)isa);
      if (!lanes) continue;
      memcpy(got, start, sizeof(got));
      lanes->matmul_f32(got, a, b, rows, inner);
      assert_memory_equal(got, want, sizeof(want));
    }
  }
}

// What kind |kind| of broadcast puts at (r, c).
static uint32_t broadcast_from(tt_bcast_t kind, uint32_t r, uint32_t c) {
  return face_index(kind == TT_BCAST_NONE || kind == TT_BCAST_COL ? r : 0,
                    kind == TT_BCAST_NONE || kind == TT_BCAST_ROW ? c : 0);
}

static void check_tiles(const tt_lanes_t* lanes, tt_bcast_t kind,
                        bool accumulate) {
  float a[1024], b[1024], start[1024], got[1024], want[1024];
  for (int op = 0; op < 3; ++op) {
    for (int i = 0; i < 1024; ++i) {
      a[i] = random_lane(TT_DTYPE_F32, 3).f32;
      b[i] = random_lane(TT_DTYPE_F32, 3).f32;
      start[i] = random_lane(TT_DTYPE_F32, 3).f32;
    }
    for (uint32_t i = 0; i < 1024; ++i) {
      const uint32_t at = face_index(i / 32, i % 32);
      const float x = a[at], y = b[broadcast_from(kind, i / 32, i % 32)];
      volatile float value = op == 0 ? x + y : op == 1 ? x - y : x * y;
      if (accumulate) value = start[at] + value;
      want[at] = value;
    }
    const tt_tiles_f32_fn_t fns[] = {lanes->add_tiles_f32, lanes->sub_tiles_f32,
                                     lanes->mul_tiles_f32};
    memcpy(got, start, sizeof(got));
    fns[op](got, a, b, kind, accumulate);
    for (int i = 0; i < 1024; ++i) {
      if (want[i] != want[i]) want[i] = got[i] = 0;
    }
    assert_memory_equal(got, want, sizeof(want));
  }
}

static void test_tiles(void** state) {
  for (int isa = 0; isa < TT_ISA_COUNT; ++isa) {
    const tt_lanes_t* lanes = tt_lanes((tt_isa_t)isa);
    if (!lanes) continue;
    int32_t source[1024], got[1024], want[1024];
    for (int i = 0; i < 1024; ++i) source[i] = 3 * i - 7;
    for (int kind = TT_BCAST_NONE; kind <= TT_BCAST_SCALAR; ++kind) {
      check_tiles(lanes, (tt_bcast_t)kind, false);
      check_tiles(lanes, (tt_bcast_t)kind, true);
      for (uint32_t i = 0; i < 1024; ++i) {
        want[face_index(i / 32, i % 32)] =
            source[broadcast_from((tt_bcast_t)kind, i / 32, i % 32)];
      }
      lanes->broadcast_tile(got, source, (tt_bcast_t)kind);
      assert_memory_equal(got, want, sizeof(want));
    }
    for (uint32_t i = 0; i < 1024; ++i) {
      want[face_index(i % 32, i / 32)] = source[face_index(i / 32, i % 32)];
    }
    float values[33] = {0};
    for (size_t i = 0; i <= 32; ++i) {
      values[i] = i % 2 ? NAN : -INFINITY;
      assert_true(lanes->finite_f32(values, i));
      assert_false(lanes->finite_f32(values, i + 1));
      values[i] = -3e38f;
    }
    lanes->transpose_tile(got, source);
    assert_memory_equal(got, want, sizeof(want));
    for (uint32_t n = 0; n < 40; ++n) {
      for (uint32_t i = 0; i < n; ++i) {
        want[i] = (int32_t)(0x7FFFFFF0u + i * 0x10000001u);
      }
      lanes->iota4(got, 0x7FFFFFF0, 0x10000001, n);
      assert_memory_equal(got, want, n * sizeof(*want));
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_op), cmocka_unit_test(test_narrow_math),
      cmocka_unit_test(test_in_place), cmocka_unit_test(test_memory),
      cmocka_unit_test(test_matmul),   cmocka_unit_test(test_tiles),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
