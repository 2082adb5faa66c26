// Scalars cross phases through scratch.
#layout = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, Indirect>], flags = Indirect>
module {
  func.func @softmax_one_row() {
    %c0 = arith.constant 0 : index
    %0 = hal.interface.binding.subspan layout(#layout) binding(0) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<1x1025xf32>>
    %1 = hal.interface.binding.subspan layout(#layout) binding(1) alignment(64) offset(%c0) flags(Indirect) : !iree_tensor_ext.dispatch.tensor<writeonly:tensor<1x1025xf32>>
    %2 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0], sizes = [1, 1025], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<1x1025xf32>> -> tensor<1x1025xf32>
    %3 = tensor.empty() : tensor<1x1025xf32>
    %4 = linalg.softmax dimension(1) ins(%2 : tensor<1x1025xf32>) outs(%3 : tensor<1x1025xf32>) -> tensor<1x1025xf32>
    iree_tensor_ext.dispatch.tensor.store %4, %1, offsets = [0, 0], sizes = [1, 1025], strides = [1, 1] : tensor<1x1025xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<1x1025xf32>>
    return
  }
}
