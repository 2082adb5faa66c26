// Nibbles share bytes: a core takes whole bytes.
#map = affine_map<(d0) -> (d0)>
#layout = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, Indirect>], flags = Indirect>
module {
  func.func @i4() {
    %c0 = arith.constant 0 : index
    %0 = hal.interface.binding.subspan layout(#layout) binding(0) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<24xi4>>
    %1 = hal.interface.binding.subspan layout(#layout) binding(1) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<24xi4>>
    %2 = hal.interface.binding.subspan layout(#layout) binding(2) alignment(64) offset(%c0) flags(Indirect) : !iree_tensor_ext.dispatch.tensor<writeonly:tensor<24xi4>>
    %3 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0], sizes = [24], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<24xi4>> -> tensor<24xi4>
    %4 = iree_tensor_ext.dispatch.tensor.load %1, offsets = [0], sizes = [24], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<24xi4>> -> tensor<24xi4>
    %5 = tensor.empty() : tensor<24xi4>
    %6 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel"]} ins(%3, %4 : tensor<24xi4>, tensor<24xi4>) outs(%5 : tensor<24xi4>) {
    ^bb0(%in: i4, %in_0: i4, %out: i4):
      %7 = arith.addi %in, %in_0 : i4
      %8 = arith.divui %7, %in_0 : i4
      linalg.yield %8 : i4
    } -> tensor<24xi4>
    iree_tensor_ext.dispatch.tensor.store %6, %2, offsets = [0], sizes = [24], strides = [1] : tensor<24xi4> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<24xi4>>
    return
  }
}
