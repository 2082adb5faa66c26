// Init calls that tt-metal v0.65.0 offers only for some broadcasts, or only
// together with something else.

// copy_tile_to_dst_init_short without a write to a debug register that tt-metal
// makes for 32-bit CBs that are unpacked to DST. It works around a hardware bug
// in moves from DST to the source registers, which we do not do.
inline void copy_init_short(uint32_t icb) {
  UNPACK((_llk_unpack_A_init_<BroadcastType::NONE, false,
                              EltwiseBinaryReuseDestType::NONE, UnpackToDestEn>(
      0, 0, get_operand_face_r_dim(icb), get_operand_num_faces(icb),
      unpack_src_format[icb], unpack_dst_format[icb])));
  MATH((llk_math_eltwise_unary_datacopy_init<A2D, DST_ACCUM_MODE,
                                             BroadcastType::NONE>(false, false,
                                                                  icb)));
}

// copy_tile of a CB of 32-bit integers. Afterwards tt-metal clears DST's zero
// flags, against a hardware bug, but those of 16-bit rows unless the format is
// Float32: undefined by the ISA where DST has 32 bits.
inline void copy_int_tile(uint32_t icb, uint32_t page, uint32_t dst) {
  UNPACK((llk_unpack_A<BroadcastType::NONE, false,
                       EltwiseBinaryReuseDestType::NONE, UnpackToDestEn>(icb,
                                                                         page)));
  MATH((_llk_math_eltwise_unary_datacopy_<A2D, DST_SYNC_MODE, DST_ACCUM_MODE,
                                          BroadcastType::NONE, UnpackToDestEn>(
      dst, (uint32_t)DataFormat::Float32, (uint32_t)DataFormat::Float32)));
}

// A broadcast goes through a source register, which holds no more than TF32, if
// the CB's other readers unpack it to DST whole or not.
template <BroadcastType Broadcast>
inline void unary_bcast_init_short(uint32_t icb) {
  UNPACK((_llk_unpack_reconfig_data_format_srcb_impl_<DST_ACCUM_MODE>(
      unpack_src_format[icb],
      unpack_dst_format[icb] == (uint32_t)DataFormat::Float32
          ? (uint32_t)DataFormat::Tf32
          : unpack_dst_format[icb],
      get_local_cb_interface(icb).fifo_page_size)));
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
