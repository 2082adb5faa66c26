// Windows of 3 x 3: lanes run along the image, nothing is folded.
#layout = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, Indirect>], flags = Indirect>
module {
  func.func @max_pool() {
    %low = arith.constant 0xFF800000 : f32
    %c0 = arith.constant 0 : index
    %0 = hal.interface.binding.subspan layout(#layout) binding(0) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x113x113xf32>>
    %1 = hal.interface.binding.subspan layout(#layout) binding(1) alignment(64) offset(%c0) flags(Indirect) : !iree_tensor_ext.dispatch.tensor<writeonly:tensor<64x56x56xf32>>
    %2 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0, 0], sizes = [64, 113, 113], strides = [1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x113x113xf32>> -> tensor<64x113x113xf32>
    %3 = tensor.empty() : tensor<64x56x56xf32>
    %4 = tensor.empty() : tensor<3x3xf32>
    %5 = linalg.fill ins(%low : f32) outs(%3 : tensor<64x56x56xf32>) -> tensor<64x56x56xf32>
    %6 = linalg.generic {indexing_maps = [affine_map<(c, y, x, i, j) -> (c, y * 2 + i, x * 2 + j)>, affine_map<(c, y, x, i, j) -> (i, j)>, affine_map<(c, y, x, i, j) -> (c, y, x)>], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%2, %4 : tensor<64x113x113xf32>, tensor<3x3xf32>) outs(%5 : tensor<64x56x56xf32>) {
    ^bb0(%in: f32, %window: f32, %out: f32):
      %7 = arith.maximumf %in, %out : f32
      linalg.yield %7 : f32
    } -> tensor<64x56x56xf32>
    iree_tensor_ext.dispatch.tensor.store %6, %1, offsets = [0, 0, 0], sizes = [64, 56, 56], strides = [1, 1, 1] : tensor<64x56x56xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<64x56x56xf32>>
    return
  }
}
