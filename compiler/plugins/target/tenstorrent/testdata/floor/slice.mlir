// Strided and shifted addresses.
#layout = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, Indirect>], flags = Indirect>
module {
  func.func @slice() {
    %c0 = arith.constant 0 : index
    %0 = hal.interface.binding.subspan layout(#layout) binding(0) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<5x7xf32>>
    %1 = hal.interface.binding.subspan layout(#layout) binding(1) alignment(64) offset(%c0) flags(Indirect) : !iree_tensor_ext.dispatch.tensor<writeonly:tensor<3x3xf32>>
    %2 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 1], sizes = [3, 3], strides = [2, 2] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<5x7xf32>> -> tensor<3x3xf32>
    iree_tensor_ext.dispatch.tensor.store %2, %1, offsets = [0, 0], sizes = [3, 3], strides = [1, 1] : tensor<3x3xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<3x3xf32>>
    return
  }
}
