// The way to TTNN, which is a Python module: requests go to a function that
// tt_iree/ttnn_device.py registers. It has the GIL while it runs; nothing here
// knows Python.
//
// A request is JSON. Its answer is numbers, or a code and a message:
//
//   {"do": "open", "device": 0}            device, columns, rows, DRAM banks
//   {"do": "close", "device": d}
//   {"do": "allocate", "device": d, "bytes": n}    tensor, bank address
//   {"do": "free", "tensor": t}
//   {"do": "write", "tensor": t, "offset": o, "bytes": n, "host": address}
//   {"do": "read", ...}                    the same, to the host
//   {"do": "launch", "device": d, ...}     ttnn_launch.c
#ifndef TT_IREE_HAL_DRIVERS_TENSTORRENT_TTNN_TTNN_BRIDGE_H_
#define TT_IREE_HAL_DRIVERS_TENSTORRENT_TTNN_TTNN_BRIDGE_H_

#include <stddef.h>
#include <stdint.h>

#include "tile/status.h"
#include "tile/strbuf.h"

// Answers |request| into |reply| (|capacity| bytes, NUL-terminated). Returns a
// tt_code_t; if it is not OK, |reply| is its message. Called from any thread,
// several at once.
typedef int (*tt_ttnn_host_t)(const char* request, char* reply,
                              size_t capacity);

// Part of the flat C interface of tt_python.h: registers the function, NULL at
// the interpreter's end. From then on requests fail with UNAVAILABLE.
__attribute__((visibility("default"))) void tt_iree_ttnn_connect(
    tt_ttnn_host_t host);

// Sends |request|, which is freed, and reads |count| numbers of the answer.
tt_status_t tt_ttnn_call(tt_strbuf_t* request, uint64_t* out_numbers,
                         size_t count);

// Appends |text| as a JSON string.
void tt_ttnn_print_text(tt_strbuf_t* b, const char* text);

#endif  // TT_IREE_HAL_DRIVERS_TENSTORRENT_TTNN_TTNN_BRIDGE_H_
