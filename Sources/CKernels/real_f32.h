// SPDX-License-Identifier: GPL-3.0-or-later
//
// The words of single precision:
//   REAL, WORD, SWORD   the scalar and the integers of its width
//   NAME(x)             x with the precision's suffix
//   LANES               scalars in 64 bytes
//   MANTISSA, BIAS      mantissa bits and exponent bias
//   ROUND_SHIFT         1.5 * 2^MANTISSA, whose addition rounds to an integer
//   EXP_TERMS, LOG_TERMS, LOG1P_TERMS, SIN_TERMS   lengths of the series
//   DEVIATES_PER_BLOCK  4 for float, 2 for double
#define REAL float
#define WORD uint32_t
#define SWORD int32_t
#define NAME(x) x##_f32
#define LANES 16
#define MANTISSA 23
#define BIAS 127
#define ROUND_SHIFT 12582912.0f
#define EXP_LOW -87.0
#define EXP_HIGH 88.0
#define EXP_TERMS 7
#define LOG_TERMS 4
#define LOG1P_TERMS 7
#define SIN_TERMS 5
#define DEVIATES_PER_BLOCK 4
#define ANGLE_UNIT 0x1.921fb54442d18p-30    // 2 pi / 2^32
#define UNIFORM_UNIT 0x1.bb67ae8584caap-31  // sqrt(3) / 2^31
#define root_f32(x) __builtin_elementwise_sqrt(x)
