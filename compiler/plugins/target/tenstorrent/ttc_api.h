// The stock IREE compiler library, libIREECompiler.so 3.9.0, as seen from C:
// our declarations of the parts of its C API that are used (the library ships
// without headers), and the one place that loads it.
//
// After ttc_api_load succeeded the functions of ttc_api.def are called by their
// own names (mlirOperationGetName(op), ...), like a linked library's.
#ifndef TT_IREE_COMPILER_TTC_API_H_
#define TT_IREE_COMPILER_TTC_API_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "tile/status.h"

//===----------------------------------------------------------------------===//
// Types. All are passed by value; their layout is that of the mlir-c headers.
//===----------------------------------------------------------------------===//

typedef struct iree_compiler_error_t iree_compiler_error_t;
typedef struct iree_compiler_session_t iree_compiler_session_t;
typedef struct iree_compiler_invocation_t iree_compiler_invocation_t;
typedef struct iree_compiler_source_t iree_compiler_source_t;
typedef struct iree_compiler_output_t iree_compiler_output_t;

// iree_compiler_pipeline_t
enum {
  TTC_PIPELINE_STD = 0,
  TTC_PIPELINE_HAL_EXECUTABLE = 1,
  TTC_PIPELINE_PRECOMPILE = 2,
};

// Wrappers around one pointer. |ptr| NULL is the null object of its kind.
#define TTC_HANDLE(name) \
  typedef struct {       \
    const void* ptr;     \
  } name
TTC_HANDLE(MlirContext);
TTC_HANDLE(MlirDialect);
TTC_HANDLE(MlirOperation);
TTC_HANDLE(MlirModule);
TTC_HANDLE(MlirRegion);
TTC_HANDLE(MlirBlock);
TTC_HANDLE(MlirValue);
TTC_HANDLE(MlirOpOperand);
TTC_HANDLE(MlirType);
TTC_HANDLE(MlirAttribute);
TTC_HANDLE(MlirIdentifier);
TTC_HANDLE(MlirLocation);
TTC_HANDLE(MlirDiagnostic);
TTC_HANDLE(MlirSymbolTable);
TTC_HANDLE(MlirOpPrintingFlags);
TTC_HANDLE(MlirPassManager);
TTC_HANDLE(MlirOpPassManager);
TTC_HANDLE(MlirAffineMap);
TTC_HANDLE(MlirAffineExpr);
#undef TTC_HANDLE

// Not NUL-terminated; borrowed from the context or the operation.
typedef struct {
  const char* data;
  size_t length;
} MlirStringRef;

typedef struct {
  int8_t value;  // 0 is failure.
} MlirLogicalResult;

typedef struct {
  MlirIdentifier name;
  MlirAttribute attribute;
} MlirNamedAttribute;

typedef struct {
  MlirStringRef name;
  MlirLocation location;
  intptr_t nResults;
  MlirType* results;
  intptr_t nOperands;
  MlirValue* operands;
  intptr_t nRegions;
  MlirRegion* regions;
  intptr_t nSuccessors;
  MlirBlock* successors;
  intptr_t nAttributes;
  MlirNamedAttribute* attributes;
  bool enableResultTypeInference;
} MlirOperationState;

typedef void (*MlirStringCallback)(MlirStringRef text, void* user_data);

typedef uint64_t MlirDiagnosticHandlerID;
// Returns success (1) when it took care of the diagnostic.
typedef MlirLogicalResult (*MlirDiagnosticHandler)(MlirDiagnostic diagnostic,
                                                   void* user_data);

typedef enum {
  MlirWalkResultAdvance = 0,
  MlirWalkResultInterrupt = 1,
  MlirWalkResultSkip = 2,
} MlirWalkResult;
typedef enum {
  MlirWalkPreOrder = 0,
  MlirWalkPostOrder = 1,
} MlirWalkOrder;
typedef MlirWalkResult (*MlirOperationWalkCallback)(MlirOperation op,
                                                    void* user_data);

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

typedef struct ttc_api_t {
#define TTC_FN(result, name, params, args) result(*name) params;
#include "ttc_api.def"
#undef TTC_FN
} ttc_api_t;

// Filled by ttc_api_load, read-only afterwards. One per process because the
// library itself keeps one global state per process.
extern ttc_api_t ttc_api;

#define TTC_FN(result, name, params, args) \
  static inline result name params { return ttc_api.name args; }
#include "ttc_api.def"
#undef TTC_FN

// Loads the library, fills ttc_api, refuses other versions (FAILED_PRECONDITION
// with both revisions) and initializes the compiler for the life of the
// process. Search order: see ttc_initialize. Thread-safe, later calls return
// what the first gave.
tt_status_t ttc_api_load(const char* library_path);

// As ttc_api_load but without initializing the compiler: for a caller that
// hands the process over to ireeCompilerRunMain.
tt_status_t ttc_api_open(const char* library_path);

//===----------------------------------------------------------------------===//
// Small helpers
//===----------------------------------------------------------------------===//

static inline MlirStringRef ttc_str(const char* text) {
  return (MlirStringRef){text, strlen(text)};
}

static inline bool ttc_str_equal(MlirStringRef a, const char* b) {
  return a.length == strlen(b) && memcmp(a.data, b, a.length) == 0;
}

static inline bool ttc_str_starts(MlirStringRef a, const char* prefix) {
  size_t length = strlen(prefix);
  return a.length >= length && memcmp(a.data, prefix, length) == 0;
}

// Name of |op| as in "linalg.generic"; borrowed from the context.
static inline MlirStringRef ttc_op_name(MlirOperation op) {
  return mlirIdentifierStr(mlirOperationGetName(op));
}

static inline bool ttc_op_is(MlirOperation op, const char* name) {
  return ttc_str_equal(ttc_op_name(op), name);
}

// The attribute called |name|, or one with ptr NULL.
static inline MlirAttribute ttc_op_attr(MlirOperation op, const char* name) {
  return mlirOperationGetAttributeByName(op, ttc_str(name));
}

// First operation of region |region| of |op|; ptr NULL when there is none.
MlirOperation ttc_op_first_in_region(MlirOperation op, intptr_t region);

// Text of a location ("file.mlir":3:5), attribute, type or operation. Owned
// (free); NULL when memory is out.
char* ttc_location_text(MlirLocation location);
// "file:line:column" of the place in the source that |location| starts from;
// NULL when it names none.
char* ttc_location_source(MlirLocation location);
char* ttc_attribute_text(MlirAttribute attribute);
char* ttc_type_text(MlirType type);
char* ttc_operation_text(MlirOperation op, MlirOpPrintingFlags flags);

// Emits |status| (consumed, NULL is fine) as an error diagnostic at |location|
// through the handlers of its context.
void ttc_emit_status(MlirLocation location, tt_status_t status);

// Turns an IREE error (consumed, NULL is success) into a status.
tt_status_t ttc_status_from_iree(iree_compiler_error_t* error, tt_code_t code);

#endif  // TT_IREE_COMPILER_TTC_API_H_
