// Where a kernel is, for those who wonder why it does not go on.

constexpr uint32_t place_address = TT_PLACE_ADDRESS;
constexpr uint32_t place_stopped = 0x80000000;  // beside the op's number

inline volatile uint32_t* place() { return (volatile uint32_t*)place_address; }

// The kernel is at its op number |op|, counted from 1.
inline void at(uint32_t op) {
  if constexpr (place_address != 0) *place() = op;
}

// The op that the kernel is at went wrong.
inline void stop() {
  if constexpr (place_address != 0) *place() = *place() | place_stopped;
  while (true) {
  }
}
