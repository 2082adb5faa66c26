// A mask of indices, of 64 bits in the program.
#layout = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, Indirect>], flags = Indirect>
module {
  func.func @causal_mask() {
    %low = arith.constant -1.0e9 : f32
    %c0 = arith.constant 0 : index
    %0 = hal.interface.binding.subspan layout(#layout) binding(0) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<12x128x128xf32>>
    %1 = hal.interface.binding.subspan layout(#layout) binding(1) alignment(64) offset(%c0) flags(Indirect) : !iree_tensor_ext.dispatch.tensor<writeonly:tensor<12x128x128xf32>>
    %2 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0, 0], sizes = [12, 128, 128], strides = [1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<12x128x128xf32>> -> tensor<12x128x128xf32>
    %3 = tensor.empty() : tensor<12x128x128xf32>
    %4 = linalg.generic {indexing_maps = [affine_map<(h, i, j) -> (h, i, j)>, affine_map<(h, i, j) -> (h, i, j)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%2 : tensor<12x128x128xf32>) outs(%3 : tensor<12x128x128xf32>) {
    ^bb0(%in: f32, %out: f32):
      %i = linalg.index 1 : index
      %j = linalg.index 2 : index
      %row = arith.index_cast %i : index to i64
      %column = arith.index_cast %j : index to i64
      %keep = arith.cmpi sle, %column, %row : i64
      %5 = arith.select %keep, %in, %low : f32
      linalg.yield %5 : f32
    } -> tensor<12x128x128xf32>
    iree_tensor_ext.dispatch.tensor.store %4, %1, offsets = [0, 0, 0], sizes = [12, 128, 128], strides = [1, 1, 1] : tensor<12x128x128xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<12x128x128xf32>>
    return
  }
}
