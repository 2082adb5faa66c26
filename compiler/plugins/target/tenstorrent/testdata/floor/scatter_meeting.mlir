// Updates may meet: one core, in order.
#layout = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, Indirect>], flags = Indirect>
module {
  func.func @scatter() {
    %c0 = arith.constant 0 : index
    %0 = hal.interface.binding.subspan layout(#layout) binding(0) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<8x16xf32>>
    %1 = hal.interface.binding.subspan layout(#layout) binding(1) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<8xi32>>
    %2 = hal.interface.binding.subspan layout(#layout) binding(2) alignment(64) offset(%c0) flags(Indirect) : !iree_tensor_ext.dispatch.tensor<readwrite:tensor<100x16xf32>>
    %3 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0], sizes = [8, 16], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<8x16xf32>> -> tensor<8x16xf32>
    %4 = iree_tensor_ext.dispatch.tensor.load %1, offsets = [0], sizes = [8], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<8xi32>> -> tensor<8xi32>
    %5 = iree_tensor_ext.dispatch.tensor.load %2, offsets = [0, 0], sizes = [100, 16], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readwrite:tensor<100x16xf32>> -> tensor<100x16xf32>
    %6 = iree_linalg_ext.scatter dimension_map = [0] unique_indices(false) ins(%3, %4 : tensor<8x16xf32>, tensor<8xi32>) outs(%5 : tensor<100x16xf32>) {
    ^bb0(%arg0: f32, %arg1: f32):
      %7 = arith.addf %arg0, %arg1 : f32
      iree_linalg_ext.yield %7 : f32
    } -> tensor<100x16xf32>
    iree_tensor_ext.dispatch.tensor.store %6, %2, offsets = [0, 0], sizes = [100, 16], strides = [1, 1] : tensor<100x16xf32> -> !iree_tensor_ext.dispatch.tensor<readwrite:tensor<100x16xf32>>
    return
  }
}
