// The FPU does not fold products of integers: the writer does, lane by lane.
#layout = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, Indirect>], flags = Indirect>
module {
  func.func @product_rows() {
    %cst = arith.constant 1 : i8
    %c0 = arith.constant 0 : index
    %0 = hal.interface.binding.subspan layout(#layout) binding(0) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<8x70000xi8>>
    %1 = hal.interface.binding.subspan layout(#layout) binding(1) alignment(64) offset(%c0) flags(Indirect) : !iree_tensor_ext.dispatch.tensor<writeonly:tensor<8xi8>>
    %2 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0], sizes = [8, 70000], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<8x70000xi8>> -> tensor<8x70000xi8>
    %3 = tensor.empty() : tensor<8xi8>
    %4 = linalg.fill ins(%cst : i8) outs(%3 : tensor<8xi8>) -> tensor<8xi8>
    %5 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>], iterator_types = ["parallel", "reduction"]} ins(%2 : tensor<8x70000xi8>) outs(%4 : tensor<8xi8>) {
    ^bb0(%in: i8, %out: i8):
      %6 = arith.muli %in, %out : i8
      linalg.yield %6 : i8
    } -> tensor<8xi8>
    iree_tensor_ext.dispatch.tensor.store %5, %1, offsets = [0], sizes = [8], strides = [1] : tensor<8xi8> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<8xi8>>
    return
  }
}
