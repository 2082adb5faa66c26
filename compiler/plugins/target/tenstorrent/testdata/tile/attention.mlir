// Attention is one phase: keys go by in steps of some tiles, the last one not
// whole.
#layout = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, Indirect>], flags = Indirect>
module {
  func.func @attention() {
    %scale = arith.constant 1.250000e-01 : f32
    %c0 = arith.constant 0 : index
    %0 = hal.interface.binding.subspan layout(#layout) binding(0) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<12x128x64xf32>>
    %1 = hal.interface.binding.subspan layout(#layout) binding(1) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<12x100x64xf32>>
    %2 = hal.interface.binding.subspan layout(#layout) binding(2) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<12x100x32xf32>>
    %3 = hal.interface.binding.subspan layout(#layout) binding(3) alignment(64) offset(%c0) flags(Indirect) : !iree_tensor_ext.dispatch.tensor<writeonly:tensor<12x128x32xf32>>
    %4 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0, 0], sizes = [12, 128, 64], strides = [1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<12x128x64xf32>> -> tensor<12x128x64xf32>
    %5 = iree_tensor_ext.dispatch.tensor.load %1, offsets = [0, 0, 0], sizes = [12, 100, 64], strides = [1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<12x100x64xf32>> -> tensor<12x100x64xf32>
    %6 = iree_tensor_ext.dispatch.tensor.load %2, offsets = [0, 0, 0], sizes = [12, 100, 32], strides = [1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<12x100x32xf32>> -> tensor<12x100x32xf32>
    %7 = tensor.empty() : tensor<12x128x32xf32>
    %8 = iree_linalg_ext.attention {indexing_maps = [affine_map<(b, m, d, k, n) -> (b, m, k)>, affine_map<(b, m, d, k, n) -> (b, n, k)>, affine_map<(b, m, d, k, n) -> (b, n, d)>, affine_map<(b, m, d, k, n) -> ()>, affine_map<(b, m, d, k, n) -> (b, m, d)>]} ins(%4, %5, %6, %scale : tensor<12x128x64xf32>, tensor<12x100x64xf32>, tensor<12x100x32xf32>, f32) outs(%7 : tensor<12x128x32xf32>) {
    ^bb0(%score: f32):
      iree_linalg_ext.yield %score : f32
    } -> tensor<12x128x32xf32>
    iree_tensor_ext.dispatch.tensor.store %8, %3, offsets = [0, 0, 0], sizes = [12, 128, 32], strides = [1, 1, 1] : tensor<12x128x32xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<12x128x32xf32>>
    return
  }
}
