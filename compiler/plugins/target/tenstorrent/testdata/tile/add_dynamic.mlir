// Contiguous elementwise work of unknown size: strips of one dim.
#layout = #hal.pipeline.layout<constants = 4, bindings = [#hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, Indirect>], flags = Indirect>
module {
  func.func @add_dynamic() {
    %c32_i64 = arith.constant 32 : i64
    %c0 = arith.constant 0 : index
    %0 = hal.interface.constant.load layout(#layout) ordinal(0) : i32
    %1 = hal.interface.constant.load layout(#layout) ordinal(1) : i32
    %2 = hal.interface.constant.load layout(#layout) ordinal(2) : i32
    %3 = hal.interface.constant.load layout(#layout) ordinal(3) : i32
    %4 = arith.extui %0 : i32 to i64
    %5 = arith.extui %1 : i32 to i64
    %6 = arith.shli %5, %c32_i64 : i64
    %7 = arith.ori %4, %6 : i64
    %8 = arith.index_castui %7 : i64 to index
    %9 = arith.extui %2 : i32 to i64
    %10 = arith.extui %3 : i32 to i64
    %11 = arith.shli %10, %c32_i64 : i64
    %12 = arith.ori %9, %11 : i64
    %13 = arith.index_castui %12 : i64 to index
    %14:2 = util.assume.int 
        %8<umin = 0, umax = 9007199254740991>, 
        %13<umin = 0, umax = 9007199254740991>
      : index, index
    %15 = iree_tensor_ext.dispatch.workload.ordinal %14#0, 0 : index
    %16 = iree_tensor_ext.dispatch.workload.ordinal %14#1, 1 : index
    %17 = hal.interface.binding.subspan layout(#layout) binding(0) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?xf32>>{%16}
    %18 = hal.interface.binding.subspan layout(#layout) binding(1) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?xf32>>{%15}
    %19 = hal.interface.binding.subspan layout(#layout) binding(2) alignment(64) offset(%c0) flags(Indirect) : !iree_tensor_ext.dispatch.tensor<writeonly:tensor<?xf32>>{%16}
    %20 = iree_tensor_ext.dispatch.tensor.load %17, offsets = [0], sizes = [%16], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?xf32>>{%16} -> tensor<?xf32>
    %21 = iree_tensor_ext.dispatch.tensor.load %18, offsets = [0], sizes = [%15], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?xf32>>{%15} -> tensor<?xf32>
    %22 = tensor.empty(%16) : tensor<?xf32>
    %23 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%20, %21 : tensor<?xf32>, tensor<?xf32>) outs(%22 : tensor<?xf32>) {
    ^bb0(%in: f32, %in_0: f32, %out: f32):
      %24 = arith.addf %in, %in_0 : f32
      linalg.yield %24 : f32
    } -> tensor<?xf32>
    iree_tensor_ext.dispatch.tensor.store %23, %19, offsets = [0], sizes = [%16], strides = [1] : tensor<?xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<?xf32>>{%16}
    return
  }
}
