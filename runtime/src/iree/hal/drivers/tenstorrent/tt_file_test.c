#include "iree/hal/drivers/tenstorrent/tt_file.h"

#include <stdio.h>
#include <unistd.h>

#include "iree/hal/drivers/tenstorrent/testing/fixture.h"

static void count_release(void* user_data,
                          iree_io_file_handle_primitive_t primitive) {
  ++*(int*)user_data;
}

static iree_hal_file_t* import(iree_hal_device_t* device,
                               iree_io_file_handle_primitive_t primitive,
                               int* releases) {
  iree_io_file_handle_t* handle = NULL;
  assert_ok(iree_io_file_handle_wrap(
      IREE_IO_FILE_ACCESS_READ | IREE_IO_FILE_ACCESS_WRITE, primitive,
      (iree_io_file_handle_release_callback_t){count_release, releases},
      iree_allocator_system(), &handle));
  iree_hal_file_t* file = NULL;
  assert_ok(VTABLE(device, device)
                ->import_file(
                    device, 0,
                    IREE_HAL_MEMORY_ACCESS_READ | IREE_HAL_MEMORY_ACCESS_WRITE,
                    handle, 0, &file));
  iree_io_file_handle_release(handle);  // the file keeps its own reference
  return file;
}

static iree_status_t queue_read(iree_hal_device_t* device,
                                iree_hal_file_t* file, uint64_t file_offset,
                                iree_hal_buffer_t* buffer, size_t offset,
                                size_t length) {
  single_t done = {make_semaphore(device), 1};
  assert_ok(VTABLE(device, device)
                ->queue_read(device, 0, NO_SEMAPHORES, LIST(&done), file,
                             file_offset, buffer, offset, length, 0));
  iree_status_t status = iree_hal_semaphore_wait(
      done.semaphore, 1, iree_make_timeout_ms(20000), 0);
  iree_hal_semaphore_release(done.semaphore);
  return status;
}

static iree_status_t queue_write(iree_hal_device_t* device,
                                 iree_hal_buffer_t* buffer, size_t offset,
                                 iree_hal_file_t* file, uint64_t file_offset,
                                 size_t length) {
  single_t done = {make_semaphore(device), 1};
  assert_ok(VTABLE(device, device)
                ->queue_write(device, 0, NO_SEMAPHORES, LIST(&done), buffer,
                              offset, file, file_offset, length, 0));
  iree_status_t status = iree_hal_semaphore_wait(
      done.semaphore, 1, iree_make_timeout_ms(20000), 0);
  iree_hal_semaphore_release(done.semaphore);
  return status;
}

static void check_file(iree_hal_device_t* device, iree_hal_file_t* file) {
  iree_hal_buffer_t* buffer = make_buffer(device, 64);
  uint32_t words[4] = {1, 2, 3, 4};
  write_words(buffer, 0, 4, words);
  assert_int_equal(VTABLE(file, file)->length(file), 64);
  assert_true(VTABLE(file, file)->supports_synchronous_io(file));
  assert_null(VTABLE(file, file)->storage_buffer(file));
  assert_ok(queue_write(device, buffer, 4, file, 40, 8));
  assert_ok(queue_read(device, file, 36, buffer, 32, 16));
  read_words(buffer, 32, 4, words);
  assert_int_equal(words[0], 0);
  assert_int_equal(words[1], 2);
  assert_int_equal(words[2], 3);
  assert_int_equal(words[3], 0);
  assert_ok(queue_read(device, file, 64, buffer, 0, 0));
  assert_status(queue_read(device, file, 60, buffer, 0, 8),
                IREE_STATUS_OUT_OF_RANGE,
                "range of 8 bytes at offset 60 leaves the file of 64 bytes");
  iree_hal_buffer_release(buffer);
}

static void test_host_allocation(void** state) {
  uint8_t host[64] = {0};
  int releases = 0;
  iree_hal_file_t* file = import(
      *state,
      (iree_io_file_handle_primitive_t){
          .type = IREE_IO_FILE_HANDLE_TYPE_HOST_ALLOCATION,
          .value.host_allocation = iree_make_byte_span(host, sizeof(host))},
      &releases);
  check_file(*state, file);
  assert_int_equal(releases, 0);
  iree_hal_resource_release(file);
  assert_int_equal(releases, 1);
}

static void check_descriptor(iree_hal_device_t* device) {
  FILE* stream = tmpfile();
  assert_non_null(stream);
  assert_int_equal(ftruncate(fileno(stream), 64), 0);
  int releases = 0;
  iree_hal_file_t* file = import(
      device,
      (iree_io_file_handle_primitive_t){.type = IREE_IO_FILE_HANDLE_TYPE_FD,
                                        .value.fd = fileno(stream)},
      &releases);
  check_file(device, file);
  iree_hal_resource_release(file);
  assert_int_equal(releases, 1);
  fclose(stream);
}

static void test_descriptor(void** state) { check_descriptor(*state); }

static void test_descriptor_bounced(void** state) {
  iree_hal_device_t* device = open_device("", "visible=0");
  check_descriptor(device);
  iree_hal_resource_release(device);
}

static void test_access(void** state) {
  iree_hal_device_t* device = *state;
  uint8_t host[4] = {0};
  iree_io_file_handle_t* handle = NULL;
  assert_ok(iree_io_file_handle_wrap(
      IREE_IO_FILE_ACCESS_READ,
      (iree_io_file_handle_primitive_t){
          .type = IREE_IO_FILE_HANDLE_TYPE_HOST_ALLOCATION,
          .value.host_allocation = iree_make_byte_span(host, sizeof(host))},
      (iree_io_file_handle_release_callback_t){NULL, NULL},
      iree_allocator_system(), &handle));
  iree_hal_file_t* file = NULL;
  assert_status(VTABLE(device, device)
                    ->import_file(device, 0, IREE_HAL_MEMORY_ACCESS_WRITE,
                                  handle, 0, &file),
                IREE_STATUS_PERMISSION_DENIED, "file access");
  assert_ok(VTABLE(device, device)
                ->import_file(device, 0, IREE_HAL_MEMORY_ACCESS_READ, handle, 0,
                              &file));
  iree_hal_buffer_t* buffer = make_buffer(device, 4);
  assert_status(queue_write(device, buffer, 0, file, 0, 4),
                IREE_STATUS_PERMISSION_DENIED, "not open for writing");
  iree_hal_buffer_release(buffer);
  iree_hal_resource_release(file);
  iree_io_file_handle_release(handle);
}

int main(void) {
#define TEST(fn) \
  cmocka_unit_test_setup_teardown(fn, setup_device, teardown_device)
  const struct CMUnitTest tests[] = {
      TEST(test_host_allocation),
      TEST(test_descriptor),
      TEST(test_descriptor_bounced),
      TEST(test_access),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
