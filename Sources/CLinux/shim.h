// SPDX-License-Identifier: Apache-2.0
// What Swift's Glibc module leaves out.
#pragma once
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
