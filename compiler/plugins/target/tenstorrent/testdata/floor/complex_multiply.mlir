// A complex element is two elements.
#map = affine_map<(d0) -> (d0)>
#layout = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, Indirect>], flags = Indirect>
module {
  func.func @complex_multiply() {
    %c0 = arith.constant 0 : index
    %0 = hal.interface.binding.subspan layout(#layout) binding(0) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<32xcomplex<f32>>>
    %1 = hal.interface.binding.subspan layout(#layout) binding(1) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<32xcomplex<f32>>>
    %2 = hal.interface.binding.subspan layout(#layout) binding(2) alignment(64) offset(%c0) flags(Indirect) : !iree_tensor_ext.dispatch.tensor<writeonly:tensor<32xcomplex<f32>>>
    %3 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0], sizes = [32], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<32xcomplex<f32>>> -> tensor<32xcomplex<f32>>
    %4 = iree_tensor_ext.dispatch.tensor.load %1, offsets = [0], sizes = [32], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<32xcomplex<f32>>> -> tensor<32xcomplex<f32>>
    %5 = tensor.empty() : tensor<32xcomplex<f32>>
    %6 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]} ins(%3, %4 : tensor<32xcomplex<f32>>, tensor<32xcomplex<f32>>) outs(%5 : tensor<32xcomplex<f32>>) {
    ^bb0(%in: complex<f32>, %in_0: complex<f32>, %out: complex<f32>):
      %7 = complex.im %in_0 : complex<f32>
      %8 = complex.im %in : complex<f32>
      %9 = complex.re %in_0 : complex<f32>
      %10 = complex.re %in : complex<f32>
      %11 = arith.mulf %8, %9 : f32
      %12 = arith.mulf %10, %7 : f32
      %13 = arith.mulf %8, %7 : f32
      %14 = arith.mulf %10, %9 : f32
      %15 = arith.addf %12, %11 : f32
      %16 = arith.subf %14, %13 : f32
      %17 = complex.create %16, %15 : complex<f32>
      linalg.yield %17 : complex<f32>
    } -> tensor<32xcomplex<f32>>
    iree_tensor_ext.dispatch.tensor.store %6, %2, offsets = [0], sizes = [32], strides = [1] : tensor<32xcomplex<f32>> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<32xcomplex<f32>>>
    return
  }
}
