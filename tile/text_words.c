#include "tile/text_words.h"

const char* const tt_word_predf[TT_PREDF_COUNT] = {
    [TT_PREDF_OEQ] = "oeq", [TT_PREDF_OGT] = "ogt", [TT_PREDF_OGE] = "oge",
    [TT_PREDF_OLT] = "olt", [TT_PREDF_OLE] = "ole", [TT_PREDF_ONE] = "one",
    [TT_PREDF_ORD] = "ord", [TT_PREDF_UEQ] = "ueq", [TT_PREDF_UGT] = "ugt",
    [TT_PREDF_UGE] = "uge", [TT_PREDF_ULT] = "ult", [TT_PREDF_ULE] = "ule",
    [TT_PREDF_UNE] = "une", [TT_PREDF_UNO] = "uno",
};

const char* const tt_word_predi[TT_PREDI_COUNT] = {
    [TT_PREDI_EQ] = "eq",   [TT_PREDI_NE] = "ne",   [TT_PREDI_SLT] = "slt",
    [TT_PREDI_SLE] = "sle", [TT_PREDI_SGT] = "sgt", [TT_PREDI_SGE] = "sge",
    [TT_PREDI_ULT] = "ult", [TT_PREDI_ULE] = "ule", [TT_PREDI_UGT] = "ugt",
    [TT_PREDI_UGE] = "uge",
};

const char* const tt_word_bcast[TT_BCAST_COUNT] = {
    [TT_BCAST_NONE] = "",
    [TT_BCAST_ROW] = "row",
    [TT_BCAST_COL] = "col",
    [TT_BCAST_SCALAR] = "scalar",
};

const char* const tt_word_pool[TT_POOL_COUNT] = {
    [TT_POOL_SUM] = "sum",
    [TT_POOL_MAX] = "max",
    [TT_POOL_MIN] = "min",
};

const char* const tt_word_dim[TT_REDUCE_DIM_COUNT] = {
    [TT_REDUCE_ROW] = "row",
    [TT_REDUCE_COL] = "col",
    [TT_REDUCE_SCALAR] = "scalar",
};

const char* const tt_word_layout[2] = {
    [TT_CB_LAYOUT_FACES] = "faces",
    [TT_CB_LAYOUT_FLAT] = "flat",
};

const char* const tt_word_source[3] = {
    [TT_VIEW_BINDING] = "binding",
    [TT_VIEW_SCRATCH] = "scratch",
    [TT_VIEW_DATA] = "data",
};

const char* const tt_word_unit[TT_UNIT_KERNEL_COUNT] = {
    [TT_UNIT_READER] = "reader",
    [TT_UNIT_COMPUTE] = "compute",
    [TT_UNIT_WRITER] = "writer",
};

const char* const tt_word_fidelity[TT_FIDELITY_HIFI4 + 1] = {
    [TT_FIDELITY_LOFI] = "LoFi",
    [TT_FIDELITY_HIFI2] = "HiFi2",
    [TT_FIDELITY_HIFI3] = "HiFi3",
    [TT_FIDELITY_HIFI4] = "HiFi4",
};
