// Init calls that tt-metal v0.65.0 offers only for some broadcasts, or only
// together with something else.

// compute_kernel_hw_startup, and MATH waits until it is done: UNPACK's thread sets
// up the width of DST for FPU and SFPU, too, and a kernel may begin with a fill,
// which waits for no tile.
inline void startup(uint32_t in0, uint32_t in1, uint32_t out) {
  compute_kernel_hw_startup(in0, in1, out);
  UNPACK((tensix_sync()));
  UNPACK((mailbox_write(ckernel::ThreadId::MathThreadId, 0)));
  MATH((mailbox_read(ckernel::ThreadId::UnpackThreadId)));
}

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

// A broadcast is SrcB, broadcast, plus zeros in SrcA. A source register holds
// no more than TF32, if the CB's other readers unpack it to DST whole or not;
// SrcA's format, too, decides how the FPU reads exponents.
inline void unpack_as_source(uint32_t icb) {
  UNPACK(const uint32_t format =
             unpack_dst_format[icb] == (uint32_t)DataFormat::Float32
                 ? (uint32_t)DataFormat::Tf32
                 : unpack_dst_format[icb]);
  UNPACK(const uint32_t size = get_local_cb_interface(icb).fifo_page_size);
  UNPACK((_llk_unpack_reconfig_data_format_srca_impl_<DST_ACCUM_MODE>(
      unpack_src_format[icb], format, size)));
  UNPACK((_llk_unpack_reconfig_data_format_srcb_impl_<DST_ACCUM_MODE>(
      unpack_src_format[icb], format, size)));
}

template <BroadcastType Broadcast>
inline void unary_bcast_init_short(uint32_t icb) {
  unpack_as_source(icb);
  UNPACK((llk_unpack_A_init<Broadcast, false, EltwiseBinaryReuseDestType::NONE,
                            false>(false, false, icb)));
  MATH((llk_math_eltwise_unary_datacopy_init<B2D, DST_ACCUM_MODE, Broadcast>(
      false, false, icb)));
}

// tt-metal's own broadcast of a row moves SrcB to DST by MOVB2D, which writes
// 16 bits of a DST of 32 where the format has 16.
inline void row_bcast_init_short(uint32_t icb) {
  unpack_as_source(icb);
  UNPACK((llk_unpack_A_init<BroadcastType::ROW, true>(false, false, icb)));
  MATH((llk_math_eltwise_binary_init<ELWADD, BroadcastType::ROW,
                                     MATH_FIDELITY>()));
}

inline void row_bcast(uint32_t icb, uint32_t page, uint32_t dst) {
  UNPACK((llk_unpack_A<BroadcastType::ROW, true>(icb, page)));
  MATH((llk_math_eltwise_binary<ELWADD, BroadcastType::ROW, DST_ACCUM_MODE,
                                MATH_FIDELITY>(dst)));
}

template <EltwiseBinaryType Op, BroadcastType Broadcast>
inline void bcast_init_short(uint32_t icb0, uint32_t icb1, bool acc) {
  MATH((llk_math_eltwise_binary_init_with_operands<Op, Broadcast, MATH_FIDELITY>(
      icb0, icb1, 0, acc)));
  UNPACK((llk_unpack_AB_init<Broadcast>(icb0, icb1)));
}
