// SPDX-License-Identifier: GPL-3.0-or-later
//
// CK_CLONES compiles a function for the x86-64 levels that matter and lets the
// loader choose; elsewhere it is nothing. CK_INLINE bodies are copied into each clone.
#ifndef APICAL_CLONES_H
#define APICAL_CLONES_H

#if defined(__x86_64__) && defined(__linux__)
#define CK_CLONES __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define CK_CLONES
#endif
#define CK_INLINE static inline __attribute__((always_inline))

#endif
