// Polynomials of math_f64.h: Chebyshev interpolation in 300-bit arithmetic over
// the ranges stated, which leaves errors below 2^-57 of the function's terms.
#ifndef TT_IREE_TILE_MATH_POLY_H_
#define TT_IREE_TILE_MATH_POLY_H_

// (e^z - 1 - z) / z^2 for |z| <= ln(2) / 2.
static inline double tt_poly_exp_f64(double z) {
  double p = 0x1.1f75aba0b1e2ep-29;
  p = p * z + 0x1.af52906239de4p-26;
  p = p * z + 0x1.27e4da1a3bf04p-22;
  p = p * z + 0x1.71ddffef9e7b1p-19;
  p = p * z + 0x1.a01a01a741b3cp-16;
  p = p * z + 0x1.a01a01aca0134p-13;
  p = p * z + 0x1.6c16c16c16212p-10;
  p = p * z + 0x1.111111110ff87p-7;
  p = p * z + 0x1.5555555555556p-5;
  p = p * z + 0x1.5555555555557p-3;
  p = p * z + 0x1p-1;
  return p;
}

// (atanh(s) / s - 1) / z, z = s^2, for |s| <= 3 - 2 sqrt(2).
static inline double tt_poly_log_f64(double z) {
  double p = 0x1.0c4d8297b1431p-4;
  p = p * z + 0x1.0fb77bcdefa76p-4;
  p = p * z + 0x1.3b1c79943fca2p-4;
  p = p * z + 0x1.745cf7c1d5dafp-4;
  p = p * z + 0x1.c71c7204621fep-4;
  p = p * z + 0x1.249249247513dp-3;
  p = p * z + 0x1.9999999999a43p-3;
  p = p * z + 0x1.5555555555555p-2;
  return p;
}

// (atanh(s) / s - 1 - z / 3) / z^2, as above.
static inline double tt_poly_log_tail_f64(double z) {
  double p = 0x1.e0b2fadc317e7p-5;
  p = p * z + 0x1.df700c050c69dp-5;
  p = p * z + 0x1.11190514d902bp-4;
  p = p * z + 0x1.3b1394b0a7753p-4;
  p = p * z + 0x1.745d177d4ef6cp-4;
  p = p * z + 0x1.c71c71c6e78a1p-4;
  p = p * z + 0x1.249249249252cp-3;
  p = p * z + 0x1.999999999999ap-3;
  return p;
}

// (sin(x) / x - 1) / z, z = x^2, for |x| <= pi / 4.
static inline double tt_poly_sin_f64(double z) {
  double p = -0x1.ab0f25d21fd92p-41;
  p = p * z + 0x1.6121703ee57b1p-33;
  p = p * z - 0x1.ae64540000f84p-26;
  p = p * z + 0x1.71de3a5455b9ap-19;
  p = p * z - 0x1.a01a01a0198dep-13;
  p = p * z + 0x1.111111111111p-7;
  p = p * z - 0x1.5555555555555p-3;
  return p;
}

// (cos(x) - 1 + z / 2) / z^2, as above.
static inline double tt_poly_cos_f64(double z) {
  double p = 0x1.ab70a23137c25p-45;
  p = p * z - 0x1.9394ace29bd7bp-37;
  p = p * z + 0x1.1eed8de33ebep-29;
  p = p * z - 0x1.27e4fb770e01dp-22;
  p = p * z + 0x1.a01a01a019ce2p-16;
  p = p * z - 0x1.6c16c16c16c16p-10;
  p = p * z + 0x1.5555555555555p-5;
  return p;
}

// (atan(x) / x - 1) / z, z = x^2, for |x| <= 1.
static inline double tt_poly_atan_f64(double z) {
  double p = 0x1.2f07811f9f6e9p-16;
  p = p * z - 0x1.a359b96a4eee4p-13;
  p = p * z + 0x1.1325b2f8964bep-10;
  p = p * z - 0x1.ca3677db66678p-9;
  p = p * z + 0x1.123baedb61abdp-7;
  p = p * z - 0x1.fd0e4de8fed9p-7;
  p = p * z + 0x1.843f4bca23369p-6;
  p = p * z - 0x1.00390504e9f2fp-5;
  p = p * z + 0x1.3328700bb8169p-5;
  p = p * z - 0x1.5d02278205cc7p-5;
  p = p * z + 0x1.841dcf603a209p-5;
  p = p * z - 0x1.aebbb1647a168p-5;
  p = p * z + 0x1.e1d0239d392a6p-5;
  p = p * z - 0x1.110fff599e4d2p-4;
  p = p * z + 0x1.3b1399d1dcdc7p-4;
  p = p * z - 0x1.745d15ee35819p-4;
  p = p * z + 0x1.c71c71bb00a6cp-4;
  p = p * z - 0x1.24924924753ecp-3;
  p = p * z + 0x1.999999999962p-3;
  p = p * z - 0x1.5555555555555p-2;
  return p;
}

// (asin(x) / x - 1) / z, z = x^2, for |x| <= 1/2.
static inline double tt_poly_asin_f64(double z) {
  double p = 0x1.dfaf6f4116e2fp-6;
  p = p * z - 0x1.ff347e6d64818p-7;
  p = p * z + 0x1.24cffb6987c7bp-6;
  p = p * z + 0x1.5a89b19f83424p-8;
  p = p * z + 0x1.5386b2cad7039p-7;
  p = p * z + 0x1.77f592efe14cbp-7;
  p = p * z + 0x1.c9d3e53b94825p-7;
  p = p * z + 0x1.1c4d0d05cf33dp-6;
  p = p * z + 0x1.6e8bb377c5bc2p-6;
  p = p * z + 0x1.f1c71c1335e29p-6;
  p = p * z + 0x1.6db6db6e42ac6p-5;
  p = p * z + 0x1.3333333332e24p-4;
  p = p * z + 0x1.5555555555556p-3;
  return p;
}

// erf(x) / x, z = x^2, for |x| <= 1.
static inline double tt_poly_erf_f64(double z) {
  double p = 0x1.03a18ed2369a3p-34;
  p = p * z - 0x1.37c11729b4908p-30;
  p = p * z + 0x1.f76ee1aaf438p-27;
  p = p * z - 0x1.5f1870d254ffp-23;
  p = p * z + 0x1.b9de67148a01fp-20;
  p = p * z - 0x1.f4d1d4e56ad9p-17;
  p = p * z + 0x1.f9a3211e5279ap-14;
  p = p * z - 0x1.c02db3d4b1705p-11;
  p = p * z + 0x1.565bcd0d9a1bep-8;
  p = p * z - 0x1.b82ce31284133p-6;
  p = p * z + 0x1.ce2f21a042b06p-4;
  p = p * z - 0x1.812746b0379e6p-2;
  p = p * z + 0x1.20dd750429b6dp+0;
  return p;
}

// e^(x^2) erfc(x) (1 + 2 x), z = (x - 4) / (x + 4), for 1 <= x <= 28.
static inline double tt_poly_erfc_f64(double z) {
  double p = 0x1.3345aba0f9539p-28;
  p = p * z - 0x1.9bfc4c1c9c03fp-27;
  p = p * z - 0x1.9e7bda8f96cacp-26;
  p = p * z + 0x1.d24eeec8c1101p-24;
  p = p * z + 0x1.5cdc91a9990cap-24;
  p = p * z - 0x1.bacc4672abbacp-21;
  p = p * z + 0x1.3709694cde01bp-22;
  p = p * z + 0x1.7f27e5fd5fad9p-18;
  p = p * z - 0x1.787e197159c4bp-17;
  p = p * z - 0x1.9959598aa9e7fp-16;
  p = p * z + 0x1.3be0277015979p-13;
  p = p * z - 0x1.a1df24631b02bp-13;
  p = p * z - 0x1.8d4a992ee01f9p-11;
  p = p * z + 0x1.49c67284d34b1p-8;
  p = p * z - 0x1.096238858a97fp-6;
  p = p * z + 0x1.3079edf6865ffp-5;
  p = p * z - 0x1.0fb06dfe47e26p-4;
  p = p * z + 0x1.7fee004e123f1p-4;
  p = p * z - 0x1.9ddb23c3e9158p-4;
  p = p * z + 0x1.16ecefcfa539cp-4;
  p = p * z + 0x1.f7f5df66fd7c4p-7;
  p = p * z - 0x1.1df1ad154a28ep-3;
  p = p * z + 0x1.3ba5916e9fd7fp+0;
  return p;
}

#endif  // TT_IREE_TILE_MATH_POLY_H_
