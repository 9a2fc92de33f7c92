// The few system calls that Swift's Glibc module does not show, or shows only with _GNU_SOURCE.
// Each returns a result >= 0, or the negated errno.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

typedef struct {
    uint64_t cookie;
    uint32_t events;
} clinux_event;

// EPOLL* as plain constants: the originals are an enum inside a header that Swift does not import.
enum {
    CLINUX_READABLE = 0x001,
    CLINUX_WRITABLE = 0x004,
    CLINUX_ERROR = 0x008,
    CLINUX_HANGUP = 0x010,
    CLINUX_PEER_CLOSED = 0x2000,
    CLINUX_ONE_SHOT = 0x40000000,
};

int clinux_epoll_create(void);
int clinux_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t cookie);
int clinux_epoll_modify(int epoll, int descriptor, uint32_t events, uint64_t cookie);
int clinux_epoll_remove(int epoll, int descriptor);
// Waits at most timeout_ns (-1: no limit) and fills events[0..<result].
int clinux_epoll_wait(int epoll, clinux_event *events, int capacity, int64_t timeout_ns);

int clinux_eventfd(void);
// Blocks the signals in this thread (and so in those it starts) and returns a signalfd for them.
int clinux_signalfd(const int *signals, int count);
// The number of one signal that is pending on a signalfd.
int clinux_signalfd_read(int descriptor);

int clinux_socket(int family);
int clinux_accept(int listener, struct sockaddr_storage *address, socklen_t *length);
int clinux_set_option(int descriptor, int level, int option, int value);
int clinux_socket_error(int descriptor);
// 1 if the socket is its own peer, as a TCP connection to a local port that the kernel happened to
// choose as the source port is; else 0.
int clinux_is_own_peer(int descriptor);
// The uid of the process at the other end of a unix socket.
int64_t clinux_peer_uid(int descriptor);
// Opens a path for which `root` is the root of all files: `..`, absolute paths and links end there.
int clinux_open_in_root(int root, const char *path, int flags, unsigned mode);
int clinux_name_thread(const char *name);
