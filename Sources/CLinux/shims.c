// _GNU_SOURCE stays in this file: in a header it would change fd_set for every importer.
#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

_Static_assert(CLINUX_READABLE == EPOLLIN, "EPOLLIN");
_Static_assert(CLINUX_WRITABLE == EPOLLOUT, "EPOLLOUT");
_Static_assert(CLINUX_ERROR == EPOLLERR, "EPOLLERR");
_Static_assert(CLINUX_HANGUP == EPOLLHUP, "EPOLLHUP");
_Static_assert(CLINUX_PEER_CLOSED == EPOLLRDHUP, "EPOLLRDHUP");
_Static_assert(CLINUX_ONE_SHOT == EPOLLONESHOT, "EPOLLONESHOT");

static int result(int value) { return value < 0 ? -errno : value; }

int clinux_epoll_create(void) { return result(epoll_create1(EPOLL_CLOEXEC)); }

static int control(int epoll, int operation, int descriptor, uint32_t events, uint64_t cookie) {
    struct epoll_event event = {.events = events, .data.u64 = cookie};
    return result(epoll_ctl(epoll, operation, descriptor, &event));
}

int clinux_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t cookie) {
    return control(epoll, EPOLL_CTL_ADD, descriptor, events, cookie);
}

int clinux_epoll_modify(int epoll, int descriptor, uint32_t events, uint64_t cookie) {
    return control(epoll, EPOLL_CTL_MOD, descriptor, events, cookie);
}

int clinux_epoll_remove(int epoll, int descriptor) {
    return result(epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, NULL));
}

int clinux_epoll_wait(int epoll, clinux_event *events, int capacity, int64_t timeout_ns) {
    struct epoll_event ready[256];
    if (capacity > 256) capacity = 256;
    // Milliseconds, rounded up: waking early would only spin until the timer is due.
    int timeout = -1;
    if (timeout_ns >= 0) {
        const int64_t hour = INT64_C(3600000000000);
        timeout = timeout_ns > hour ? 3600000 : (int)((timeout_ns + 999999) / 1000000);
    }
    int count = epoll_wait(epoll, ready, capacity, timeout);
    if (count < 0) return errno == EINTR ? 0 : -errno;
    for (int i = 0; i < count; i++) {
        events[i].cookie = ready[i].data.u64;
        events[i].events = ready[i].events;
    }
    return count;
}

int clinux_eventfd(void) { return result(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }

int clinux_signalfd(const int *signals, int count) {
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < count; i++) sigaddset(&set, signals[i]);
    int error = pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (error != 0) return -error;
    return result(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

int clinux_signalfd_read(int descriptor) {
    struct signalfd_siginfo info;
    ssize_t count = read(descriptor, &info, sizeof info);
    if (count < 0) return -errno;
    return (int)info.ssi_signo;
}

int clinux_socket(int family) {
    return result(socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

int clinux_accept(int listener, struct sockaddr_storage *address, socklen_t *length) {
    return result(accept4(listener, (struct sockaddr *)address, length, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

int clinux_set_option(int descriptor, int level, int option, int value) {
    return result(setsockopt(descriptor, level, option, &value, sizeof value));
}

int clinux_socket_error(int descriptor) {
    int error = 0;
    socklen_t length = sizeof error;
    if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) < 0) return -errno;
    return -error;
}

int clinux_is_own_peer(int descriptor) {
    struct sockaddr_storage own = {0}, peer = {0};
    socklen_t own_length = sizeof own, peer_length = sizeof peer;
    if (getsockname(descriptor, (struct sockaddr *)&own, &own_length) < 0) return 0;
    if (getpeername(descriptor, (struct sockaddr *)&peer, &peer_length) < 0) return 0;
    return own_length == peer_length && memcmp(&own, &peer, own_length) == 0;
}

int64_t clinux_peer_uid(int descriptor) {
    struct ucred credentials;
    socklen_t length = sizeof credentials;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) < 0) return -errno;
    return credentials.uid;
}

int clinux_name_thread(const char *name) { return -pthread_setname_np(pthread_self(), name); }

int clinux_open_in_root(int root, const char *path, int flags, unsigned mode) {
    struct open_how how = {
        .flags = (unsigned)flags,
        .mode = mode,
        .resolve = RESOLVE_IN_ROOT,
    };
    // The C library has no function for it yet.
    return result((int)syscall(SYS_openat2, root, path, &how, sizeof how));
}
