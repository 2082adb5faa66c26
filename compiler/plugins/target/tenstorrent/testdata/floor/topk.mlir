// Carried values swap; the rows are parallel.
#layout = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, Indirect>, #hal.pipeline.binding<storage_buffer, Indirect>], flags = Indirect>
module {
  func.func @topk() {
    %c0_i32 = arith.constant 0 : i32
    %cst = arith.constant 0xFF800000 : f32
    %c0 = arith.constant 0 : index
    %c192 = arith.constant 192 : index
    %0 = hal.interface.binding.subspan layout(#layout) binding(0) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<10x64xf32>>
    %1 = hal.interface.binding.subspan layout(#layout) binding(1) alignment(64) offset(%c0) flags(Indirect) : !iree_tensor_ext.dispatch.tensor<writeonly:tensor<10x4xf32>>
    %2 = hal.interface.binding.subspan layout(#layout) binding(2) alignment(64) offset(%c192) flags(Indirect) : !iree_tensor_ext.dispatch.tensor<writeonly:tensor<10x4xi32>>
    %3 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0], sizes = [10, 64], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<10x64xf32>> -> tensor<10x64xf32>
    %4 = tensor.empty() : tensor<10x4xi32>
    %5 = tensor.empty() : tensor<10x4xf32>
    %6 = linalg.fill ins(%c0_i32 : i32) outs(%4 : tensor<10x4xi32>) -> tensor<10x4xi32>
    %7 = linalg.fill ins(%cst : f32) outs(%5 : tensor<10x4xf32>) -> tensor<10x4xf32>
    %8:2 = iree_linalg_ext.topk dimension(1) ins(%3 : tensor<10x64xf32>) outs(%7, %6 : tensor<10x4xf32>, tensor<10x4xi32>) {
    ^bb0(%arg0: f32, %arg1: f32):
      %9 = arith.cmpf ogt, %arg0, %arg1 : f32
      iree_linalg_ext.yield %9 : i1
    } -> tensor<10x4xf32>, tensor<10x4xi32>
    iree_tensor_ext.dispatch.tensor.store %8#0, %1, offsets = [0, 0], sizes = [10, 4], strides = [1, 1] : tensor<10x4xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<10x4xf32>>
    iree_tensor_ext.dispatch.tensor.store %8#1, %2, offsets = [0, 0], sizes = [10, 4], strides = [1, 1] : tensor<10x4xi32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<10x4xi32>>
    return
  }
}
