// SPDX-License-Identifier: GPL-3.0-or-later
//
// The words of double precision:
//   REAL, WORD, SWORD   the scalar and the integers of its width
//   NAME(x)             x with the precision's suffix
//   LANES               scalars in 64 bytes
//   MANTISSA, BIAS      mantissa bits and exponent bias
//   ROUND_SHIFT         1.5 * 2^MANTISSA, whose addition rounds to an integer
//   EXP_TERMS, LOG_TERMS, LOG1P_TERMS, SIN_TERMS   lengths of the series
//   DEVIATES_PER_BLOCK  4 for float, 2 for double
#define REAL double
#define WORD uint64_t
#define SWORD int64_t
#define NAME(x) x##_f64
#define LANES 8
#define MANTISSA 52
#define BIAS 1023
#define ROUND_SHIFT 6755399441055744.0
#define EXP_LOW -708.0
#define EXP_HIGH 709.0
#define EXP_TERMS 13
#define LOG_TERMS 10
#define LOG1P_TERMS 16
#define SIN_TERMS 8
#define DEVIATES_PER_BLOCK 2
#define ANGLE_UNIT 0x1.921fb54442d18p-62    // 2 pi / 2^64
#define UNIFORM_UNIT 0x1.bb67ae8584caap-63  // sqrt(3) / 2^63
#define root_f64(x) __builtin_elementwise_sqrt(x)
