// A broadcast and a transposed operand: tiles of two dims.
#layout = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, Indirect>], flags = Indirect>
module {
  func.func @bias_transposed() {
    %c0 = arith.constant 0 : index
    %0 = hal.interface.binding.subspan layout(#layout) binding(0) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<40x70xf16>>
    %1 = hal.interface.binding.subspan layout(#layout) binding(1) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<70x40xf16>>
    %2 = hal.interface.binding.subspan layout(#layout) binding(2) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<70xf16>>
    %3 = hal.interface.binding.subspan layout(#layout) binding(3) alignment(64) offset(%c0) flags(Indirect) : !iree_tensor_ext.dispatch.tensor<writeonly:tensor<40x70xf16>>
    %4 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0], sizes = [40, 70], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<40x70xf16>> -> tensor<40x70xf16>
    %5 = iree_tensor_ext.dispatch.tensor.load %1, offsets = [0, 0], sizes = [70, 40], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<70x40xf16>> -> tensor<70x40xf16>
    %6 = iree_tensor_ext.dispatch.tensor.load %2, offsets = [0], sizes = [70], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<70xf16>> -> tensor<70xf16>
    %7 = tensor.empty() : tensor<40x70xf16>
    %8 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1, d0)>, affine_map<(d0, d1) -> (d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%4, %5, %6 : tensor<40x70xf16>, tensor<70x40xf16>, tensor<70xf16>) outs(%7 : tensor<40x70xf16>) {
    ^bb0(%in: f16, %in_0: f16, %in_1: f16, %out: f16):
      %9 = arith.mulf %in, %in_0 : f16
      %10 = arith.addf %9, %in_1 : f16
      linalg.yield %10 : f16
    } -> tensor<40x70xf16>
    iree_tensor_ext.dispatch.tensor.store %8, %3, offsets = [0, 0], sizes = [40, 70], strides = [1, 1] : tensor<40x70xf16> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<40x70xf16>>
    return
  }
}
