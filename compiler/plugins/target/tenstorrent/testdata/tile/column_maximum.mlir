// The reduced dim leads: lanes stay apart and nothing is folded.
#layout = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, Indirect>], flags = Indirect>
module {
  func.func @column_maximum() {
    %cst = arith.constant 0xFF800000 : f32
    %c0 = arith.constant 0 : index
    %0 = hal.interface.binding.subspan layout(#layout) binding(0) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<70x1500xf32>>
    %1 = hal.interface.binding.subspan layout(#layout) binding(1) alignment(64) offset(%c0) flags(Indirect) : !iree_tensor_ext.dispatch.tensor<writeonly:tensor<1500xf32>>
    %2 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0], sizes = [70, 1500], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<70x1500xf32>> -> tensor<70x1500xf32>
    %3 = tensor.empty() : tensor<1500xf32>
    %4 = linalg.fill ins(%cst : f32) outs(%3 : tensor<1500xf32>) -> tensor<1500xf32>
    %5 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d1, d0)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%2 : tensor<70x1500xf32>) outs(%4 : tensor<1500xf32>) {
    ^bb0(%in: f32, %out: f32):
      %6 = arith.maximumf %in, %out : f32
      linalg.yield %6 : f32
    } -> tensor<1500xf32>
    iree_tensor_ext.dispatch.tensor.store %5, %1, offsets = [0], sizes = [1500], strides = [1] : tensor<1500xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<1500xf32>>
    return
  }
}
