// Rows of more tensors than a kernel has runtime arguments for: the plan is
// given up when its kernels are spelled, and the compile report says so.
#map = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>
#layout = #hal.pipeline.layout<constants = 1, bindings = [#hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, "ReadOnly|Indirect">, #hal.pipeline.binding<storage_buffer, Indirect>], flags = Indirect>
module {
  func.func @many_sizes() {
    %c0 = arith.constant 0 : index
    %push = hal.interface.constant.load layout(#layout) ordinal(0) : i32
    %size = arith.index_castui %push : i32 to index
    %n = iree_tensor_ext.dispatch.workload.ordinal %size, 0 : index
    %by0 = arith.constant 1 : index
    %n0 = arith.addi %n, %by0 : index
    %b0 = hal.interface.binding.subspan layout(#layout) binding(0) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n0, %n0, %n0, %n0, %n0}
    %t0 = iree_tensor_ext.dispatch.tensor.load %b0, offsets = [0, 0, 0, 0, 0], sizes = [%n, %n, %n, %n, %n], strides = [1, 1, 1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n0, %n0, %n0, %n0, %n0} -> tensor<?x?x?x?x?xf32>
    %by1 = arith.constant 2 : index
    %n1 = arith.addi %n, %by1 : index
    %b1 = hal.interface.binding.subspan layout(#layout) binding(1) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n1, %n1, %n1, %n1, %n1}
    %t1 = iree_tensor_ext.dispatch.tensor.load %b1, offsets = [0, 0, 0, 0, 0], sizes = [%n, %n, %n, %n, %n], strides = [1, 1, 1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n1, %n1, %n1, %n1, %n1} -> tensor<?x?x?x?x?xf32>
    %by2 = arith.constant 3 : index
    %n2 = arith.addi %n, %by2 : index
    %b2 = hal.interface.binding.subspan layout(#layout) binding(2) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n2, %n2, %n2, %n2, %n2}
    %t2 = iree_tensor_ext.dispatch.tensor.load %b2, offsets = [0, 0, 0, 0, 0], sizes = [%n, %n, %n, %n, %n], strides = [1, 1, 1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n2, %n2, %n2, %n2, %n2} -> tensor<?x?x?x?x?xf32>
    %by3 = arith.constant 4 : index
    %n3 = arith.addi %n, %by3 : index
    %b3 = hal.interface.binding.subspan layout(#layout) binding(3) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n3, %n3, %n3, %n3, %n3}
    %t3 = iree_tensor_ext.dispatch.tensor.load %b3, offsets = [0, 0, 0, 0, 0], sizes = [%n, %n, %n, %n, %n], strides = [1, 1, 1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n3, %n3, %n3, %n3, %n3} -> tensor<?x?x?x?x?xf32>
    %by4 = arith.constant 5 : index
    %n4 = arith.addi %n, %by4 : index
    %b4 = hal.interface.binding.subspan layout(#layout) binding(4) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n4, %n4, %n4, %n4, %n4}
    %t4 = iree_tensor_ext.dispatch.tensor.load %b4, offsets = [0, 0, 0, 0, 0], sizes = [%n, %n, %n, %n, %n], strides = [1, 1, 1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n4, %n4, %n4, %n4, %n4} -> tensor<?x?x?x?x?xf32>
    %by5 = arith.constant 6 : index
    %n5 = arith.addi %n, %by5 : index
    %b5 = hal.interface.binding.subspan layout(#layout) binding(5) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n5, %n5, %n5, %n5, %n5}
    %t5 = iree_tensor_ext.dispatch.tensor.load %b5, offsets = [0, 0, 0, 0, 0], sizes = [%n, %n, %n, %n, %n], strides = [1, 1, 1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n5, %n5, %n5, %n5, %n5} -> tensor<?x?x?x?x?xf32>
    %by6 = arith.constant 7 : index
    %n6 = arith.addi %n, %by6 : index
    %b6 = hal.interface.binding.subspan layout(#layout) binding(6) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n6, %n6, %n6, %n6, %n6}
    %t6 = iree_tensor_ext.dispatch.tensor.load %b6, offsets = [0, 0, 0, 0, 0], sizes = [%n, %n, %n, %n, %n], strides = [1, 1, 1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n6, %n6, %n6, %n6, %n6} -> tensor<?x?x?x?x?xf32>
    %by7 = arith.constant 8 : index
    %n7 = arith.addi %n, %by7 : index
    %b7 = hal.interface.binding.subspan layout(#layout) binding(7) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n7, %n7, %n7, %n7, %n7}
    %t7 = iree_tensor_ext.dispatch.tensor.load %b7, offsets = [0, 0, 0, 0, 0], sizes = [%n, %n, %n, %n, %n], strides = [1, 1, 1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n7, %n7, %n7, %n7, %n7} -> tensor<?x?x?x?x?xf32>
    %by8 = arith.constant 9 : index
    %n8 = arith.addi %n, %by8 : index
    %b8 = hal.interface.binding.subspan layout(#layout) binding(8) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n8, %n8, %n8, %n8, %n8}
    %t8 = iree_tensor_ext.dispatch.tensor.load %b8, offsets = [0, 0, 0, 0, 0], sizes = [%n, %n, %n, %n, %n], strides = [1, 1, 1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n8, %n8, %n8, %n8, %n8} -> tensor<?x?x?x?x?xf32>
    %by9 = arith.constant 10 : index
    %n9 = arith.addi %n, %by9 : index
    %b9 = hal.interface.binding.subspan layout(#layout) binding(9) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n9, %n9, %n9, %n9, %n9}
    %t9 = iree_tensor_ext.dispatch.tensor.load %b9, offsets = [0, 0, 0, 0, 0], sizes = [%n, %n, %n, %n, %n], strides = [1, 1, 1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n9, %n9, %n9, %n9, %n9} -> tensor<?x?x?x?x?xf32>
    %by10 = arith.constant 11 : index
    %n10 = arith.addi %n, %by10 : index
    %b10 = hal.interface.binding.subspan layout(#layout) binding(10) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n10, %n10, %n10, %n10, %n10}
    %t10 = iree_tensor_ext.dispatch.tensor.load %b10, offsets = [0, 0, 0, 0, 0], sizes = [%n, %n, %n, %n, %n], strides = [1, 1, 1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n10, %n10, %n10, %n10, %n10} -> tensor<?x?x?x?x?xf32>
    %by11 = arith.constant 12 : index
    %n11 = arith.addi %n, %by11 : index
    %b11 = hal.interface.binding.subspan layout(#layout) binding(11) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n11, %n11, %n11, %n11, %n11}
    %t11 = iree_tensor_ext.dispatch.tensor.load %b11, offsets = [0, 0, 0, 0, 0], sizes = [%n, %n, %n, %n, %n], strides = [1, 1, 1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n11, %n11, %n11, %n11, %n11} -> tensor<?x?x?x?x?xf32>
    %by12 = arith.constant 13 : index
    %n12 = arith.addi %n, %by12 : index
    %b12 = hal.interface.binding.subspan layout(#layout) binding(12) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n12, %n12, %n12, %n12, %n12}
    %t12 = iree_tensor_ext.dispatch.tensor.load %b12, offsets = [0, 0, 0, 0, 0], sizes = [%n, %n, %n, %n, %n], strides = [1, 1, 1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n12, %n12, %n12, %n12, %n12} -> tensor<?x?x?x?x?xf32>
    %by13 = arith.constant 14 : index
    %n13 = arith.addi %n, %by13 : index
    %b13 = hal.interface.binding.subspan layout(#layout) binding(13) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n13, %n13, %n13, %n13, %n13}
    %t13 = iree_tensor_ext.dispatch.tensor.load %b13, offsets = [0, 0, 0, 0, 0], sizes = [%n, %n, %n, %n, %n], strides = [1, 1, 1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n13, %n13, %n13, %n13, %n13} -> tensor<?x?x?x?x?xf32>
    %by14 = arith.constant 15 : index
    %n14 = arith.addi %n, %by14 : index
    %b14 = hal.interface.binding.subspan layout(#layout) binding(14) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n14, %n14, %n14, %n14, %n14}
    %t14 = iree_tensor_ext.dispatch.tensor.load %b14, offsets = [0, 0, 0, 0, 0], sizes = [%n, %n, %n, %n, %n], strides = [1, 1, 1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n14, %n14, %n14, %n14, %n14} -> tensor<?x?x?x?x?xf32>
    %by15 = arith.constant 16 : index
    %n15 = arith.addi %n, %by15 : index
    %b15 = hal.interface.binding.subspan layout(#layout) binding(15) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n15, %n15, %n15, %n15, %n15}
    %t15 = iree_tensor_ext.dispatch.tensor.load %b15, offsets = [0, 0, 0, 0, 0], sizes = [%n, %n, %n, %n, %n], strides = [1, 1, 1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n15, %n15, %n15, %n15, %n15} -> tensor<?x?x?x?x?xf32>
    %by16 = arith.constant 17 : index
    %n16 = arith.addi %n, %by16 : index
    %b16 = hal.interface.binding.subspan layout(#layout) binding(16) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n16, %n16, %n16, %n16, %n16}
    %t16 = iree_tensor_ext.dispatch.tensor.load %b16, offsets = [0, 0, 0, 0, 0], sizes = [%n, %n, %n, %n, %n], strides = [1, 1, 1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n16, %n16, %n16, %n16, %n16} -> tensor<?x?x?x?x?xf32>
    %by17 = arith.constant 18 : index
    %n17 = arith.addi %n, %by17 : index
    %b17 = hal.interface.binding.subspan layout(#layout) binding(17) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n17, %n17, %n17, %n17, %n17}
    %t17 = iree_tensor_ext.dispatch.tensor.load %b17, offsets = [0, 0, 0, 0, 0], sizes = [%n, %n, %n, %n, %n], strides = [1, 1, 1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n17, %n17, %n17, %n17, %n17} -> tensor<?x?x?x?x?xf32>
    %by18 = arith.constant 19 : index
    %n18 = arith.addi %n, %by18 : index
    %b18 = hal.interface.binding.subspan layout(#layout) binding(18) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n18, %n18, %n18, %n18, %n18}
    %t18 = iree_tensor_ext.dispatch.tensor.load %b18, offsets = [0, 0, 0, 0, 0], sizes = [%n, %n, %n, %n, %n], strides = [1, 1, 1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n18, %n18, %n18, %n18, %n18} -> tensor<?x?x?x?x?xf32>
    %by19 = arith.constant 20 : index
    %n19 = arith.addi %n, %by19 : index
    %b19 = hal.interface.binding.subspan layout(#layout) binding(19) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n19, %n19, %n19, %n19, %n19}
    %t19 = iree_tensor_ext.dispatch.tensor.load %b19, offsets = [0, 0, 0, 0, 0], sizes = [%n, %n, %n, %n, %n], strides = [1, 1, 1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n19, %n19, %n19, %n19, %n19} -> tensor<?x?x?x?x?xf32>
    %by20 = arith.constant 21 : index
    %n20 = arith.addi %n, %by20 : index
    %b20 = hal.interface.binding.subspan layout(#layout) binding(20) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n20, %n20, %n20, %n20, %n20}
    %t20 = iree_tensor_ext.dispatch.tensor.load %b20, offsets = [0, 0, 0, 0, 0], sizes = [%n, %n, %n, %n, %n], strides = [1, 1, 1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n20, %n20, %n20, %n20, %n20} -> tensor<?x?x?x?x?xf32>
    %by21 = arith.constant 22 : index
    %n21 = arith.addi %n, %by21 : index
    %b21 = hal.interface.binding.subspan layout(#layout) binding(21) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n21, %n21, %n21, %n21, %n21}
    %t21 = iree_tensor_ext.dispatch.tensor.load %b21, offsets = [0, 0, 0, 0, 0], sizes = [%n, %n, %n, %n, %n], strides = [1, 1, 1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n21, %n21, %n21, %n21, %n21} -> tensor<?x?x?x?x?xf32>
    %by22 = arith.constant 23 : index
    %n22 = arith.addi %n, %by22 : index
    %b22 = hal.interface.binding.subspan layout(#layout) binding(22) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n22, %n22, %n22, %n22, %n22}
    %t22 = iree_tensor_ext.dispatch.tensor.load %b22, offsets = [0, 0, 0, 0, 0], sizes = [%n, %n, %n, %n, %n], strides = [1, 1, 1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n22, %n22, %n22, %n22, %n22} -> tensor<?x?x?x?x?xf32>
    %by23 = arith.constant 24 : index
    %n23 = arith.addi %n, %by23 : index
    %b23 = hal.interface.binding.subspan layout(#layout) binding(23) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n23, %n23, %n23, %n23, %n23}
    %t23 = iree_tensor_ext.dispatch.tensor.load %b23, offsets = [0, 0, 0, 0, 0], sizes = [%n, %n, %n, %n, %n], strides = [1, 1, 1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n23, %n23, %n23, %n23, %n23} -> tensor<?x?x?x?x?xf32>
    %by24 = arith.constant 25 : index
    %n24 = arith.addi %n, %by24 : index
    %b24 = hal.interface.binding.subspan layout(#layout) binding(24) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n24, %n24, %n24, %n24, %n24}
    %t24 = iree_tensor_ext.dispatch.tensor.load %b24, offsets = [0, 0, 0, 0, 0], sizes = [%n, %n, %n, %n, %n], strides = [1, 1, 1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n24, %n24, %n24, %n24, %n24} -> tensor<?x?x?x?x?xf32>
    %by25 = arith.constant 26 : index
    %n25 = arith.addi %n, %by25 : index
    %b25 = hal.interface.binding.subspan layout(#layout) binding(25) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n25, %n25, %n25, %n25, %n25}
    %t25 = iree_tensor_ext.dispatch.tensor.load %b25, offsets = [0, 0, 0, 0, 0], sizes = [%n, %n, %n, %n, %n], strides = [1, 1, 1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n25, %n25, %n25, %n25, %n25} -> tensor<?x?x?x?x?xf32>
    %by26 = arith.constant 27 : index
    %n26 = arith.addi %n, %by26 : index
    %b26 = hal.interface.binding.subspan layout(#layout) binding(26) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n26, %n26, %n26, %n26, %n26}
    %t26 = iree_tensor_ext.dispatch.tensor.load %b26, offsets = [0, 0, 0, 0, 0], sizes = [%n, %n, %n, %n, %n], strides = [1, 1, 1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n26, %n26, %n26, %n26, %n26} -> tensor<?x?x?x?x?xf32>
    %by27 = arith.constant 28 : index
    %n27 = arith.addi %n, %by27 : index
    %b27 = hal.interface.binding.subspan layout(#layout) binding(27) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n27, %n27, %n27, %n27, %n27}
    %t27 = iree_tensor_ext.dispatch.tensor.load %b27, offsets = [0, 0, 0, 0, 0], sizes = [%n, %n, %n, %n, %n], strides = [1, 1, 1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n27, %n27, %n27, %n27, %n27} -> tensor<?x?x?x?x?xf32>
    %by28 = arith.constant 29 : index
    %n28 = arith.addi %n, %by28 : index
    %b28 = hal.interface.binding.subspan layout(#layout) binding(28) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n28, %n28, %n28, %n28, %n28}
    %t28 = iree_tensor_ext.dispatch.tensor.load %b28, offsets = [0, 0, 0, 0, 0], sizes = [%n, %n, %n, %n, %n], strides = [1, 1, 1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n28, %n28, %n28, %n28, %n28} -> tensor<?x?x?x?x?xf32>
    %by29 = arith.constant 30 : index
    %n29 = arith.addi %n, %by29 : index
    %b29 = hal.interface.binding.subspan layout(#layout) binding(29) alignment(64) offset(%c0) flags("ReadOnly|Indirect") : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n29, %n29, %n29, %n29, %n29}
    %t29 = iree_tensor_ext.dispatch.tensor.load %b29, offsets = [0, 0, 0, 0, 0], sizes = [%n, %n, %n, %n, %n], strides = [1, 1, 1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<?x?x?x?x?xf32>>{%n29, %n29, %n29, %n29, %n29} -> tensor<?x?x?x?x?xf32>
    %o = hal.interface.binding.subspan layout(#layout) binding(30) alignment(64) offset(%c0) flags(Indirect) : !iree_tensor_ext.dispatch.tensor<writeonly:tensor<?x?x?x?x?xf32>>{%n, %n, %n, %n, %n}
    %e = tensor.empty(%n, %n, %n, %n, %n) : tensor<?x?x?x?x?xf32>
    %r = linalg.generic {indexing_maps = [#map, #map, #map, #map, #map, #map, #map, #map, #map, #map, #map, #map, #map, #map, #map, #map, #map, #map, #map, #map, #map, #map, #map, #map, #map, #map, #map, #map, #map, #map, #map], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%t0, %t1, %t2, %t3, %t4, %t5, %t6, %t7, %t8, %t9, %t10, %t11, %t12, %t13, %t14, %t15, %t16, %t17, %t18, %t19, %t20, %t21, %t22, %t23, %t24, %t25, %t26, %t27, %t28, %t29 : tensor<?x?x?x?x?xf32>, tensor<?x?x?x?x?xf32>, tensor<?x?x?x?x?xf32>, tensor<?x?x?x?x?xf32>, tensor<?x?x?x?x?xf32>, tensor<?x?x?x?x?xf32>, tensor<?x?x?x?x?xf32>, tensor<?x?x?x?x?xf32>, tensor<?x?x?x?x?xf32>, tensor<?x?x?x?x?xf32>, tensor<?x?x?x?x?xf32>, tensor<?x?x?x?x?xf32>, tensor<?x?x?x?x?xf32>, tensor<?x?x?x?x?xf32>, tensor<?x?x?x?x?xf32>, tensor<?x?x?x?x?xf32>, tensor<?x?x?x?x?xf32>, tensor<?x?x?x?x?xf32>, tensor<?x?x?x?x?xf32>, tensor<?x?x?x?x?xf32>, tensor<?x?x?x?x?xf32>, tensor<?x?x?x?x?xf32>, tensor<?x?x?x?x?xf32>, tensor<?x?x?x?x?xf32>, tensor<?x?x?x?x?xf32>, tensor<?x?x?x?x?xf32>, tensor<?x?x?x?x?xf32>, tensor<?x?x?x?x?xf32>, tensor<?x?x?x?x?xf32>, tensor<?x?x?x?x?xf32>) outs(%e : tensor<?x?x?x?x?xf32>) {
    ^bb0(%x0: f32, %x1: f32, %x2: f32, %x3: f32, %x4: f32, %x5: f32, %x6: f32, %x7: f32, %x8: f32, %x9: f32, %x10: f32, %x11: f32, %x12: f32, %x13: f32, %x14: f32, %x15: f32, %x16: f32, %x17: f32, %x18: f32, %x19: f32, %x20: f32, %x21: f32, %x22: f32, %x23: f32, %x24: f32, %x25: f32, %x26: f32, %x27: f32, %x28: f32, %x29: f32, %out: f32):
      %s1 = arith.addf %x0, %x1 : f32
      %s2 = arith.addf %s1, %x2 : f32
      %s3 = arith.addf %s2, %x3 : f32
      %s4 = arith.addf %s3, %x4 : f32
      %s5 = arith.addf %s4, %x5 : f32
      %s6 = arith.addf %s5, %x6 : f32
      %s7 = arith.addf %s6, %x7 : f32
      %s8 = arith.addf %s7, %x8 : f32
      %s9 = arith.addf %s8, %x9 : f32
      %s10 = arith.addf %s9, %x10 : f32
      %s11 = arith.addf %s10, %x11 : f32
      %s12 = arith.addf %s11, %x12 : f32
      %s13 = arith.addf %s12, %x13 : f32
      %s14 = arith.addf %s13, %x14 : f32
      %s15 = arith.addf %s14, %x15 : f32
      %s16 = arith.addf %s15, %x16 : f32
      %s17 = arith.addf %s16, %x17 : f32
      %s18 = arith.addf %s17, %x18 : f32
      %s19 = arith.addf %s18, %x19 : f32
      %s20 = arith.addf %s19, %x20 : f32
      %s21 = arith.addf %s20, %x21 : f32
      %s22 = arith.addf %s21, %x22 : f32
      %s23 = arith.addf %s22, %x23 : f32
      %s24 = arith.addf %s23, %x24 : f32
      %s25 = arith.addf %s24, %x25 : f32
      %s26 = arith.addf %s25, %x26 : f32
      %s27 = arith.addf %s26, %x27 : f32
      %s28 = arith.addf %s27, %x28 : f32
      %s29 = arith.addf %s28, %x29 : f32
      linalg.yield %s29 : f32
    } -> tensor<?x?x?x?x?xf32>
    iree_tensor_ext.dispatch.tensor.store %r, %o, offsets = [0, 0, 0, 0, 0], sizes = [%n, %n, %n, %n, %n], strides = [1, 1, 1, 1, 1] : tensor<?x?x?x?x?xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<?x?x?x?x?xf32>>{%n, %n, %n, %n, %n}
    return
  }
}
