// Runs emitted kernels, compiled for the host, on one simulated core. For
// tests; one at a time.
#ifndef TT_IREE_TILE_KERNEL_HOST_H_
#define TT_IREE_TILE_KERNEL_HOST_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct host_kernel_t {
  const char* name;  // file name in testdata/kernels
  void (*run)(void);
} host_kernel_t;

// All golden kernels; ends with an empty row.
extern const host_kernel_t host_kernels[];

// Copies between the host and byte |offset| of the allocation at |bank|.
void host_write(uint32_t bank, uint64_t offset, const void* data, size_t size);
void host_read(uint32_t bank, uint64_t offset, void* data, size_t size);

// Forgets all CBs, then configures them one by one. |format| is a tt_format_t.
void host_clear_cbs(void);
void host_set_cb(uint32_t number, uint32_t format, uint32_t rows,
                 uint32_t page_size, uint32_t pages);
void host_set_arg(uint32_t unit, uint32_t word, uint32_t value);

// Runs the three kernels (NULL: none) to their ends. Returns what went wrong,
// NULL when nothing did.
const char* host_run(void (*const kernels[3])(void));

#ifdef __cplusplus
}
#endif

#endif  // TT_IREE_TILE_KERNEL_HOST_H_
