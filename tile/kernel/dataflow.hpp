// Data movement between device memory and circular buffers, as the tile
// program's MOVE ops define it. The file that includes this text defines
// dram_page, staging_cb, staging_at and line_count first.
//
// Memory is byte-linear per allocation, interleaved over the DRAM banks in
// pages of dram_page bytes. The NoC wants both ends of a DRAM read equal
// modulo 64 and of a write modulo 16; where they are not, the bytes take a
// detour over the staging area.

// A circular buffer: number, element type, rows of a tile, faces or row-major.
template <class T, uint32_t Rows, bool Faces>
struct cb {
  using element = T;
  static constexpr uint32_t rows = Rows;
  static constexpr uint32_t lanes = Rows * 32;
  static constexpr uint32_t page_size = lanes * sizeof(typename T::memory);
  static constexpr bool faces = Faces;
  uint32_t number;
  constexpr operator uint32_t() const { return number; }
};

// Elements of device memory from byte |byte| of the allocation at |bank|.
// |line| is the view's slot in the cache of load().
template <class T>
struct view {
  using element = T;
  uint32_t bank;
  uint64_t byte;
  uint32_t line;
};

inline int64_t value_arg(int word) {
  return (int64_t)((uint64_t)get_arg_val<uint32_t>(word + 1) << 32 |
                   get_arg_val<uint32_t>(word));
}

// The view |offset| bytes into the buffer whose address is the arguments from
// |word|.
template <class T>
inline view<T> view_arg(int word, int64_t offset, uint32_t line) {
  return {get_arg_val<uint32_t>(word),
          (uint64_t)(value_arg(word + 1) + offset), line};
}

inline uint32_t clamp(int64_t value, uint32_t most) {
  return value < 0 ? 0 : value > (int64_t)most ? most : (uint32_t)value;
}

template <class T>
inline volatile T* l1(uint32_t address) {
  return (volatile T*)address;
}

inline uint64_t noc_address(uint32_t bank, uint64_t byte) {
  const InterleavedAddrGen<true> pages = {.bank_base_address = bank,
                                          .page_size = dram_page};
  return pages.get_noc_addr((uint32_t)(byte / dram_page),
                            (uint32_t)(byte % dram_page));
}

// Starts reading; |byte| and |target| must be equal modulo 64.
inline void start_read(uint32_t bank, uint64_t byte, uint32_t target,
                       uint32_t size) {
  while (size > 0) {
    const uint32_t room = dram_page - (uint32_t)(byte % dram_page);
    const uint32_t part = size < room ? size : room;
    noc_async_read(noc_address(bank, byte), target, part);
    byte += part;
    target += part;
    size -= part;
  }
}

// Starts writing; |byte| and |source| must be equal modulo 16.
inline void start_write(uint32_t bank, uint64_t byte, uint32_t source,
                        uint32_t size) {
  while (size > 0) {
    const uint32_t room = dram_page - (uint32_t)(byte % dram_page);
    const uint32_t part = size < room ? size : room;
    noc_async_write(source, noc_address(bank, byte), part);
    byte += part;
    source += part;
    size -= part;
  }
}

// The staging area: 32 slots of 192 bytes (a tile's row at any alignment), or
// one run of up to 4096 bytes; then a slot for store(), then lines for load().
constexpr uint32_t staging_slot = 192;
constexpr uint32_t staging_run = 4096;
constexpr uint32_t staging_store = 32 * staging_slot;
constexpr uint32_t staging_lines = staging_store + 64;

inline uint32_t staging() {
  return (get_write_ptr(staging_cb) + 63) / 64 * 64 + staging_at;
}

// An element in memory of type E as one in a page of type P: the same, or a
// narrow integer widened.
template <class P, class E>
inline typename P::memory to_page(typename E::memory m) {
  if constexpr (sizeof(typename P::memory) == sizeof(typename E::memory)) {
    return m;
  } else {
    return P::bits((typename P::type)E::of(m));
  }
}

template <class P, class E>
inline typename E::memory from_page(typename P::memory m) {
  if constexpr (E::is_float) {
    return m;
  } else if constexpr (E::width == 1) {
    return m != 0;
  } else {
    return (typename E::memory)m;
  }
}

template <class P, class E>
constexpr bool same_bits = sizeof(typename P::memory) ==
                           sizeof(typename E::memory);

// Where element (r, c) of a tile lies in its page, in elements.
template <class C>
inline uint32_t lane(uint32_t r, uint32_t c) {
  if constexpr (C::faces) {
    constexpr uint32_t face_rows = C::rows < 16 ? C::rows : 16;
    const uint32_t face = r / 16 * 2 + c / 16;
    return face * face_rows * 16 + r % 16 * 16 + c % 16;
  } else {
    return r * 32 + c;
  }
}

template <class C, class S>
inline void fill_lanes(uint32_t page, uint32_t from, uint32_t to, S value) {
  using P = typename C::element;
  const typename P::memory m = P::bits((typename P::type)value);
  for (uint32_t i = from; i < to; ++i) l1<typename P::memory>(page)[i] = m;
}

template <class C, class S>
inline void fill_page(C c, int64_t t, S value) {
  const uint32_t page = get_write_ptr(c) + (uint32_t)t * C::page_size;
  fill_lanes<C>(page, 0, C::lanes, value);
}

template <class C, class V>
inline void read_flat(C c, int64_t t, uint32_t pages, V v, int64_t base,
                      int64_t count, typename V::element::type fill) {
  using P = typename C::element;
  using E = typename V::element;
  constexpr uint32_t size = sizeof(typename E::memory);
  uint32_t target = get_write_ptr(c) + (uint32_t)t * C::page_size;
  uint64_t byte = v.byte + (uint64_t)base * size;
  const uint32_t total = pages * C::lanes;
  uint32_t left = clamp(count, total);
  fill_lanes<C>(target, left, total, fill);
  if (same_bits<P, E> && byte % 64 == target % 64) {
    start_read(v.bank, byte, target, left * size);
    noc_async_read_barrier();
    return;
  }
  while (left > 0) {
    const uint32_t run = left < staging_run / size ? left : staging_run / size;
    const uint32_t staged = staging() + (uint32_t)(byte % 64);
    start_read(v.bank, byte, staged, run * size);
    noc_async_read_barrier();
    for (uint32_t i = 0; i < run; ++i) {
      l1<typename P::memory>(target)[i] =
          to_page<P, E>(l1<typename E::memory>(staged)[i]);
    }
    byte += run * size;
    target += run * sizeof(typename P::memory);
    left -= run;
  }
}

template <class C, class V>
inline void write_flat(C c, int64_t t, uint32_t pages, V v, int64_t base,
                       int64_t count) {
  using P = typename C::element;
  using E = typename V::element;
  constexpr uint32_t size = sizeof(typename E::memory);
  uint32_t source = get_read_ptr(c) + (uint32_t)t * C::page_size;
  uint64_t byte = v.byte + (uint64_t)base * size;
  uint32_t left = clamp(count, pages * C::lanes);
  if (same_bits<P, E> && byte % 16 == source % 16) {
    start_write(v.bank, byte, source, left * size);
    noc_async_write_barrier();
    return;
  }
  while (left > 0) {
    const uint32_t run = left < staging_run / size ? left : staging_run / size;
    const uint32_t staged = staging() + (uint32_t)(byte % 16);
    for (uint32_t i = 0; i < run; ++i) {
      l1<typename E::memory>(staged)[i] =
          from_page<P, E>(l1<typename P::memory>(source)[i]);
    }
    start_write(v.bank, byte, staged, run * size);
    noc_async_write_barrier();
    byte += run * size;
    source += run * sizeof(typename P::memory);
    left -= run;
  }
}

// A tile as runs of consecutive elements in memory: its rows or its columns
// where one of the strides is 1, else single elements.
struct runs {
  uint32_t count;    // runs
  uint32_t length;   // elements of a run
  uint32_t columns;  // single elements: of the tile
  bool down;         // runs are columns
};

inline runs runs_of(int64_t row_stride, int64_t col_stride, uint32_t rows,
                    uint32_t cols) {
  if (col_stride == 1) return {rows, cols, 1, false};
  if (row_stride == 1) return {cols, rows, 1, true};
  return {rows * cols, 1, cols, false};
}

inline void run_start(const runs& shape, uint32_t k, uint32_t* r, uint32_t* c) {
  *r = shape.down ? 0 : k / shape.columns;
  *c = shape.down ? k : k % shape.columns;
}

template <class C, class V>
inline void read_tile(C c, int64_t t, V v, int64_t base, int64_t row_stride,
                      int64_t col_stride, int64_t rows, int64_t cols,
                      typename V::element::type fill) {
  using P = typename C::element;
  using E = typename V::element;
  constexpr uint32_t size = sizeof(typename E::memory);
  const uint32_t page = get_write_ptr(c) + (uint32_t)t * C::page_size;
  const uint32_t height = clamp(rows, C::rows);
  const uint32_t width = clamp(cols, 32);
  if (height < C::rows || width < 32) fill_lanes<C>(page, 0, C::lanes, fill);
  const runs shape = runs_of(row_stride, col_stride, height, width);
  for (uint32_t first = 0; first < shape.count; first += 32) {
    uint32_t last = first + 32 < shape.count ? first + 32 : shape.count;
    for (uint32_t k = first; k < last; ++k) {
      uint32_t row, col;
      run_start(shape, k, &row, &col);
      const int64_t element = base + row * row_stride + col * col_stride;
      const uint64_t byte = v.byte + (uint64_t)element * size;
      const uint32_t slot = staging() + (k - first) * staging_slot;
      start_read(v.bank, byte, slot + (uint32_t)(byte % 64),
                 shape.length * size);
    }
    noc_async_read_barrier();
    for (uint32_t k = first; k < last; ++k) {
      uint32_t row, col;
      run_start(shape, k, &row, &col);
      const int64_t element = base + row * row_stride + col * col_stride;
      const uint64_t byte = v.byte + (uint64_t)element * size;
      const uint32_t slot = staging() + (k - first) * staging_slot;
      const uint32_t staged = slot + (uint32_t)(byte % 64);
      for (uint32_t i = 0; i < shape.length; ++i) {
        l1<typename P::memory>(page)[lane<C>(row, col)] =
            to_page<P, E>(l1<typename E::memory>(staged)[i]);
        ++(shape.down ? row : col);
      }
    }
  }
}

template <class C, class V>
inline void write_tile(C c, int64_t t, V v, int64_t base, int64_t row_stride,
                       int64_t col_stride, int64_t rows, int64_t cols) {
  using P = typename C::element;
  using E = typename V::element;
  constexpr uint32_t size = sizeof(typename E::memory);
  const uint32_t page = get_read_ptr(c) + (uint32_t)t * C::page_size;
  const uint32_t height = clamp(rows, C::rows);
  const uint32_t width = clamp(cols, 32);
  const runs shape = runs_of(row_stride, col_stride, height, width);
  for (uint32_t first = 0; first < shape.count; first += 32) {
    uint32_t last = first + 32 < shape.count ? first + 32 : shape.count;
    for (uint32_t k = first; k < last; ++k) {
      uint32_t row, col;
      run_start(shape, k, &row, &col);
      const int64_t element = base + row * row_stride + col * col_stride;
      const uint64_t byte = v.byte + (uint64_t)element * size;
      const uint32_t slot = staging() + (k - first) * staging_slot;
      const uint32_t staged = slot + (uint32_t)(byte % 16);
      for (uint32_t i = 0; i < shape.length; ++i) {
        l1<typename E::memory>(staged)[i] =
            from_page<P, E>(l1<typename P::memory>(page)[lane<C>(row, col)]);
        ++(shape.down ? row : col);
      }
      start_write(v.bank, byte, staged, shape.length * size);
    }
    noc_async_write_barrier();
  }
}

// Element access. load() keeps the last 64 bytes it read of each view; store()
// writes through. Another kernel of this core may have written since the last
// meeting in a circular buffer, so kernels that load drop the lines there.
struct cached_line {
  uint32_t bank;  // 0: nothing cached
  uint64_t byte;
};
static cached_line lines[line_count + 1];

inline void drop_lines() {
  for (uint32_t i = 0; i < line_count; ++i) lines[i].bank = 0;
}

inline uint32_t line_address(uint32_t line) {
  return staging() + staging_lines + line * 64;
}

inline uint32_t cached(uint32_t bank, uint64_t byte, uint32_t line) {
  const uint64_t start = byte / 64 * 64;
  if (lines[line].bank != bank || lines[line].byte != start) {
    start_read(bank, start, line_address(line), 64);
    noc_async_read_barrier();
    lines[line] = {bank, start};
  }
  return line_address(line) + (uint32_t)(byte % 64);
}

template <class V>
inline typename V::element::type load(V v, int64_t i) {
  using E = typename V::element;
  using M = typename E::memory;
  const uint64_t byte = v.byte + (uint64_t)i * sizeof(M);
  return E::of(*l1<M>(cached(v.bank, byte, v.line)));
}

template <class M>
inline void store_bits(uint32_t bank, uint64_t byte, M bits) {
  const uint32_t staged = staging() + staging_store + (uint32_t)(byte % 16);
  *l1<M>(staged) = bits;
  start_write(bank, byte, staged, sizeof(M));
  noc_async_write_barrier();
  for (uint32_t i = 0; i < line_count; ++i) {
    if (lines[i].bank == bank && lines[i].byte == byte / 64 * 64) {
      *l1<M>(line_address(i) + (uint32_t)(byte % 64)) = bits;
    }
  }
}

template <class V>
inline void store(V v, int64_t i, typename V::element::type value) {
  using E = typename V::element;
  const uint64_t byte = v.byte + (uint64_t)i * sizeof(typename E::memory);
  store_bits<typename E::memory>(v.bank, byte, E::bits(value));
}

template <class V>
inline int8_t load_i4(V v, int64_t i) {
  const uint8_t pair = *l1<uint8_t>(cached(v.bank, v.byte + i / 2, v.line));
  return i4::fit(i % 2 ? pair >> 4 : pair);
}

template <class V>
inline void store_i4(V v, int64_t i, int8_t value) {
  const uint64_t byte = v.byte + i / 2;
  const uint8_t pair = *l1<uint8_t>(cached(v.bank, byte, v.line));
  const uint8_t nibble = value & 15;
  store_bits<uint8_t>(v.bank, byte, i % 2 ? (pair & 15) | nibble << 4
                                          : (pair & 240) | nibble);
}

// Elements of pages, in row-major order of the tile.
template <class C>
inline uint32_t lane_of_element(int64_t i) {
  return lane<C>((uint32_t)i / 32, (uint32_t)i % 32);
}

template <class C>
inline typename C::element::type load_lane(C c, uint32_t pages, int64_t t,
                                           int64_t i) {
  using P = typename C::element;
  const uint32_t page = pages + (uint32_t)t * C::page_size;
  return P::of(l1<typename P::memory>(page)[lane_of_element<C>(i)]);
}

template <class C>
inline void store_lane(C c, uint32_t pages, int64_t t, int64_t i,
                       typename C::element::type value) {
  using P = typename C::element;
  const uint32_t page = pages + (uint32_t)t * C::page_size;
  l1<typename P::memory>(page)[lane_of_element<C>(i)] = P::bits(value);
}
