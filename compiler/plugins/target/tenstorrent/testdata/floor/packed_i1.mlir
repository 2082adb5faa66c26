// An i1 of a binding is a bit; columns first, so one core has all of the bytes.
#layout = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, Indirect>], flags = Indirect>
module {
  func.func @packed_i1() {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %0 = hal.interface.binding.subspan layout(#layout) binding(0) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<40x24xi1>>
    %1 = hal.interface.binding.subspan layout(#layout) binding(1) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<40x24xf32>>
    %2 = hal.interface.binding.subspan layout(#layout) binding(2) alignment(64) offset(%c0) flags(Indirect) : !iree_tensor_ext.dispatch.tensor<writeonly:tensor<24x40xi1>>
    %3 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0], sizes = [40, 24], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<40x24xi1>> -> tensor<40x24xi1>
    %4 = iree_tensor_ext.dispatch.tensor.load %1, offsets = [0, 0], sizes = [40, 24], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<40x24xf32>> -> tensor<40x24xf32>
    %5 = tensor.empty() : tensor<24x40xi1>
    %6 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1, d0)>], iterator_types = ["parallel", "parallel"]} ins(%3, %4 : tensor<40x24xi1>, tensor<40x24xf32>) outs(%5 : tensor<24x40xi1>) {
    ^bb0(%mask: i1, %x: f32, %out: i1):
      %7 = arith.cmpf ogt, %x, %zero : f32
      %8 = arith.andi %mask, %7 : i1
      linalg.yield %8 : i1
    } -> tensor<24x40xi1>
    iree_tensor_ext.dispatch.tensor.store %6, %2, offsets = [0, 0], sizes = [24, 40], strides = [1, 1] : tensor<24x40xi1> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<24x40xi1>>
    return
  }
}
