// u8 less a zero point times i8, summed in i32: the operands become f32 tensors,
// one of them in two planes, which the FPU multiplies and adds up exactly; sums
// in f32 go to i32 before they may be rounded.
#layout = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, Indirect>], flags = Indirect>
module {
  func.func @matmul_bytes() {
    %zero_point = arith.constant 113 : i32
    %cst = arith.constant 0 : i32
    %c0 = arith.constant 0 : index
    %0 = hal.interface.binding.subspan layout(#layout) binding(0) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x2000xi8>>
    %1 = hal.interface.binding.subspan layout(#layout) binding(1) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<2000x96xi8>>
    %2 = hal.interface.binding.subspan layout(#layout) binding(2) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<96xi32>>
    %3 = hal.interface.binding.subspan layout(#layout) binding(3) alignment(64) offset(%c0) flags(Indirect) : !iree_tensor_ext.dispatch.tensor<writeonly:tensor<64x96xi32>>
    %4 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0], sizes = [64, 2000], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x2000xi8>> -> tensor<64x2000xi8>
    %5 = iree_tensor_ext.dispatch.tensor.load %1, offsets = [0, 0], sizes = [2000, 96], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<2000x96xi8>> -> tensor<2000x96xi8>
    %6 = iree_tensor_ext.dispatch.tensor.load %2, offsets = [0], sizes = [96], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<96xi32>> -> tensor<96xi32>
    %7 = tensor.empty() : tensor<64x96xi32>
    %8 = linalg.fill ins(%cst : i32) outs(%7 : tensor<64x96xi32>) -> tensor<64x96xi32>
    %9 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d2, d1)>, affine_map<(d0, d1, d2) -> (d0, d1)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%4, %5 : tensor<64x2000xi8>, tensor<2000x96xi8>) outs(%8 : tensor<64x96xi32>) {
    ^bb0(%in: i8, %in_0: i8, %out: i32):
      %11 = arith.extui %in : i8 to i32
      %12 = arith.subi %11, %zero_point : i32
      %13 = arith.extsi %in_0 : i8 to i32
      %14 = arith.muli %12, %13 : i32
      %15 = arith.addi %out, %14 : i32
      linalg.yield %15 : i32
    } -> tensor<64x96xi32>
    %10 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%9, %6 : tensor<64x96xi32>, tensor<96xi32>) outs(%7 : tensor<64x96xi32>) {
    ^bb0(%in: i32, %in_0: i32, %out: i32):
      %11 = arith.addi %in, %in_0 : i32
      %12 = arith.maxsi %11, %cst : i32
      linalg.yield %12 : i32
    } -> tensor<64x96xi32>
    iree_tensor_ext.dispatch.tensor.store %10, %3, offsets = [0, 0], sizes = [64, 96], strides = [1, 1] : tensor<64x96xi32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<64x96xi32>>
    return
  }
}
