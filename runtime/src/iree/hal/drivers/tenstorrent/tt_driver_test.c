#include "iree/hal/drivers/tenstorrent/tt_driver.h"

#include "iree/hal/drivers/tenstorrent/registration/driver_module.h"
#include "iree/hal/drivers/tenstorrent/testing/fake_backend.h"
#include "iree/hal/drivers/tenstorrent/testing/fixture.h"
#include "iree/hal/drivers/tenstorrent/tt_allocator.h"
#include "iree/hal/drivers/tenstorrent/tt_buffer.h"
#include "iree/hal/drivers/tenstorrent/tt_channel.h"
#include "iree/hal/drivers/tenstorrent/tt_command_buffer.h"
#include "iree/hal/drivers/tenstorrent/tt_device.h"
#include "iree/hal/drivers/tenstorrent/tt_event.h"
#include "iree/hal/drivers/tenstorrent/tt_executable.h"
#include "iree/hal/drivers/tenstorrent/tt_executable_cache.h"
#include "iree/hal/drivers/tenstorrent/tt_file.h"
#include "iree/hal/drivers/tenstorrent/tt_semaphore.h"

// The runtime calls slots without looking: a NULL one is a crash.
static void test_no_empty_slot(void** state) {
#define ALL_SLOTS(vtable, slot_count) \
  { #vtable, &vtable, sizeof(vtable), (slot_count) }
  const struct {
    const char* name;
    const void* vtable;
    size_t size;
    size_t slot_count;
  } vtables[] = {
      ALL_SLOTS(iree_hal_tt_allocator_vtable, 20),
      ALL_SLOTS(iree_hal_tt_buffer_vtable, 6),
      ALL_SLOTS(iree_hal_tt_channel_vtable, 3),
      ALL_SLOTS(iree_hal_tt_command_buffer_vtable, 15),
      ALL_SLOTS(iree_hal_tt_device_vtable, 30),
      ALL_SLOTS(iree_hal_tt_driver_vtable, 5),
      ALL_SLOTS(iree_hal_tt_event_vtable, 1),
      ALL_SLOTS(iree_hal_tt_executable_vtable, 5),
      ALL_SLOTS(iree_hal_tt_executable_cache_vtable, 4),
      ALL_SLOTS(iree_hal_tt_file_vtable, 7),
      ALL_SLOTS(iree_hal_tt_semaphore_vtable, 7),
  };
  for (size_t i = 0; i < IREE_ARRAYSIZE(vtables); ++i) {
    assert_int_equal(vtables[i].size, vtables[i].slot_count * sizeof(void*));
    for (size_t slot = 0; slot < vtables[i].slot_count; ++slot) {
      if (((void* const*)vtables[i].vtable)[slot]) continue;
      fail_msg("slot %zu of %s is NULL", slot, vtables[i].name);
    }
  }
}

static int setup_driver(void** state) {
  assert_ok(iree_hal_tenstorrent_driver_create(IREE_SV("tenstorrent"),
                                               iree_allocator_system(),
                                               (iree_hal_driver_t**)state));
  return 0;
}

static int teardown_driver(void** state) {
  iree_hal_resource_release(*state);
  assert_nothing_live();
  return 0;
}

static void test_query_devices(void** state) {
  iree_hal_driver_t* driver = *state;
  iree_host_size_t count = 0;
  iree_hal_device_info_t* infos = NULL;
  assert_ok(VTABLE(driver, driver)
                ->query_available_devices(driver, iree_allocator_system(),
                                          &count, &infos));
  assert_int_equal(count, 2);
  assert_true(iree_string_view_equal(infos[0].path, IREE_SV("fake")));
  assert_true(iree_string_view_equal(infos[1].path, IREE_SV("other")));
  assert_true(
      iree_string_view_equal(infos[1].name, IREE_SV("the device other")));
  // Ids round-trip; 0 is the default and not listed.
  for (size_t i = 0; i < count; ++i) {
    assert_int_not_equal(infos[i].device_id, IREE_HAL_DEVICE_ID_DEFAULT);
    iree_hal_device_t* device = NULL;
    assert_ok(VTABLE(driver, driver)
                  ->create_device_by_id(driver, infos[i].device_id, 0, NULL,
                                        iree_allocator_system(), &device));
    iree_hal_resource_release(device);
  }
  iree_allocator_free(iree_allocator_system(), infos);  // one block
}

static iree_status_t create(iree_hal_driver_t* driver, const char* path,
                            const char* key, const char* value,
                            iree_hal_device_t** out_device) {
  iree_string_pair_t param;
  param.key = iree_make_cstring_view(key);
  param.value = iree_make_cstring_view(value);
  return VTABLE(driver, driver)
      ->create_device_by_path(driver, IREE_SV("tenstorrent"),
                              iree_make_cstring_view(path), key ? 1 : 0, &param,
                              iree_allocator_system(), out_device);
}

static void test_paths(void** state) {
  static const char* const good[] = {"", "0", "1", "fake", "other"};
  for (size_t i = 0; i < IREE_ARRAYSIZE(good); ++i) {
    iree_hal_device_t* device = NULL;
    assert_ok(create(*state, good[i], NULL, NULL, &device));
    assert_true(iree_string_view_equal(VTABLE(device, device)->id(device),
                                       IREE_SV("tenstorrent")));
    iree_hal_resource_release(device);
  }
  static const char* const bad[] = {"2", "99999999999", "p100a", "-1", "fake "};
  for (size_t i = 0; i < IREE_ARRAYSIZE(bad); ++i) {
    iree_hal_device_t* device = NULL;
    assert_status(create(*state, bad[i], NULL, NULL, &device),
                  IREE_STATUS_NOT_FOUND, "there is: fake (or 0), other (or 1)");
    assert_null(device);
  }
}

static void expect_backend(const char* path, const char* name) {
  const tt_backend_vtable_t* backend = NULL;
  assert_ok(iree_hal_tt_driver_find_backend(
      iree_allocator_system(), iree_make_cstring_view(path), &backend));
  assert_string_equal(backend->name, name);
}

// A card that its user asked for comes before the first device, unless the URI
// says which.
static void test_preferred(void** state) {
  expect_backend("", "fake");
  fake_backend_prefer_other(true);
  expect_backend("", "other");
  expect_backend("0", "fake");
  expect_backend("fake", "fake");
  fake_backend_prefer_other(false);
  expect_backend("", "fake");
}

static void test_params(void** state) {
  iree_hal_device_t* device = NULL;
  assert_status(create(*state, "fake", "grid", "8x8", &device),
                IREE_STATUS_INVALID_ARGUMENT,
                "unknown device parameter 'grid'");
  assert_ok(create(*state, "fake", "dram", "4096", &device));
  int64_t value = 0;
  assert_ok(VTABLE(device, device)
                ->query_i64(device, IREE_SV("tenstorrent.device"),
                            IREE_SV("dram_size"), &value));
  assert_int_equal(value, 4096);
  iree_hal_resource_release(device);
}

static void test_param_given_twice(void** state) {
  iree_hal_driver_t* driver = *state;
  static const char* const texts[][2] = {
      {"dram", "4096"}, {"visible", "0"}, {"dram", "8192"}};
  iree_string_pair_t params[IREE_ARRAYSIZE(texts)];
  for (size_t i = 0; i < IREE_ARRAYSIZE(texts); ++i) {
    params[i].key = iree_make_cstring_view(texts[i][0]);
    params[i].value = iree_make_cstring_view(texts[i][1]);
  }
  iree_hal_device_t* device = NULL;
  assert_ok(VTABLE(driver, driver)
                ->create_device_by_path(driver, IREE_SV("tenstorrent"),
                                        IREE_SV("fake"), 2, params,
                                        iree_allocator_system(), &device));
  iree_hal_resource_release(device);
  assert_status(VTABLE(driver, driver)
                    ->create_device_by_path(driver, IREE_SV("tenstorrent"),
                                            IREE_SV("fake"), 3, params,
                                            iree_allocator_system(), &device),
                IREE_STATUS_INVALID_ARGUMENT,
                "device option dram is given twice, as '4096' and as '8192'");
}

static void test_dump_device_info(void** state) {
  iree_hal_driver_t* driver = *state;
  iree_string_builder_t builder;
  iree_string_builder_initialize(iree_allocator_system(), &builder);
  assert_ok(VTABLE(driver, driver)->dump_device_info(driver, 1, &builder));
  assert_non_null(
      strstr(iree_string_builder_buffer(&builder), "grid: 2 x 3, 6 cores"));
  assert_status(VTABLE(driver, driver)->dump_device_info(driver, 7, &builder),
                IREE_STATUS_NOT_FOUND, "no tenstorrent device '6'");
  iree_string_builder_deinitialize(&builder);
}

// Stands for IREE's registry, which standalone builds do not have.
static const iree_hal_driver_factory_t* registered;
iree_status_t iree_hal_driver_registry_register_factory(
    iree_hal_driver_registry_t* registry,
    const iree_hal_driver_factory_t* factory) {
  registered = factory;
  return iree_ok_status();
}

static void test_registration(void** state) {
  assert_ok(iree_hal_tenstorrent_driver_module_register(NULL));
  iree_host_size_t count = 0;
  const iree_hal_driver_info_t* infos = NULL;
  assert_ok(registered->enumerate(registered->self, &count, &infos));
  assert_int_equal(count, 1);
  iree_hal_driver_t* driver = NULL;
  assert_ok(registered->try_create(registered->self, infos[0].driver_name,
                                   iree_allocator_system(), &driver));
  iree_hal_resource_release(driver);
  assert_status(registered->try_create(registered->self, IREE_SV("vulkan"),
                                       iree_allocator_system(), &driver),
                IREE_STATUS_UNAVAILABLE, "no driver 'vulkan'");
}

int main(void) {
#define TEST(fn) \
  cmocka_unit_test_setup_teardown(fn, setup_driver, teardown_driver)
  const struct CMUnitTest tests[] = {
      TEST(test_no_empty_slot),
      TEST(test_query_devices),
      TEST(test_paths),
      TEST(test_preferred),
      TEST(test_params),
      TEST(test_param_given_twice),
      TEST(test_dump_device_info),
      TEST(test_registration),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
