// The floor: libmicrohttpd alone, doing what any gateway on it has to do. It reads every request
// header and sends the fields and the body that it was told to send, which the benchmark takes from
// an answer of the gateway.
//
// usage: bare PORT BODY [NAME VALUE]...
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct answer {
    const char *body;
    char **fields;
    int count;
};

static enum MHD_Result read_header(void *seen, enum MHD_ValueKind kind, const char *name,
                                   const char *value) {
    (void)kind;
    *(size_t *)seen += strlen(name) + (value ? strlen(value) : 0);
    return MHD_YES;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *upload,
                              size_t *upload_size, void **state) {
    (void)url, (void)method, (void)version, (void)upload;
    struct answer *answer = context;
    static int started;
    if (*state == NULL) {  // the headers are complete, the body may follow
        *state = &started;
        return MHD_YES;
    }
    if (*upload_size > 0) {
        *upload_size = 0;
        return MHD_YES;
    }
    size_t seen = 0;
    MHD_get_connection_values(connection, MHD_HEADER_KIND, read_header, &seen);
    struct MHD_Response *response = MHD_create_response_from_buffer(
        strlen(answer->body), (void *)answer->body, MHD_RESPMEM_MUST_COPY);
    for (int i = 0; i + 1 < answer->count; i += 2)
        MHD_add_response_header(response, answer->fields[i], answer->fields[i + 1]);
    enum MHD_Result queued = MHD_queue_response(connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return queued;
}

int main(int count, char **arguments) {
    if (count < 3) return 64;
    struct answer answer = {arguments[2], arguments + 3, count - 3};
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO, (uint16_t)atoi(arguments[1]), NULL, NULL,
        handle, &answer, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)32768,
        MHD_OPTION_CONNECTION_LIMIT, 4000u, MHD_OPTION_END);
    if (daemon == NULL) return 1;
    pause();
    return 0;
}
