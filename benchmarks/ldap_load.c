/* Load generator of benchmarks/ldap.py: keeps requests outstanding on many connections and verifies every answer.
 *
 * usage: ldap_load PORT CONNECTIONS SECONDS SEED CALLERS PERSISTENT TLS RATE < callers
 * Standard input: the bind request, then per caller a request and its answer, each as a 4-byte length (little endian)
 * and that many bytes; the bind request stands alone. Of the callers the first CALLERS are asked, drawn at random. With
 * PERSISTENT 0 each look-up connects, binds, asks, unbinds and closes. With TLS 1 everything is LDAPS, each handshake a
 * full one. RATE 0 keeps one request outstanding on every connection; else so many are asked a second (without TLS), and
 * a look-up takes from when it was due to when the kernel had its answer. Where others keep this program from running,
 * no server is to blame: what was due meanwhile is not asked. SIGTERM ends before SECONDS have passed. Prints: answers,
 * seconds, then p50, p90 and p99 in microseconds. Exits with 1 and a message for a wrong answer, a refused bind or a
 * lost connection.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

typedef struct { uint32_t length; uint8_t *bytes; } Text;
typedef struct { int file, greeted, bound; SSL *tls; size_t caller; uint32_t held; uint8_t data[65536]; double since, arrived; } Wire;

static Text bind_request, *requests, *answers;
static int port, epoll, persistent, stamped;
static SSL_CTX *context;
static size_t callers;
static uint64_t state;
static volatile sig_atomic_t told_to_end;
static const uint8_t BOUND[] = {0x0a, 0x01, 0x00, 0x04, 0x00, 0x04, 0x00};
static uint8_t unbind[] = {0x30, 0x05, 0x02, 0x01, 0x03, 0x42, 0x00};
static const Text unbind_request = {sizeof unbind, unbind};

static void fail(const char *text) { fprintf(stderr, "ldap_load: %s\n", text); exit(1); }

static void on_signal(int number) { (void)number; told_to_end = 1; }

static double seconds_of(struct timespec at) { return at.tv_sec + at.tv_nsec / 1e9; }

static double now(void) { /* the clock of the kernel's stamps where they are compared with it */
    struct timespec at;
    clock_gettime(stamped ? CLOCK_REALTIME : CLOCK_MONOTONIC, &at);
    return seconds_of(at);
}

/* Receives what is there, and notes when it arrived. */
static int take(Wire *wire, int space) {
    union { char bytes[CMSG_SPACE(sizeof(struct timespec))]; struct cmsghdr aligned; } control;
    struct iovec place = {wire->data + wire->held, space};
    struct msghdr message = {.msg_iov = &place, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    if (!stamped) return recv(wire->file, place.iov_base, space, 0);
    int got = recvmsg(wire->file, &message, 0);
    struct cmsghdr *header = got > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    if (got > 0) wire->arrived = 0;
    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_TIMESTAMPNS) {
        struct timespec at;
        memcpy(&at, CMSG_DATA(header), sizeof at);
        wire->arrived = seconds_of(at);
    }
    return got;
}

static int read_text(Text *text) {
    if (fread(&text->length, 4, 1, stdin) != 1) return 0;
    text->bytes = malloc(text->length);
    if (!text->bytes || fread(text->bytes, 1, text->length, stdin) != text->length) fail("cut short");
    return 1;
}

static uint64_t draw(void) { /* xorshift64* */
    state ^= state >> 12; state ^= state << 25; state ^= state >> 27;
    return state * 2685821657736338717ULL;
}

static void put(Wire *wire, Text text) {
    ssize_t sent = wire->tls ? SSL_write(wire->tls, text.bytes, text.length)
                             : send(wire->file, text.bytes, text.length, MSG_NOSIGNAL);
    if (sent != (ssize_t)text.length) fail("a request was not sent");
}

static void ask(Wire *wire, double since) {
    wire->held = 0;
    wire->since = since;
    wire->caller = draw() % callers;
    put(wire, requests[wire->caller]);
}

/* Binds as soon as TLS, if any, stands. */
static void greet(Wire *wire) {
    if (wire->tls) {
        int done = SSL_do_handshake(wire->tls);
        if (done != 1 && SSL_get_error(wire->tls, done) != SSL_ERROR_WANT_READ) fail("a TLS handshake failed");
        if (done != 1) return;
        if (SSL_session_reused(wire->tls)) fail("a TLS session was resumed");
    }
    wire->greeted = 1;
    put(wire, bind_request);
}

static void join(Wire *wire) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = wire};
    int on = 1;
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    wire->file = socket(AF_INET, SOCK_STREAM, 0);
    if (wire->file < 0 || connect(wire->file, (struct sockaddr *)&address, sizeof address)) fail(strerror(errno));
    setsockopt(wire->file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (stamped && setsockopt(wire->file, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on)) fail("no time stamps");
    fcntl(wire->file, F_SETFL, O_NONBLOCK);
    if (!persistent) { /* a port in TIME_WAIT for each of thousands of connections would be the limit */
        struct linger gone = {1, 0};
        setsockopt(wire->file, SOL_SOCKET, SO_LINGER, &gone, sizeof gone);
    }
    wire->greeted = wire->bound = wire->held = 0;
    epoll_ctl(epoll, EPOLL_CTL_ADD, wire->file, &event);
    if (context) {
        wire->tls = SSL_new(context);
        SSL_set_fd(wire->tls, wire->file);
        SSL_set_connect_state(wire->tls);
    }
    greet(wire);
}

static void leave(Wire *wire) {
    put(wire, unbind_request);
    if (wire->tls) {
        SSL_shutdown(wire->tls);
        SSL_free(wire->tls);
    }
    close(wire->file);
}

static void receive(Wire *wire) {
    if (!wire->greeted) { greet(wire); return; }
    for (;;) {
        int space = sizeof wire->data - wire->held, got, later;
        if (wire->tls) {
            got = SSL_read(wire->tls, wire->data + wire->held, space);
            later = got <= 0 && SSL_get_error(wire->tls, got) == SSL_ERROR_WANT_READ;
        } else {
            got = take(wire, space);
            later = got < 0 && errno == EAGAIN;
        }
        if (later) return;
        if (got <= 0) fail("a connection was lost");
        wire->held += got;
        if (!wire->tls) return; /* what TLS has read ahead would wake nobody */
    }
}

static int is_bound(Wire *wire) {
    if (wire->held < 9 || wire->held < 2u + wire->data[1]) return 0;
    if (memcmp(wire->data + wire->held - sizeof BOUND, BOUND, sizeof BOUND)) fail("the bind was refused");
    return wire->bound = 1;
}

static int is_answered(Wire *wire) {
    Text wanted = answers[wire->caller];
    if (wire->held < wanted.length) return 0;
    if (wire->held != wanted.length || memcmp(wire->data, wanted.bytes, wanted.length)) fail("a wrong answer");
    return 1;
}

/* Returns the connection that has been free for longest, and puts the last one into its place. */
static Wire *first_free(Wire **idle, size_t resting) {
    size_t first = 0;
    for (size_t at = 1; at < resting; at++) if (idle[at]->arrived < idle[first]->arrived) first = at;
    Wire *found = idle[first];
    idle[first] = idle[resting - 1];
    return found;
}

static int ticking(double rate) {
    double every = 1 / rate;
    struct timespec pause = {(time_t)every, (every - (time_t)every) * 1e9};
    struct itimerspec timing = {pause, pause};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    timerfd_settime(timer, 0, &timing, NULL);
    epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &event);
    return timer;
}

static int in_order(const void *one, const void *other) {
    float a = *(const float *)one, b = *(const float *)other;
    return (a > b) - (a < b);
}

int main(int count, char **given) {
    if (count != 9) fail("usage: PORT CONNECTIONS SECONDS SEED CALLERS PERSISTENT TLS RATE");
    port = atoi(given[1]);
    callers = atoi(given[5]);
    persistent = atoi(given[6]);
    state = strtoull(given[4], 0, 10) * 2654435761u + 88172645463325252ULL;
    if (atoi(given[7])) {
        context = SSL_CTX_new(TLS_client_method());
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    }
    size_t wires = atoi(given[2]), known = 0, done = 0, bound = 0, resting = 0, most = 1 << 24;
    double seconds = atof(given[3]), rate = atof(given[8]), start = 0, due = 0;
    stamped = rate > 0;
    if (context && stamped) fail("a RATE is for plain LDAP");
    int ending = 0, timer = -1;
    float *spent = malloc(most * sizeof *spent);
    requests = malloc(callers * sizeof *requests);
    answers = malloc(callers * sizeof *answers);
    Wire *wire = calloc(wires, sizeof *wire), **idle = calloc(wires, sizeof *idle);
    struct epoll_event events[256];
    if (!spent || !requests || !answers || !wire || !idle) fail("no memory");
    if (!read_text(&bind_request)) fail("no bind request");
    while (known < callers && read_text(&requests[known]) && read_text(&answers[known])) known++;
    if (known < callers) fail("too few callers");
    signal(SIGTERM, on_signal);
    signal(SIGPIPE, SIG_IGN);
    epoll = epoll_create1(0);
    size_t open = wires;
    if (!persistent) start = now();
    for (size_t at = 0; at < wires; at++) {
        wire[at].since = start;
        join(&wire[at]);
    }
    while (open) {
        int ready = epoll_wait(epoll, events, 256, 10000);
        if (ready == 0 || (ready < 0 && errno != EINTR)) fail("no answer in 10 seconds");
        for (int at = 0; at < ready; at++) {
            Wire *one = events[at].data.ptr;
            uint64_t ticks;
            if (!one) {
                if (read(timer, &ticks, sizeof ticks) < 0) fail("no time");
                continue;
            }
            receive(one);
            if (!one->bound) {
                if (!is_bound(one)) continue;
                if (!persistent) { ask(one, one->since); continue; }
                if (++bound < wires) continue; /* ask when everybody is bound */
                due = start = now();
                if (rate) timer = ticking(rate);
                for (size_t other = 0; other < wires; other++) {
                    if (rate) idle[resting++] = &wire[other];
                    else ask(&wire[other], start);
                }
                continue;
            }
            if (!is_answered(one)) continue;
            double moment = now();
            if (stamped && !one->arrived) fail("an answer without a time stamp");
            if (done < most) spent[done++] = ((stamped ? one->arrived : moment) - one->since) * 1e6;
            if (ending || !persistent) leave(one);
            if (ending) open--;
            else if (!persistent) { one->since = moment; join(one); }
            else if (rate) idle[resting++] = one;
            else ask(one, moment);
        }
        if (!start) continue;
        double moment = now();
        ending = told_to_end || moment >= start + seconds;
        for (; rate && resting && !ending && due + 1 / rate <= moment; resting--) {
            Wire *next = first_free(idle, resting);
            due += 1 / rate;
            moment = now();
            if (next->arrived > due) { /* no connection was free: the server's doing */
                ask(next, moment - (next->arrived - due));
            } else { /* this program did not run: what should have been asked meanwhile is not asked */
                ask(next, moment);
                if (due + 1 / rate < moment) due = moment;
            }
        }
        for (; ending && resting; open--) leave(idle[--resting]);
    }
    double took = now() - start;
    qsort(spent, done, sizeof *spent, in_order);
    if (!done) fail("nothing was answered");
    printf("%zu %.6f %.1f %.1f %.1f\n", done, took, spent[done / 2], spent[done * 9 / 10], spent[done * 99 / 100]);
    return 0;
}
