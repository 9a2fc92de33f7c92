#pragma once
#include <microhttpd.h>
#include <stdarg.h>

// What HTTPServer sets; the rest keeps the library's defaults.
typedef struct {
    unsigned int flags;
    unsigned int connection_limit;
    size_t memory_limit;
    unsigned int timeout_seconds;
    // Handed to every callback as its first argument.
    void *context;
    void (*log)(void *context, const char *format, va_list arguments);
    MHD_AccessHandlerCallback access;
    void *(*target)(void *context, const char *target, struct MHD_Connection *connection);
    size_t (*unescape)(void *context, struct MHD_Connection *connection, char *text);
    MHD_RequestCompletedCallback completed;
    MHD_NotifyConnectionCallback connection;
} cmhd_settings;

// MHD_start_daemon is variadic, which Swift cannot call.
static inline struct MHD_Daemon *cmhd_start(const cmhd_settings *s) {
    return MHD_start_daemon(
        s->flags, 0, NULL, NULL, s->access, s->context,
        MHD_OPTION_EXTERNAL_LOGGER, s->log, s->context,  // first, so that it sees the rest
        MHD_OPTION_CONNECTION_LIMIT, s->connection_limit,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, s->memory_limit,
        MHD_OPTION_CONNECTION_TIMEOUT, s->timeout_seconds,
        MHD_OPTION_STRICT_FOR_CLIENT, 0,
        MHD_OPTION_URI_LOG_CALLBACK, s->target, s->context,
        MHD_OPTION_UNESCAPE_CALLBACK, s->unescape, s->context,
        MHD_OPTION_NOTIFY_COMPLETED, s->completed, s->context,
        MHD_OPTION_NOTIFY_CONNECTION, s->connection, s->context, MHD_OPTION_END);
}

// MHD_get_daemon_info is variadic.
static inline int cmhd_epoll_descriptor(struct MHD_Daemon *daemon) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
    return info == NULL ? -1 : info->epoll_fd;
}

// MHD_get_connection_info is variadic.
static inline size_t cmhd_head_size(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return info == NULL ? 0 : info->header_size;
}

// MHD_get_connection_info is variadic.
static inline void *cmhd_socket_context(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info == NULL ? NULL : info->socket_context;
}
