// Few blocks of many steps: cores share each in parts, which are added up in a
// second phase, with the bias and the maximum.
#layout = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, Indirect>], flags = Indirect>
module {
  func.func @matmul_parts() {
    %cst = arith.constant 0.000000e+00 : f32
    %c0 = arith.constant 0 : index
    %0 = hal.interface.binding.subspan layout(#layout) binding(0) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<7x2048xbf16>>
    %1 = hal.interface.binding.subspan layout(#layout) binding(1) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<2048x96xbf16>>
    %2 = hal.interface.binding.subspan layout(#layout) binding(2) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<96xf32>>
    %3 = hal.interface.binding.subspan layout(#layout) binding(3) alignment(64) offset(%c0) flags(Indirect) : !iree_tensor_ext.dispatch.tensor<writeonly:tensor<7x96xf32>>
    %4 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0], sizes = [7, 2048], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<7x2048xbf16>> -> tensor<7x2048xbf16>
    %5 = iree_tensor_ext.dispatch.tensor.load %1, offsets = [0, 0], sizes = [2048, 96], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<2048x96xbf16>> -> tensor<2048x96xbf16>
    %6 = iree_tensor_ext.dispatch.tensor.load %2, offsets = [0], sizes = [96], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<96xf32>> -> tensor<96xf32>
    %7 = tensor.empty() : tensor<7x96xf32>
    %8 = linalg.fill ins(%cst : f32) outs(%7 : tensor<7x96xf32>) -> tensor<7x96xf32>
    %9 = linalg.matmul ins(%4, %5 : tensor<7x2048xbf16>, tensor<2048x96xbf16>) outs(%8 : tensor<7x96xf32>) -> tensor<7x96xf32>
    %10 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%9, %6 : tensor<7x96xf32>, tensor<96xf32>) outs(%7 : tensor<7x96xf32>) {
    ^bb0(%in: f32, %in_0: f32, %out: f32):
      %11 = arith.addf %in, %in_0 : f32
      %12 = arith.maximumf %11, %cst : f32
      linalg.yield %12 : f32
    } -> tensor<7x96xf32>
    iree_tensor_ext.dispatch.tensor.store %10, %3, offsets = [0, 0], sizes = [7, 96], strides = [1, 1] : tensor<7x96xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<7x96xf32>>
    return
  }
}
