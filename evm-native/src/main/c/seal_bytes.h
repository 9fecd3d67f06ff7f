/* Little-endian integers in bytes, whatever their alignment. */
#ifndef SEAL_BYTES_H
#define SEAL_BYTES_H

#include <stdint.h>
#include <string.h>

/* x86-64 only, as evm-run: memory order is the format's order. */
static inline void seal_put_u64(unsigned char *out, uint64_t value) { memcpy(out, &value, 8); }
static inline void seal_put_u32(unsigned char *out, uint32_t value) { memcpy(out, &value, 4); }
static inline void seal_put_u16(unsigned char *out, uint16_t value) { memcpy(out, &value, 2); }

static inline uint64_t seal_get_u64(const unsigned char *in) {
  uint64_t value;
  memcpy(&value, in, 8);
  return value;
}
static inline uint32_t seal_get_u32(const unsigned char *in) {
  uint32_t value;
  memcpy(&value, in, 4);
  return value;
}
static inline uint16_t seal_get_u16(const unsigned char *in) {
  uint16_t value;
  memcpy(&value, in, 2);
  return value;
}

#endif
