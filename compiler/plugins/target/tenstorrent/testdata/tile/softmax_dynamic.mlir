// Three stages over one row; lanes of a partial last column are masked.
#layout = #hal.pipeline.layout<constants = 2, bindings = [#hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, Indirect>], flags = Indirect>
module {
  func.func @softmax_dynamic() {
    %c32_i64 = arith.constant 32 : i64
    %c0 = arith.constant 0 : index
    %0 = hal.interface.constant.load layout(#layout) ordinal(0) : i32
    %1 = hal.interface.constant.load layout(#layout) ordinal(1) : i32
    %2 = arith.extui %0 : i32 to i64
    %3 = arith.extui %1 : i32 to i64
    %4 = arith.shli %3, %c32_i64 : i64
    %5 = arith.ori %2, %4 : i64
    %6 = arith.index_castui %5 : i64 to index
    %7 = util.assume.int %6<umin = 0, umax = 9007199254740991> : index
    %8 = iree_tensor_ext.dispatch.workload.ordinal %7, 0 : index
    %9 = hal.interface.binding.subspan layout(#layout) binding(0) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x100xf32>>{%8}
    %10 = hal.interface.binding.subspan layout(#layout) binding(1) alignment(64) offset(%c0) flags(Indirect) : !iree_tensor_ext.dispatch.tensor<writeonly:tensor<?x100xf32>>{%8}
    %11 = iree_tensor_ext.dispatch.tensor.load %9, offsets = [0, 0], sizes = [%8, 100], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x100xf32>>{%8} -> tensor<?x100xf32>
    %12 = tensor.empty(%8) : tensor<?x100xf32>
    %13 = linalg.softmax dimension(1) ins(%11 : tensor<?x100xf32>) outs(%12 : tensor<?x100xf32>) -> tensor<?x100xf32>
    iree_tensor_ext.dispatch.tensor.store %13, %10, offsets = [0, 0], sizes = [%8, 100], strides = [1, 1] : tensor<?x100xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<?x100xf32>>{%8}
    return
  }
}
