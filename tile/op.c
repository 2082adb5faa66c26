#include "tile/op.h"

#include <stddef.h>

// Names that ops.def uses in its columns.
enum {
  L = 1 << TT_UNIT_LAUNCH,
  R = 1 << TT_UNIT_READER,
  C = 1 << TT_UNIT_COMPUTE,
  W = 1 << TT_UNIT_WRITER,
};
#define RESULT_0 TT_RESULT_NONE
#define RESULT_TYPE TT_RESULT_TYPE
#define RESULT_I1 TT_RESULT_I1
#define RESULT_I64 TT_RESULT_I64

const tt_op_desc_t tt_op_descs[TT_OP_COUNT] = {
#define TT_OP(name, mnemonic_, class_, units_, result_, signature_, types_, \
              types2_, tile_types_, attr_, ulp_, callee_, doc_)             \
  [TT_OP_##name] = {.mnemonic = mnemonic_,                                  \
                    .signature = signature_,                                \
                    .callee = callee_,                                      \
                    .doc = doc_,                                            \
                    .op_class = TT_OP_CLASS_##class_,                       \
                    .units = units_,                                        \
                    .result = RESULT_##result_,                             \
                    .attr = TT_ATTR_##attr_,                                \
                    .types = types_,                                        \
                    .types2 = types2_,                                      \
                    .tile_types = tile_types_,                              \
                    .ulp = ulp_},
#include "tile/ops.def"
#undef TT_OP
};

#define TT_OP(name, mnemonic, class_, units, result, signature, ...) \
  _Static_assert(sizeof(signature) - 1 <= 9, "too many operands: " mnemonic);
#include "tile/ops.def"
#undef TT_OP
