// Fill, reduction and epilogue are one nest; the sum is a register.
#map = affine_map<(d0, d1) -> (d0, d1)>
#map1 = affine_map<(d0, d1) -> (d1)>
#layout = #hal.pipeline.layout<constants = 2, bindings = [#hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, Indirect>], flags = Indirect>
module {
  func.func @matmul_bias_relu() {
    %c32_i64 = arith.constant 32 : i64
    %cst = arith.constant 0.000000e+00 : f32
    %c0 = arith.constant 0 : index
    %0 = hal.interface.constant.load layout(#layout) ordinal(0) : i32
    %1 = hal.interface.constant.load layout(#layout) ordinal(1) : i32
    %2 = arith.extui %0 : i32 to i64
    %3 = arith.extui %1 : i32 to i64
    %4 = arith.shli %3, %c32_i64 : i64
    %5 = arith.ori %2, %4 : i64
    %6 = arith.index_castui %5 : i64 to index
    %7 = util.assume.int %6<umin = 0, umax = 9007199254740991> : index
    %8 = hal.interface.binding.subspan layout(#layout) binding(1) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<784x128xf32>>
    %9 = hal.interface.binding.subspan layout(#layout) binding(2) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<128xf32>>
    %10 = iree_tensor_ext.dispatch.workload.ordinal %7, 0 : index
    %11 = hal.interface.binding.subspan layout(#layout) binding(0) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x784xf32>>{%10}
    %12 = hal.interface.binding.subspan layout(#layout) binding(3) alignment(64) offset(%c0) flags(Indirect) : !iree_tensor_ext.dispatch.tensor<writeonly:tensor<?x128xf32>>{%10}
    %13 = iree_tensor_ext.dispatch.tensor.load %11, offsets = [0, 0], sizes = [%10, 784], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x784xf32>>{%10} -> tensor<?x784xf32>
    %14 = iree_tensor_ext.dispatch.tensor.load %8, offsets = [0, 0], sizes = [784, 128], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<784x128xf32>> -> tensor<784x128xf32>
    %15 = iree_tensor_ext.dispatch.tensor.load %9, offsets = [0], sizes = [128], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<128xf32>> -> tensor<128xf32>
    %16 = tensor.empty(%10) : tensor<?x128xf32>
    %17 = linalg.fill ins(%cst : f32) outs(%16 : tensor<?x128xf32>) -> tensor<?x128xf32>
    %18 = linalg.matmul ins(%13, %14 : tensor<?x784xf32>, tensor<784x128xf32>) outs(%17 : tensor<?x128xf32>) -> tensor<?x128xf32>
    %19 = linalg.generic {indexing_maps = [#map, #map1, #map], iterator_types = ["parallel", "parallel"]} ins(%18, %15 : tensor<?x128xf32>, tensor<128xf32>) outs(%16 : tensor<?x128xf32>) {
    ^bb0(%in: f32, %in_0: f32, %out: f32):
      %20 = arith.addf %in, %in_0 : f32
      %21 = arith.maximumf %20, %cst : f32
      linalg.yield %21 : f32
    } -> tensor<?x128xf32>
    iree_tensor_ext.dispatch.tensor.store %19, %12, offsets = [0, 0], sizes = [%10, 128], strides = [1, 1] : tensor<?x128xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<?x128xf32>>{%10}
    return
  }
}
