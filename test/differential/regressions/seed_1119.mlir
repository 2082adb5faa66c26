// OUT_OF_RANGE; entry @main_dispatch_0_softmax_Dx17x2xf32_generic, phase 0, core 1, writer, write_tile.f32: element 35 of view v2, which has 34
// arguments: 1x17x2xf32
// atol: 5.72205e-06
func.func @main(%a0: tensor<?x17x2xf32>) -> (tensor<?x17x2xf32>) {
  %v0_c0_0 = arith.constant 0 : index
  %v0_d0_0 = tensor.dim %a0, %v0_c0_0 : tensor<?x17x2xf32>
  %v0_e = tensor.empty(%v0_d0_0) : tensor<?x17x2xf32>
  %v0 = linalg.softmax dimension(0) ins(%a0 : tensor<?x17x2xf32>) outs(%v0_e : tensor<?x17x2xf32>) -> tensor<?x17x2xf32>
  %v1_c0_0 = arith.constant 0 : index
  %v1_d0_0 = tensor.dim %v0, %v1_c0_0 : tensor<?x17x2xf32>
  %v1_e = tensor.empty(%v1_d0_0) : tensor<?x17x2xf32>
  %v1 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%v0 : tensor<?x17x2xf32>) outs(%v1_e : tensor<?x17x2xf32>) {
  ^bb0(%x: f32, %o: f32):
  %i = linalg.index 2 : index
  %t = arith.index_cast %i : index to i32
  %f = arith.sitofp %t : i32 to f32
  %r = arith.addf %x, %f : f32
  linalg.yield %r : f32
  } -> tensor<?x17x2xf32>
  return %v1 : tensor<?x17x2xf32>
}
