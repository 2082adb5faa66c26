// Init calls that tt-metal v0.65.0 offers only for some broadcasts, or only
// together with a reset of the packer.

template <BroadcastType Broadcast>
inline void unary_bcast_init_short(uint32_t icb) {
  UNPACK((llk_unpack_A_init<Broadcast, false, EltwiseBinaryReuseDestType::NONE,
                            false>(false, false, icb)));
  MATH((llk_math_eltwise_unary_datacopy_init<B2D, DST_ACCUM_MODE, Broadcast>(
      false, false, icb)));
}

template <EltwiseBinaryType Op, BroadcastType Broadcast>
inline void bcast_init_short(uint32_t icb0, uint32_t icb1, bool acc) {
  MATH((llk_math_eltwise_binary_init_with_operands<Op, Broadcast, MATH_FIDELITY>(
      icb0, icb1, 0, acc)));
  UNPACK((llk_unpack_AB_init<Broadcast>(icb0, icb1)));
}
