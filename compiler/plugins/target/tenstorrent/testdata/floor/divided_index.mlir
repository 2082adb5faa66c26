// A read at an index that is divided by what is never 0, though that is not
// known.
#layout = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, Indirect>], flags = Indirect>
module {
  func.func @divided_index() {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c4 = arith.constant 4 : index
    %0 = hal.interface.binding.subspan layout(#layout) binding(0) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<8xf32>>
    %1 = hal.interface.binding.subspan layout(#layout) binding(1) alignment(64) offset(%c0) flags(Indirect) : !iree_tensor_ext.dispatch.tensor<writeonly:tensor<8x6xf32>>
    %2 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0], sizes = [8], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<8xf32>> -> tensor<8xf32>
    %3 = tensor.empty() : tensor<8x6xf32>
    %4 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} outs(%3 : tensor<8x6xf32>) {
    ^bb0(%out: f32):
      %i = linalg.index 0 : index
      %j = linalg.index 1 : index
      %5 = arith.muli %j, %c2 : index
      %6 = arith.addi %5, %c1 : index
      %7 = arith.remsi %6, %c4 : index
      %8 = arith.divsi %i, %7 : index
      %9 = tensor.extract %2[%8] : tensor<8xf32>
      linalg.yield %9 : f32
    } -> tensor<8x6xf32>
    iree_tensor_ext.dispatch.tensor.store %4, %1, offsets = [0, 0], sizes = [8, 6], strides = [1, 1] : tensor<8x6xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<8x6xf32>>
    return
  }
}
