/* Load generator of benchmarks/ldap.py: keeps one request outstanding on every connection and verifies every answer.
 *
 * usage: ldap_load PORT CONNECTIONS SECONDS SEED CALLERS PERSISTENT < callers
 * Standard input: the bind request, then per caller a request and its answer, each as a 4-byte length (little endian)
 * and that many bytes; the bind request stands alone. Of the callers the first CALLERS are asked, drawn at random. With
 * PERSISTENT 0 each look-up connects, binds, asks and closes. Prints: answers, seconds, then p50, p90 and p99 in
 * microseconds. Exits with 1 and a message for a wrong answer, a refused bind or a lost connection.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

typedef struct { uint32_t length; uint8_t *bytes; } Text;
typedef struct { int file; int bound; size_t caller; uint32_t held; uint8_t data[65536]; double since; } Wire;

static Text bind_request, *requests, *answers;
static int port, epoll;
static const uint8_t BOUND[] = {0x0a, 0x01, 0x00, 0x04, 0x00, 0x04, 0x00};

static void fail(const char *text) { fprintf(stderr, "ldap_load: %s\n", text); exit(1); }

static double now(void) {
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec + at.tv_nsec / 1e9;
}

static int read_text(Text *text) {
    if (fread(&text->length, 4, 1, stdin) != 1) return 0;
    text->bytes = malloc(text->length);
    if (!text->bytes || fread(text->bytes, 1, text->length, stdin) != text->length) fail("cut short");
    return 1;
}

static uint64_t draw(uint64_t *state) { /* xorshift64* */
    *state ^= *state >> 12; *state ^= *state << 25; *state ^= *state >> 27;
    return *state * 2685821657736338717ULL;
}

static void put(Wire *wire, Text text) {
    if (send(wire->file, text.bytes, text.length, MSG_NOSIGNAL) != (ssize_t)text.length) fail("a request was not sent");
}

static void join(Wire *wire, int again) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = wire};
    int on = 1;
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    wire->file = socket(AF_INET, SOCK_STREAM, 0);
    if (wire->file < 0 || connect(wire->file, (struct sockaddr *)&address, sizeof address)) fail(strerror(errno));
    setsockopt(wire->file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (again) { /* a port in TIME_WAIT for each of thousands of connections would be the limit */
        struct linger gone = {1, 0};
        setsockopt(wire->file, SOL_SOCKET, SO_LINGER, &gone, sizeof gone);
    }
    wire->bound = 0;
    wire->held = 0;
    epoll_ctl(epoll, EPOLL_CTL_ADD, wire->file, &event);
    put(wire, bind_request);
}

static int in_order(const void *one, const void *other) {
    float a = *(const float *)one, b = *(const float *)other;
    return (a > b) - (a < b);
}

int main(int count, char **given) {
    if (count != 7) fail("usage: PORT CONNECTIONS SECONDS SEED CALLERS PERSISTENT");
    port = atoi(given[1]);
    size_t wires = atoi(given[2]), callers = atoi(given[5]), known = 0, done = 0, most = 1 << 24;
    double seconds = atof(given[3]), start = 0, end = 0;
    uint64_t state = strtoull(given[4], 0, 10) * 2654435761u + 88172645463325252ULL;
    int persistent = atoi(given[6]), ending = 0;
    float *spent = malloc(most * sizeof *spent);
    requests = malloc(callers * sizeof *requests);
    answers = malloc(callers * sizeof *answers);
    Wire *wire = calloc(wires, sizeof *wire);
    struct epoll_event events[256];
    if (!spent || !requests || !answers || !wire) fail("no memory");
    if (!read_text(&bind_request)) fail("no bind request");
    while (known < callers && read_text(&requests[known]) && read_text(&answers[known])) known++;
    if (known < callers) fail("too few callers");
    epoll = epoll_create1(0);
    size_t open = wires, bound = 0;
    for (size_t at = 0; at < wires; at++) join(&wire[at], !persistent);
    while (open) {
        int ready = epoll_wait(epoll, events, 256, 10000);
        if (ready <= 0) fail("no answer in 10 seconds");
        for (int at = 0; at < ready; at++) {
            Wire *one = events[at].data.ptr;
            ssize_t got = recv(one->file, one->data + one->held, sizeof one->data - one->held, 0);
            if (got <= 0) fail("a connection was lost");
            one->held += got;
            double moment = now();
            if (!one->bound) {
                if (one->held < 9 || one->held < 2u + one->data[1]) continue;
                if (memcmp(one->data + one->held - sizeof BOUND, BOUND, sizeof BOUND)) fail("the bind was refused");
                one->bound = 1;
                if (persistent) {
                    if (++bound < wires) { one->held = 0; continue; } /* ask when everybody is bound */
                    start = moment; end = start + seconds;
                    for (size_t other = 0; other < wires; other++) {
                        wire[other].held = 0;
                        wire[other].caller = draw(&state) % callers;
                        wire[other].since = now();
                        put(&wire[other], requests[wire[other].caller]);
                    }
                    continue;
                }
                if (!start) { start = moment; end = start + seconds; }
                one->held = 0;
                one->caller = draw(&state) % callers;
                put(one, requests[one->caller]);
                continue;
            }
            Text wanted = answers[one->caller];
            if (one->held < wanted.length) continue;
            if (one->held != wanted.length || memcmp(one->data, wanted.bytes, wanted.length)) fail("a wrong answer");
            if (one->since && done < most) spent[done++] = (moment - one->since) * 1e6;
            ending = moment >= end;
            if (!persistent || ending) { epoll_ctl(epoll, EPOLL_CTL_DEL, one->file, 0); close(one->file); }
            if (ending) { open--; continue; }
            one->since = moment;
            if (!persistent) { join(one, 1); continue; }
            one->held = 0;
            one->caller = draw(&state) % callers;
            put(one, requests[one->caller]);
        }
    }
    double took = now() - start;
    qsort(spent, done, sizeof *spent, in_order);
    if (!done) fail("nothing was answered");
    printf("%zu %.6f %.1f %.1f %.1f\n", done, took, spent[done / 2], spent[done * 9 / 10], spent[done * 99 / 100]);
    return 0;
}
