// SPDX-License-Identifier: Apache-2.0
// Counts every allocation of the process: glibc lets a program bring its own malloc
// (https://sourceware.org/glibc/manual/latest/html_node/Replacing-malloc.html). Linux only, as all benchmarks are.
#ifndef ALLOCATIONS_H
#define ALLOCATIONS_H

#include <stdint.h>

/// Blocks asked for since the process began, each `realloc` included.
uint64_t allocations(void);

#endif
