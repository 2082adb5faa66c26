// One of several ways, halved until one is left.
#map = affine_map<(d0) -> (d0)>
#layout = #hal.pipeline.layout<bindings = [#hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, Indirect>], flags = Indirect>
module {
  func.func @switch() {
    %c7_i32 = arith.constant 7 : i32
    %c1_i32 = arith.constant 1 : i32
    %c0 = arith.constant 0 : index
    %0 = hal.interface.binding.subspan layout(#layout) binding(0) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<38xi32>>
    %1 = hal.interface.binding.subspan layout(#layout) binding(1) alignment(64) offset(%c0) flags(Indirect) : !iree_tensor_ext.dispatch.tensor<writeonly:tensor<38xi32>>
    %2 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0], sizes = [38], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<38xi32>> -> tensor<38xi32>
    %3 = tensor.empty() : tensor<38xi32>
    %4 = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]} ins(%2 : tensor<38xi32>) outs(%3 : tensor<38xi32>) {
    ^bb0(%in: i32, %out: i32):
      %5 = arith.index_cast %in : i32 to index
      %6 = scf.index_switch %5 -> i32
      case 2 {
        scf.yield %c7_i32 : i32
      }
      case -5 {
        %7 = arith.muli %in, %c7_i32 : i32
        scf.yield %7 : i32
      }
      case 0 {
        scf.yield %c1_i32 : i32
      }
      default {
        %7 = arith.addi %in, %c1_i32 : i32
        scf.yield %7 : i32
      }
      linalg.yield %6 : i32
    } -> tensor<38xi32>
    iree_tensor_ext.dispatch.tensor.store %4, %1, offsets = [0], sizes = [38], strides = [1] : tensor<38xi32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<38xi32>>
    return
  }
}
