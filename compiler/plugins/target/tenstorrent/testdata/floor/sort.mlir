// Branches without values, stores in branches.
#layout = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, Indirect>], flags = Indirect>
module {
  func.func @sort() {
    %c0 = arith.constant 0 : index
    %0 = hal.interface.binding.subspan layout(#layout) binding(0) alignment(64) offset(%c0) flags(Indirect) : !iree_tensor_ext.dispatch.tensor<readwrite:tensor<100x16xf32>>
    %1 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0], sizes = [100, 16], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readwrite:tensor<100x16xf32>> -> tensor<100x16xf32>
    %2 = iree_linalg_ext.sort dimension(1) outs(%1 : tensor<100x16xf32>) {
    ^bb0(%arg0: f32, %arg1: f32):
      %3 = arith.cmpf olt, %arg0, %arg1 : f32
      iree_linalg_ext.yield %3 : i1
    } -> tensor<100x16xf32>
    iree_tensor_ext.dispatch.tensor.store %2, %0, offsets = [0, 0], sizes = [100, 16], strides = [1, 1] : tensor<100x16xf32> -> !iree_tensor_ext.dispatch.tensor<readwrite:tensor<100x16xf32>>
    return
  }
}
