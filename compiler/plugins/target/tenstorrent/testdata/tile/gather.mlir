// Rows that data choose: the reader loads their numbers.
#layout = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, Indirect>], flags = Indirect>
module {
  func.func @gather() {
    %c0 = arith.constant 0 : index
    %0 = hal.interface.binding.subspan layout(#layout) binding(0) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<70x15xf32>>
    %1 = hal.interface.binding.subspan layout(#layout) binding(1) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<9xi32>>
    %2 = hal.interface.binding.subspan layout(#layout) binding(2) alignment(64) offset(%c0) flags(Indirect) : !iree_tensor_ext.dispatch.tensor<writeonly:tensor<9x15xf32>>
    %3 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0], sizes = [70, 15], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<70x15xf32>> -> tensor<70x15xf32>
    %4 = iree_tensor_ext.dispatch.tensor.load %1, offsets = [0], sizes = [9], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<9xi32>> -> tensor<9xi32>
    %5 = tensor.empty() : tensor<9x15xf32>
    %6 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%4 : tensor<9xi32>) outs(%5 : tensor<9x15xf32>) {
    ^bb0(%in: i32, %out: f32):
      %7 = arith.index_cast %in : i32 to index
      %8 = linalg.index 1 : index
      %extracted = tensor.extract %3[%7, %8] : tensor<70x15xf32>
      linalg.yield %extracted : f32
    } -> tensor<9x15xf32>
    iree_tensor_ext.dispatch.tensor.store %6, %2, offsets = [0, 0], sizes = [9, 15], strides = [1, 1] : tensor<9x15xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<9x15xf32>>
    return
  }
}
