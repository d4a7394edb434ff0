// SPDX-License-Identifier: Apache-2.0
// What Swift's Glibc module leaves out: headers that it does not list, and declarations that glibc shows only to programs
// that define _GNU_SOURCE before any other header.
#pragma once
#include <pthread.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

extern int accept4(int, struct sockaddr *, socklen_t *, int);
extern int pthread_setname_np(pthread_t, const char *);
extern long syscall(long, ...);

static inline int clinux_accept(int listener) { return accept4(listener, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC); }
static inline int clinux_name_thread(const char *name) { return pthread_setname_np(pthread_self(), name); }

/// Cores in this process's affinity mask, 0 when the system does not say.
static inline int clinux_usable_cores(void) {
    unsigned long mask[128];
    long bytes = syscall(SYS_sched_getaffinity, 0, sizeof mask, mask);
    int cores = 0;
    for (long i = 0; i < bytes / (long)sizeof mask[0]; i++) cores += __builtin_popcountl(mask[i]);
    return cores;
}

extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *, const char *);
/// The child of a spawn works in `folder`.
static inline int clinux_change_folder(posix_spawn_file_actions_t *actions, const char *folder) {
    return posix_spawn_file_actions_addchdir_np(actions, folder);
}

extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);
/// The child of a spawn has no descriptor from `first` on.
static inline int clinux_close_from(posix_spawn_file_actions_t *actions, int first) {
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
}
