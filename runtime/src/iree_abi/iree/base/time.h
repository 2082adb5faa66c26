// Times and timeouts in nanoseconds of CLOCK_REALTIME, IREE's clock.
#ifndef IREE_BASE_TIME_H_
#define IREE_BASE_TIME_H_

#include <stdbool.h>
#include <stdint.h>

typedef int64_t iree_time_t;
typedef int64_t iree_duration_t;

#define IREE_TIME_INFINITE_PAST INT64_MIN
#define IREE_TIME_INFINITE_FUTURE INT64_MAX
#define IREE_DURATION_ZERO 0
#define IREE_DURATION_INFINITE INT64_MAX

typedef enum iree_timeout_type_e {
  IREE_TIMEOUT_ABSOLUTE = 0,
  IREE_TIMEOUT_RELATIVE = 1,
} iree_timeout_type_t;

typedef struct iree_timeout_t {
  iree_timeout_type_t type;
  iree_time_t nanos;
} iree_timeout_t;

iree_time_t iree_time_now(void);
// 0 gives the infinite past, the infinite duration the infinite future.
iree_time_t iree_relative_timeout_to_deadline_ns(iree_duration_t timeout_ns);

static inline iree_timeout_t iree_immediate_timeout(void) {
  return (iree_timeout_t){IREE_TIMEOUT_ABSOLUTE, IREE_TIME_INFINITE_PAST};
}
static inline iree_timeout_t iree_infinite_timeout(void) {
  return (iree_timeout_t){IREE_TIMEOUT_ABSOLUTE, IREE_TIME_INFINITE_FUTURE};
}
static inline iree_timeout_t iree_make_deadline(iree_time_t deadline_ns) {
  return (iree_timeout_t){IREE_TIMEOUT_ABSOLUTE, deadline_ns};
}
static inline iree_timeout_t iree_make_timeout_ms(iree_duration_t timeout_ms) {
  return (iree_timeout_t){IREE_TIMEOUT_RELATIVE,
                          timeout_ms == IREE_DURATION_INFINITE
                              ? IREE_DURATION_INFINITE
                              : timeout_ms * 1000000};
}
static inline iree_time_t iree_timeout_as_deadline_ns(iree_timeout_t timeout) {
  return timeout.type == IREE_TIMEOUT_ABSOLUTE
             ? timeout.nanos
             : iree_relative_timeout_to_deadline_ns(timeout.nanos);
}

#endif  // IREE_BASE_TIME_H_
