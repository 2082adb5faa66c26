// A zero point that is a push constant, and a sum in i64 of which the low bits are
// stored: they become an input that no loop runs along, and a sum in i32.
#layout = #hal.pipeline.layout<constants = 1, bindings = [#hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, Indirect>], flags = Indirect>
module {
  func.func @zero_point_pushed() {
    %cst = arith.constant 0 : i64
    %c0 = arith.constant 0 : index
    %p = hal.interface.constant.load layout(#layout) ordinal(0) : i32
    %0 = hal.interface.binding.subspan layout(#layout) binding(0) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x40xi8>>
    %1 = hal.interface.binding.subspan layout(#layout) binding(1) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<40x96xi8>>
    %2 = hal.interface.binding.subspan layout(#layout) binding(2) alignment(64) offset(%c0) flags(Indirect) : !iree_tensor_ext.dispatch.tensor<writeonly:tensor<64x96xi32>>
    %z = arith.trunci %p : i32 to i8
    %3 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0], sizes = [64, 40], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x40xi8>> -> tensor<64x40xi8>
    %4 = iree_tensor_ext.dispatch.tensor.load %1, offsets = [0, 0], sizes = [40, 96], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<40x96xi8>> -> tensor<40x96xi8>
    %5 = tensor.empty() : tensor<64x96xi64>
    %6 = linalg.fill ins(%cst : i64) outs(%5 : tensor<64x96xi64>) -> tensor<64x96xi64>
    %7 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d2, d1)>, affine_map<(d0, d1, d2) -> (d0, d1)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%3, %4 : tensor<64x40xi8>, tensor<40x96xi8>) outs(%6 : tensor<64x96xi64>) {
    ^bb0(%in: i8, %in_0: i8, %out: i64):
      %11 = arith.extui %in : i8 to i32
      %12 = arith.extui %z : i8 to i32
      %13 = arith.subi %11, %12 : i32
      %14 = arith.extsi %in_0 : i8 to i32
      %15 = arith.extsi %13 : i32 to i64
      %16 = arith.extsi %14 : i32 to i64
      %17 = arith.muli %15, %16 : i64
      %18 = arith.addi %out, %17 : i64
      linalg.yield %18 : i64
    } -> tensor<64x96xi64>
    %8 = tensor.empty() : tensor<64x96xi32>
    %9 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%7 : tensor<64x96xi64>) outs(%8 : tensor<64x96xi32>) {
    ^bb0(%in: i64, %out: i32):
      %11 = arith.trunci %in : i64 to i32
      linalg.yield %11 : i32
    } -> tensor<64x96xi32>
    iree_tensor_ext.dispatch.tensor.store %9, %2, offsets = [0, 0], sizes = [64, 96], strides = [1, 1] : tensor<64x96xi32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<64x96xi32>>
    return
  }
}
