// 16-bit floats are summed in f32.
#layout = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, Indirect>], flags = Indirect>
module {
  func.func @bf16_sum() {
    %cst = arith.constant 0.000000e+00 : bf16
    %c0 = arith.constant 0 : index
    %0 = hal.interface.binding.subspan layout(#layout) binding(0) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<40x64xbf16>>
    %1 = hal.interface.binding.subspan layout(#layout) binding(1) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x50xbf16>>
    %2 = hal.interface.binding.subspan layout(#layout) binding(2) alignment(64) offset(%c0) flags(Indirect) : !iree_tensor_ext.dispatch.tensor<writeonly:tensor<40x50xbf16>>
    %3 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0], sizes = [40, 64], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<40x64xbf16>> -> tensor<40x64xbf16>
    %4 = iree_tensor_ext.dispatch.tensor.load %1, offsets = [0, 0], sizes = [64, 50], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x50xbf16>> -> tensor<64x50xbf16>
    %5 = tensor.empty() : tensor<40x50xbf16>
    %6 = linalg.fill ins(%cst : bf16) outs(%5 : tensor<40x50xbf16>) -> tensor<40x50xbf16>
    %7 = linalg.matmul ins(%3, %4 : tensor<40x64xbf16>, tensor<64x50xbf16>) outs(%6 : tensor<40x50xbf16>) -> tensor<40x50xbf16>
    iree_tensor_ext.dispatch.tensor.store %7, %2, offsets = [0, 0], sizes = [40, 50], strides = [1, 1] : tensor<40x50xbf16> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<40x50xbf16>>
    return
  }
}
