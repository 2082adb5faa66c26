#include "iree/hal/drivers/tenstorrent/tt_allocator.h"

#include "iree/hal/drivers/tenstorrent/testing/fixture.h"
#include "iree/hal/drivers/tenstorrent/tt_buffer.h"

static iree_status_t allocate(iree_hal_device_t* device,
                              iree_hal_memory_type_t type, uint64_t size,
                              iree_hal_buffer_t** out_buffer) {
  iree_hal_allocator_t* allocator = device_allocator(device);
  const iree_hal_buffer_params_t params = {.type = type};
  return VTABLE(allocator, allocator)
      ->allocate_buffer(allocator, &params, size, out_buffer);
}

static iree_hal_allocator_statistics_t statistics(iree_hal_device_t* device) {
  iree_hal_allocator_t* allocator = device_allocator(device);
  iree_hal_allocator_statistics_t result;
  VTABLE(allocator, allocator)->query_statistics(allocator, &result);
  return result;
}

static void test_limit(void** state) {
  iree_hal_device_t* device = *state;
  iree_hal_buffer_t* buffers[2] = {NULL, NULL};
  assert_ok(allocate(device, IREE_HAL_MEMORY_TYPE_DEVICE_LOCAL, 1000000,
                     &buffers[0]));
  assert_status(
      allocate(device, IREE_HAL_MEMORY_TYPE_DEVICE_LOCAL, 50000, &buffers[1]),
      IREE_STATUS_RESOURCE_EXHAUSTED,
      "50048 bytes requested, 1000000 bytes in use, limit 1048576 bytes");
  assert_null(buffers[1]);
  assert_status(allocate(device, IREE_HAL_MEMORY_TYPE_DEVICE_LOCAL, UINT64_MAX,
                         &buffers[1]),
                IREE_STATUS_RESOURCE_EXHAUSTED, "limit 1048576");
  iree_hal_buffer_release(buffers[0]);
  assert_ok(allocate(device, IREE_HAL_MEMORY_TYPE_DEVICE_LOCAL, 1048576,
                     &buffers[1]));
  iree_hal_buffer_release(buffers[1]);
}

static void test_statistics(void** state) {
  iree_hal_device_t* device = *state;
  iree_hal_buffer_t *a = NULL, *b = NULL, *host = NULL;
  assert_ok(allocate(device, IREE_HAL_MEMORY_TYPE_DEVICE_LOCAL, 100, &a));
  assert_ok(allocate(device, IREE_HAL_MEMORY_TYPE_OPTIMAL, 0, &b));
  assert_ok(allocate(
      device,
      IREE_HAL_MEMORY_TYPE_HOST_LOCAL | IREE_HAL_MEMORY_TYPE_DEVICE_VISIBLE, 64,
      &host));
  assert_int_equal(statistics(device).device_bytes_allocated, 128 + 64);
  assert_int_equal(statistics(device).device_bytes_freed, 0);
  assert_int_equal(statistics(device).host_bytes_allocated, 64);
  iree_hal_buffer_release(a);
  iree_hal_buffer_release(b);
  iree_hal_buffer_release(host);
  assert_int_equal(statistics(device).device_bytes_freed, 128 + 64);
  assert_int_equal(statistics(device).device_bytes_peak, 128 + 64);
  assert_int_equal(statistics(device).host_bytes_freed, 64);
}

static void test_params(void** state) {
  iree_hal_device_t* device = *state;
  iree_hal_allocator_t* allocator = device_allocator(device);
  iree_hal_buffer_t* buffer = NULL;
  iree_hal_buffer_params_t params = {.min_alignment = 4096};
  assert_status(VTABLE(allocator, allocator)
                    ->allocate_buffer(allocator, &params, 4, &buffer),
                IREE_STATUS_UNIMPLEMENTED, "alignment of 4096 bytes");
  assert_ok(allocate(device, IREE_HAL_MEMORY_TYPE_DEVICE_LOCAL, 100, &buffer));
  assert_ptr_equal(buffer->allocated_buffer, buffer);
  assert_int_equal(buffer->byte_length, 100);
  assert_int_equal(buffer->preserve_count, 1);
  assert_int_equal(buffer->allowed_access, IREE_HAL_MEMORY_ACCESS_ALL);
  assert_int_equal(buffer->placement.flags, 0);
  assert_ptr_equal(buffer->placement.device, device);
  assert_true(buffer->memory_type & IREE_HAL_MEMORY_TYPE_HOST_VISIBLE);
  iree_hal_buffer_release(buffer);

  iree_hal_allocator_memory_heap_t heaps[2];
  iree_host_size_t count = 0;
  assert_status(VTABLE(allocator, allocator)
                    ->query_memory_heaps(allocator, 0, NULL, &count),
                IREE_STATUS_OUT_OF_RANGE, "");
  assert_int_equal(count, 2);
  assert_ok(VTABLE(allocator, allocator)
                ->query_memory_heaps(allocator, 2, heaps, &count));
  assert_int_equal(heaps[0].max_allocation_size, 1 << 20);

  params = (iree_hal_buffer_params_t){.usage = 0xc00};
  iree_device_size_t size = 10;
  const iree_hal_buffer_compatibility_t compatibility =
      VTABLE(allocator, allocator)
          ->query_buffer_compatibility(allocator, &params, &size);
  assert_true(compatibility & IREE_HAL_BUFFER_COMPATIBILITY_QUEUE_DISPATCH);
  assert_true(compatibility & IREE_HAL_BUFFER_COMPATIBILITY_ALLOCATABLE);
}

static void test_mapping(void** state) {
  iree_hal_device_t* device = *state;
  iree_hal_buffer_t* buffer = make_buffer(device, 64);
  iree_hal_buffer_mapping_t mapping = {.buffer = buffer};
  assert_ok(VTABLE(buffer, buffer)
                ->map_range(buffer, IREE_HAL_MAPPING_MODE_SCOPED,
                            IREE_HAL_MEMORY_ACCESS_WRITE, 8, 16, &mapping));
  assert_int_equal(mapping.contents.data_length, 16);
  memset(mapping.contents.data, 0xff, 16);
  // Memory that is mapped outlives its dealloca.
  assert_ok(iree_hal_tt_buffer_decommit(buffer));
  uint32_t words[16];
  read_words(buffer, 0, 16, words);
  assert_int_equal(words[1], 0);
  assert_int_equal(words[2], 0xffffffff);
  assert_int_equal(words[6], 0);
  assert_ok(VTABLE(buffer, buffer)->flush_range(buffer, 8, 16));
  assert_ok(VTABLE(buffer, buffer)->unmap_range(buffer, 8, 16, &mapping));
  assert_ok(iree_hal_tt_buffer_decommit(buffer));
  assert_status(VTABLE(buffer, buffer)
                    ->map_range(buffer, IREE_HAL_MAPPING_MODE_SCOPED,
                                IREE_HAL_MEMORY_ACCESS_WRITE, 8, 16, &mapping),
                IREE_STATUS_FAILED_PRECONDITION, "no memory");
  iree_hal_buffer_release(buffer);
}

static void count_release(void* user_data, iree_hal_buffer_t* buffer) {
  ++*(int*)user_data;
}

static iree_status_t import(iree_hal_device_t* device, void* host, size_t size,
                            int* releases, iree_hal_buffer_t** out_buffer) {
  iree_hal_allocator_t* allocator = device_allocator(device);
  const iree_hal_buffer_params_t params = {0};
  iree_hal_external_buffer_t external = {
      .type = IREE_HAL_EXTERNAL_BUFFER_TYPE_HOST_ALLOCATION,
      .size = size,
      .handle.host_allocation.ptr = host,
  };
  return VTABLE(allocator, allocator)
      ->import_buffer(
          allocator, &params, &external,
          (iree_hal_buffer_release_callback_t){count_release, releases},
          out_buffer);
}

static void test_import(void** state) {
  iree_hal_device_t* device = *state;
  _Alignas(64) uint32_t host[32] = {1, 2, 3};
  int releases = 0;
  iree_hal_buffer_t* buffer = NULL;
  assert_status(import(device, host + 1, 64, &releases, &buffer),
                IREE_STATUS_UNAVAILABLE, "not aligned to 64 bytes");
  assert_ok(import(device, host, 100, &releases, &buffer));
  uint32_t words[3];
  read_words(buffer, 0, 3, words);
  assert_int_equal(words[2], 3);
  assert_int_equal(statistics(device).device_bytes_allocated, 0);
  assert_int_equal(releases, 0);

  iree_hal_allocator_t* allocator = device_allocator(device);
  iree_hal_external_buffer_t external;
  assert_ok(VTABLE(allocator, allocator)
                ->export_buffer(allocator, buffer,
                                IREE_HAL_EXTERNAL_BUFFER_TYPE_HOST_ALLOCATION,
                                0, &external));
  assert_ptr_equal(external.handle.host_allocation.ptr, host);
  assert_int_equal(external.size, 100);
  // The same address as DLPack wants it.
  assert_ok(VTABLE(allocator, allocator)
                ->export_buffer(allocator, buffer,
                                IREE_HAL_EXTERNAL_BUFFER_TYPE_DEVICE_ALLOCATION,
                                0, &external));
  assert_int_equal(external.handle.device_allocation.ptr, (uintptr_t)host);
  assert_status(VTABLE(allocator, allocator)
                    ->export_buffer(allocator, buffer,
                                    IREE_HAL_EXTERNAL_BUFFER_TYPE_OPAQUE_FD, 0,
                                    &external),
                IREE_STATUS_UNAVAILABLE, "type 3 requested");
  iree_hal_buffer_release(buffer);
  assert_int_equal(releases, 1);

  iree_hal_device_t* other = open_device("other", NULL);
  assert_status(import(other, host, 100, &releases, &buffer),
                IREE_STATUS_UNAVAILABLE, "cannot use host memory");
  iree_hal_resource_release(other);
  assert_int_equal(releases, 1);
}

// A pool as the runtime's caching allocator: takes buffers back.
typedef struct pool_t {
  iree_hal_resource_t resource;
  iree_hal_buffer_t* returned;
} pool_t;

static void pool_take(iree_hal_allocator_t* IREE_RESTRICT base,
                      iree_hal_buffer_t* IREE_RESTRICT buffer) {
  ((pool_t*)base)->returned = buffer;
}

static void test_pooling(void** state) {
  const iree_hal_allocator_vtable_t pool_vtable = {.deallocate_buffer =
                                                       pool_take};
  pool_t pool = {0};
  iree_hal_resource_initialize(&pool_vtable, &pool.resource);
  iree_hal_buffer_t* buffer = make_buffer(*state, 64);
  buffer->pooling_allocator = (iree_hal_allocator_t*)&pool;
  assert_ok(iree_hal_tt_buffer_decommit(buffer));  // pooled memory stays
  uint32_t word = 1;
  read_words(buffer, 0, 1, &word);
  iree_hal_buffer_release(buffer);
  assert_ptr_equal(pool.returned, buffer);
  VTABLE(buffer, buffer)->destroy(buffer);
}

// A device whose memory the host cannot see.
static void test_invisible(void** state) {
  iree_hal_device_t* device = open_device("", "visible=0");
  iree_hal_buffer_t* buffer = make_buffer(device, 64);
  assert_false(buffer->memory_type & IREE_HAL_MEMORY_TYPE_HOST_VISIBLE);
  iree_hal_buffer_mapping_t mapping = {.buffer = buffer};
  assert_status(VTABLE(buffer, buffer)
                    ->map_range(buffer, IREE_HAL_MAPPING_MODE_PERSISTENT,
                                IREE_HAL_MEMORY_ACCESS_READ, 0, 64, &mapping),
                IREE_STATUS_FAILED_PRECONDITION, "not visible to the host");
  const uint32_t words[4] = {1, 2, 3, 4};
  write_words(buffer, 16, 4, words);
  // For a while it can be mapped: a copy, written back if it may be written.
  for (int write = 0; write < 2; ++write) {
    const iree_hal_memory_access_t access =
        write ? IREE_HAL_MEMORY_ACCESS_READ | IREE_HAL_MEMORY_ACCESS_WRITE
              : IREE_HAL_MEMORY_ACCESS_READ;
    mapping.impl.allowed_access = access;
    assert_ok(VTABLE(buffer, buffer)
                  ->map_range(buffer, IREE_HAL_MAPPING_MODE_SCOPED, access, 20,
                              8, &mapping));
    uint32_t* mapped = (uint32_t*)mapping.contents.data;
    assert_int_equal(mapping.contents.data_length, 8);
    assert_int_equal(mapped[0], 2);
    mapped[1] = 30;
    // It stays while it is mapped.
    assert_ok(iree_hal_tt_buffer_decommit(buffer));
    assert_ok(VTABLE(buffer, buffer)->unmap_range(buffer, 20, 8, &mapping));
    uint32_t back[4];
    read_words(buffer, 16, 4, back);
    assert_int_equal(back[1], 2);
    assert_int_equal(back[2], write ? 30 : 3);
    assert_int_equal(back[3], 4);
  }
  mapping.impl.allowed_access = IREE_HAL_MEMORY_ACCESS_DISCARD_WRITE;
  assert_ok(VTABLE(buffer, buffer)
                ->map_range(buffer, IREE_HAL_MAPPING_MODE_SCOPED,
                            IREE_HAL_MEMORY_ACCESS_DISCARD_WRITE, 24, 4,
                            &mapping));
  memcpy(mapping.contents.data, &words[2], 4);
  assert_ok(VTABLE(buffer, buffer)->unmap_range(buffer, 24, 4, &mapping));
  iree_hal_buffer_t* staging = NULL;
  assert_ok(allocate(device, 0x56, 64, &staging));
  single_t done = {make_semaphore(device), 1};
  assert_ok(VTABLE(device, device)
                ->queue_copy(device, 0, NO_SEMAPHORES, LIST(&done), buffer, 16,
                             staging, 0, 16, 0));
  assert_ok(iree_hal_semaphore_wait(done.semaphore, 1,
                                    iree_make_timeout_ms(20000), 0));
  assert_ok(VTABLE(staging, buffer)
                ->map_range(staging, IREE_HAL_MAPPING_MODE_SCOPED,
                            IREE_HAL_MEMORY_ACCESS_READ, 0, 16, &mapping));
  assert_memory_equal(mapping.contents.data, words, 16);
  assert_ok(VTABLE(staging, buffer)->unmap_range(staging, 0, 16, &mapping));
  iree_hal_semaphore_release(done.semaphore);
  iree_hal_buffer_release(staging);
  iree_hal_buffer_release(buffer);
  iree_hal_resource_release(device);
}

int main(void) {
#define TEST(fn) \
  cmocka_unit_test_setup_teardown(fn, setup_device, teardown_device)
  const struct CMUnitTest tests[] = {
      TEST(test_limit),     TEST(test_statistics), TEST(test_params),
      TEST(test_mapping),   TEST(test_import),     TEST(test_pooling),
      TEST(test_invisible),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
