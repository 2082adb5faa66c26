"""The shortest program: compile two additions and run them on the mock device.

    python examples/add.py
"""

import iree.compiler as compiler
import iree.runtime as runtime
import numpy as np

MLIR = """
func.func @add(%a: tensor<4x?xf32>, %b: tensor<4x?xf32>) -> tensor<4x?xf32> {
  %0 = arith.addf %a, %b : tensor<4x?xf32>
  return %0 : tensor<4x?xf32>
}
"""

vmfb = compiler.compile_str(MLIR, target_backends=["tenstorrent"])

a = np.arange(12, dtype=np.float32).reshape(4, 3)
print(runtime.invoke(vmfb, [a, a]))

# The stock way; the second dimension is dynamic, so one module takes any size.
config = runtime.Config("tenstorrent")
module = runtime.VmModule.copy_buffer(config.vm_instance, vmfb)
add = runtime.load_vm_module(module, config)["add"]
b = np.ones((4, 1000), dtype=np.float32)
result = add(b, b).to_host()
assert (result == 2).all()
print(result.shape, "all", result[0, 0])
