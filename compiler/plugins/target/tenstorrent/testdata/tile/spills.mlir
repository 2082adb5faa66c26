// Ten values that are alive at once: what DST does not hold goes to a CB.
#layout = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, Indirect>], flags = Indirect>
module {
  func.func @spills() {
    %c0 = arith.constant 0 : index
    %0 = hal.interface.binding.subspan layout(#layout) binding(0) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<900xf32>>
    %1 = hal.interface.binding.subspan layout(#layout) binding(1) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<900xf32>>
    %2 = hal.interface.binding.subspan layout(#layout) binding(2) alignment(64) offset(%c0) flags(Indirect) : !iree_tensor_ext.dispatch.tensor<writeonly:tensor<900xf32>>
    %3 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0], sizes = [900], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<900xf32>> -> tensor<900xf32>
    %4 = iree_tensor_ext.dispatch.tensor.load %1, offsets = [0], sizes = [900], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<900xf32>> -> tensor<900xf32>
    %5 = tensor.empty() : tensor<900xf32>
    %6 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%3, %4 : tensor<900xf32>, tensor<900xf32>) outs(%5 : tensor<900xf32>) {
    ^bb0(%in: f32, %in_0: f32, %out: f32):
      %v0 = arith.addf %in, %in_0 : f32
      %m0 = arith.mulf %v0, %in : f32
      %v1 = arith.addf %m0, %in_0 : f32
      %m1 = arith.mulf %v1, %in : f32
      %v2 = arith.addf %m1, %in_0 : f32
      %m2 = arith.mulf %v2, %in : f32
      %v3 = arith.addf %m2, %in_0 : f32
      %m3 = arith.mulf %v3, %in : f32
      %v4 = arith.addf %m3, %in_0 : f32
      %m4 = arith.mulf %v4, %in : f32
      %v5 = arith.addf %m4, %in_0 : f32
      %m5 = arith.mulf %v5, %in : f32
      %v6 = arith.addf %m5, %in_0 : f32
      %m6 = arith.mulf %v6, %in : f32
      %v7 = arith.addf %m6, %in_0 : f32
      %m7 = arith.mulf %v7, %in : f32
      %v8 = arith.addf %m7, %in_0 : f32
      %m8 = arith.mulf %v8, %in : f32
      %v9 = arith.addf %m8, %in_0 : f32
      %m9 = arith.mulf %v9, %in : f32
      %s0 = arith.addf %m9, %v0 : f32
      %s1 = arith.addf %s0, %v1 : f32
      %s2 = arith.addf %s1, %v2 : f32
      %s3 = arith.addf %s2, %v3 : f32
      %s4 = arith.addf %s3, %v4 : f32
      %s5 = arith.addf %s4, %v5 : f32
      %s6 = arith.addf %s5, %v6 : f32
      %s7 = arith.addf %s6, %v7 : f32
      %s8 = arith.addf %s7, %v8 : f32
      %s9 = arith.addf %s8, %v9 : f32
      linalg.yield %s9 : f32
    } -> tensor<900xf32>
    iree_tensor_ext.dispatch.tensor.store %6, %2, offsets = [0], sizes = [900], strides = [1] : tensor<900xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<900xf32>>
    return
  }
}
