// A convolution whose weights are all the same: reduced once, for all filters.
#layout = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, Indirect>], flags = Indirect>
module {
  func.func @constant_weights() {
    %zero = arith.constant 0.0 : f32
    %w = arith.constant dense<0.25> : tensor<40x16x3x3xf32>
    %c0 = arith.constant 0 : index
    %0 = hal.interface.binding.subspan layout(#layout) binding(0) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<16x113x113xf32>>
    %1 = hal.interface.binding.subspan layout(#layout) binding(1) alignment(64) offset(%c0) flags(Indirect) : !iree_tensor_ext.dispatch.tensor<writeonly:tensor<40x111x111xf32>>
    %2 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0, 0], sizes = [16, 113, 113], strides = [1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<16x113x113xf32>> -> tensor<16x113x113xf32>
    %3 = tensor.empty() : tensor<40x111x111xf32>
    %4 = linalg.fill ins(%zero : f32) outs(%3 : tensor<40x111x111xf32>) -> tensor<40x111x111xf32>
    %5 = linalg.generic {indexing_maps = [affine_map<(f, y, x, c, i, j) -> (c, y + i, x + j)>, affine_map<(f, y, x, c, i, j) -> (f, c, i, j)>, affine_map<(f, y, x, c, i, j) -> (f, y, x)>], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction", "reduction"]} ins(%2, %w : tensor<16x113x113xf32>, tensor<40x16x3x3xf32>) outs(%4 : tensor<40x111x111xf32>) {
    ^bb0(%in: f32, %weight: f32, %out: f32):
      %7 = arith.mulf %in, %weight : f32
      %8 = arith.addf %out, %7 : f32
      linalg.yield %8 : f32
    } -> tensor<40x111x111xf32>
    iree_tensor_ext.dispatch.tensor.store %5, %1, offsets = [0, 0, 0], sizes = [40, 111, 111], strides = [1, 1, 1] : tensor<40x111x111xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<40x111x111xf32>>
    return
  }
}
