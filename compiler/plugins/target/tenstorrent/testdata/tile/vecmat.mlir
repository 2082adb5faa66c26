// One row: weights in strips as they lie, never tiles of 32 rows.
#layout = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, Indirect>], flags = Indirect>
module {
  func.func @vecmat() {
    %cst = arith.constant 0.000000e+00 : f32
    %c0 = arith.constant 0 : index
    %0 = hal.interface.binding.subspan layout(#layout) binding(0) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<1x768xf32>>
    %1 = hal.interface.binding.subspan layout(#layout) binding(1) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<768x3072xf32>>
    %2 = hal.interface.binding.subspan layout(#layout) binding(2) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<1x3072xf32>>
    %3 = hal.interface.binding.subspan layout(#layout) binding(3) alignment(64) offset(%c0) flags(Indirect) : !iree_tensor_ext.dispatch.tensor<writeonly:tensor<1x3072xf32>>
    %4 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0], sizes = [1, 768], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<1x768xf32>> -> tensor<1x768xf32>
    %5 = iree_tensor_ext.dispatch.tensor.load %1, offsets = [0, 0], sizes = [768, 3072], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<768x3072xf32>> -> tensor<768x3072xf32>
    %6 = iree_tensor_ext.dispatch.tensor.load %2, offsets = [0, 0], sizes = [1, 3072], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<1x3072xf32>> -> tensor<1x3072xf32>
    %7 = tensor.empty() : tensor<1x3072xf32>
    %8 = linalg.fill ins(%cst : f32) outs(%7 : tensor<1x3072xf32>) -> tensor<1x3072xf32>
    %9 = linalg.matmul ins(%4, %5 : tensor<1x768xf32>, tensor<768x3072xf32>) outs(%8 : tensor<1x3072xf32>) -> tensor<1x3072xf32>
    %10 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%9, %6 : tensor<1x3072xf32>, tensor<1x3072xf32>) outs(%7 : tensor<1x3072xf32>) {
    ^bb0(%in: f32, %in_0: f32, %out: f32):
      %11 = arith.addf %in, %in_0 : f32
      %12 = arith.maximumf %11, %cst : f32
      linalg.yield %12 : f32
    } -> tensor<1x3072xf32>
    iree_tensor_ext.dispatch.tensor.store %10, %3, offsets = [0, 0], sizes = [1, 3072], strides = [1, 1] : tensor<1x3072xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<1x3072xf32>>
    return
  }
}
