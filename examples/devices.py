"""Devices and their options: two mock Blackholes of different sizes at once.

    python examples/devices.py
"""

import iree.compiler as compiler
import iree.runtime as runtime
import numpy as np

MLIR = """
func.func @scale(%a: tensor<1000xf32>) -> tensor<1000xf32> {
  %two = arith.constant dense<2.0> : tensor<1000xf32>
  %0 = arith.mulf %a, %two : tensor<1000xf32>
  return %0 : tensor<1000xf32>
}
"""

print("drivers:", [d for d in runtime.query_available_drivers()])
driver = runtime.get_driver("tenstorrent")
for device in driver.query_available_devices():
    print("device:", device)

vmfb = compiler.compile_str(MLIR, target_backends=["tenstorrent"])
x = np.arange(1000, dtype=np.float32)
for uri in ("tenstorrent://mock?grid=1x1", "tenstorrent://mock?grid=12x10"):
    device = runtime.get_device(uri)
    config = runtime.Config(device=device)
    module = runtime.VmModule.copy_buffer(config.vm_instance, vmfb)
    result = runtime.load_vm_module(module, config)["scale"](x).to_host()
    print(uri, "right" if (result == 2 * x).all() else "WRONG")
