// Command lines. Options are tt-metal v0.65.0's own (names are strings of its
// libtt_metal.so) where the compiler knows them.

#include <string.h>

#include "toolchain/toolchain_internal.h"

static const char* const tt_include_folders[] = {
    "tt_metal/hw/ckernels/blackhole/metal/common",
    "tt_metal/hw/ckernels/blackhole/metal/llk_io",
    "tt_metal/hw/ckernels/blackhole/metal/llk_api",
    "tt_metal/hw/ckernels/blackhole/metal/llk_api/llk_sfpu",
    "tt_metal/third_party/tt_llk/tt_llk_blackhole/common/inc",
    "tt_metal/third_party/tt_llk/tt_llk_blackhole/llk_lib",
    "tt_metal/hw/inc/tt-1xx/blackhole",
    "tt_metal/hw/inc/tt-1xx/blackhole/blackhole_defines",
    "tt_metal/hw/inc/tt-1xx/blackhole/noc",
    "tt_metal/hw/inc/tt-1xx",
    "tt_metal/hw/inc/debug",
    "tt_metal/hw/inc",
    "tt_metal/hw/firmware/src/tt-1xx",
    "tt_metal/hw/firmware/src/tt-1xx/blackhole",
    "tt_metal/hw/toolchain",
    "tt_metal/hostdevcommon/api",
    "tt_metal/include",
    "tt_metal/api",
    "tt_metal/api/tt-metalium",
    "tt_metal",
    ".",
};

static const char* const tt_processor_defines[TT_PROCESSOR_COUNT][4] = {
    {"COMPILE_FOR_BRISC", "NOC_INDEX=0", "NOC_MODE=0"},
    {"COMPILE_FOR_NCRISC", "NOC_INDEX=1", "NOC_MODE=0"},
    {"COMPILE_FOR_TRISC=0", "UCK_CHLKC_UNPACK", "NAMESPACE=chlkc_unpack"},
    {"COMPILE_FOR_TRISC=1", "UCK_CHLKC_MATH", "NAMESPACE=chlkc_math"},
    {"COMPILE_FOR_TRISC=2", "UCK_CHLKC_PACK", "NAMESPACE=chlkc_pack"},
};

static void add_all(tt_list_t* args, const char* const* items) {
  for (; *items; ++items) tt_list_add(args, "%s", *items);
}

// The instruction set. A stock compiler takes the math thread's vectors for
// floats in f0-f7 (include/sfpi.h).
static void add_machine(const tt_toolchain_t* toolchain,
                        tt_processor_t processor, tt_list_t* args) {
  bool is_math = processor == TT_PROCESSOR_TRISC1;
  if (toolchain->is_sfpi) {
    tt_list_add(args, processor >= TT_PROCESSOR_TRISC0 ? "-mcpu=tt-bh-tensix"
                                                       : "-mcpu=tt-bh");
    return;
  }
  tt_list_add(args, is_math ? "-march=rv32imf_zicsr_zifencei"
                            : "-march=rv32im_zicsr_zifencei");
  tt_list_add(args, "-mabi=ilp32");
  for (int i = 8; is_math && i < 32; ++i) tt_list_add(args, "-ffixed-f%d", i);
}

static void add_banks(const char* kind, uint32_t banks, tt_list_t* args) {
  tt_list_add(args, "-DNUM_%s_BANKS=%u", kind, banks);
  if (banks & (banks - 1)) {
    tt_list_add(args, "-DIS_NOT_POW2_NUM_%s_BANKS=1", kind);
  } else {
    tt_list_add(args, "-DLOG_BASE_2_OF_NUM_%s_BANKS=%d", kind,
                __builtin_ctz(banks));
  }
}

static void add_defines(const tt_toolchain_target_t* target,
                        tt_processor_t processor, bool firmware,
                        tt_list_t* args) {
  static const char* const common[] = {
      "-DARCH_BLACKHOLE",
      "-DTENSIX_FIRMWARE",
      "-DLOCAL_MEM_EN=0",
      "-DPROGRAMMABLE_CORE_TYPE=0",
      // Stream register of a dispatch core, and where PCIe is on the NoC:
      // both are named by device code that we do not run.
      "-DDISPATCH_MESSAGE_ADDR=0xFFB70438",
      "-DPCIE_NOC_X=19",
      "-DPCIE_NOC_Y=24",
      // Of the watcher the waypoints only: four letters in a mailbox that say
      // what a processor waits for.
      "-DWATCHER_ENABLED",
      "-DWATCHER_DISABLE_ASSERT",
      "-DWATCHER_DISABLE_PAUSE",
      "-DWATCHER_DISABLE_RING_BUFFER",
      "-DWATCHER_DISABLE_NOC_SANITIZE",
      "-DWATCHER_DISABLE_STACK_USAGE",
      NULL,
  };
  add_all(args, common);
  tt_list_add(args, "-DPROCESSOR_INDEX=%d", (int)processor);
  for (const char* const* d = tt_processor_defines[processor]; *d; ++d) {
    tt_list_add(args, "-D%s", *d);
  }
  add_banks("DRAM", target->dram_banks, args);
  add_banks("L1", target->l1_banks, args);
  if (firmware) {
    tt_list_add(args, "-DFW_BUILD");
  } else {
    tt_list_add(args, "-DKERNEL_BUILD");
    tt_list_add(args, "-DKERNEL_COMPILE_TIME_ARGS=");
    if (target->line_slots) {
      tt_list_add(args, "-DTT_PLACE_ADDRESS=0x%08x",
                  target->line_slots + 4 * (uint32_t)processor);
    }
    if (target->checked) tt_list_add(args, "-DTT_CHECKED=1");
  }
}

static void add_includes(const tt_toolchain_t* toolchain, tt_list_t* args) {
  tt_list_add(args, "-I.");
  for (size_t i = 0;
       i < sizeof(tt_include_folders) / sizeof(*tt_include_folders); ++i) {
    tt_list_add(args, "-I%s/%s", toolchain->metal, tt_include_folders[i]);
  }
  if (toolchain->is_sfpi) {
    // <sfpi>/compiler/bin/riscv-tt-elf-g++ has its headers in <sfpi>/include.
    const char* end = strstr(toolchain->compiler, "/compiler/bin/");
    int size = end ? (int)(end - toolchain->compiler) : 0;
    tt_list_add(args, "-I%.*s/include", size, toolchain->compiler);
    return;
  }
  if (toolchain->standard_headers.count) tt_list_add(args, "-nostdinc++");
  for (uint32_t i = 0; i < toolchain->standard_headers.count; ++i) {
    tt_list_add(args, "-isystem");
    tt_list_add(args, "%s", toolchain->standard_headers.items[i]);
  }
  tt_list_add(args, "-include");
  tt_list_add(args, "before.h");
  tt_list_add(args, "-Wa,tensix.s");
}

void tt_command_compile(const tt_toolchain_t* toolchain,
                        const tt_toolchain_target_t* target,
                        tt_processor_t processor, bool firmware,
                        const char* source, tt_list_t* out_args) {
  static const char* const common[] = {
      "-std=c++17",
      "-ffreestanding",
      "-ffast-math",
      "-fno-exceptions",
      "-fno-rtti",
      "-fno-use-cxa-atexit",
      "-fno-threadsafe-statics",
      "-fno-asynchronous-unwind-tables",
      "-fno-tree-loop-distribute-patterns",
      // Address 0 is a place in L1.
      "-fno-delete-null-pointer-checks",
      "-fwhole-program",
      "-w",
      "-c",
      NULL,
  };
  bool compute = processor >= TT_PROCESSOR_TRISC0;
  tt_list_add(out_args, "%s", toolchain->compiler);
  add_machine(toolchain, processor, out_args);
  add_all(out_args, common);
  tt_list_add(out_args, firmware ? "-Os" : compute ? "-O3" : "-O2");
  add_defines(target, processor, firmware, out_args);
  add_includes(toolchain, out_args);
  tt_list_add(out_args, "%s", source);
}

void tt_command_link(const tt_toolchain_t* toolchain, tt_processor_t processor,
                     bool firmware, tt_list_t* out_args) {
  const char* name = tt_processors[processor].name;
  tt_list_add(out_args, "%s", toolchain->compiler);
  if (toolchain->is_sfpi) {
    add_machine(toolchain, processor, out_args);
  } else {
    // For the sake of libgcc: it comes for plain combinations only.
    tt_list_add(out_args, "-march=rv32im");
    tt_list_add(out_args, "-mabi=ilp32");
  }
  tt_list_add(out_args, "-nostdlib");
  tt_list_add(out_args, "-nostartfiles");
  tt_list_add(out_args, "-Wl,-z,max-page-size=16");
  tt_list_add(out_args, "-Wl,-z,common-page-size=16");
  tt_list_add(out_args, "-L%s/runtime/hw/toolchain/blackhole",
              toolchain->metal);
  tt_list_add(out_args, "-T%s.ld", name);
  if (firmware) tt_list_add(out_args, "crt0.o");
  tt_list_add(out_args, "main_%s.o", name);
  tt_list_add(out_args, "-lgcc");
  tt_list_add(out_args, "-o");
  tt_list_add(out_args, "%s.elf", name);
}
