#define _GNU_SOURCE
#include "patrol_gps.h"

#include <errno.h>
#include <gps.h>
#include <math.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * "Take care to conditionalize your code on the major and minor API version symbols in gps.h" (libgps(3)):
 *   9  gpsd 3.20: time becomes a timespec, altitude is split into altHAE and altMSL
 *  10  gpsd 3.21: status moves from gps_data_t to gps_fix_t
 *  11  gpsd 3.22 (Debian 12)
 *  14  gpsd 3.25 (Debian 13)
 */
#if GPSD_API_MAJOR_VERSION < 9
#error "libgps is too old: gpsd 3.20 or newer is needed"
#endif
#if GPSD_API_MAJOR_VERSION < 10
#define STATUS(data) ((data)->status)
#else
#define STATUS(data) ((data)->fix.status)
#endif

/*
 * gpsd's longest lines are SKY reports; GPS_JSON_RESPONSE_MAX in gpsd's sources is 10,240 bytes. A longer line is
 * passed over, up to its end.
 */
enum { BUFFER_SIZE = 16384 };

struct patrol_gps {
    int socket;
    bool connecting;
    /* The addresses of the host, and the one that comes next if this attempt fails. */
    struct addrinfo *addresses;
    struct addrinfo *next_address;
    /* Inside a line that is too long. */
    bool skipping;
    /* Bytes from `start` to `end` are not taken yet. */
    size_t start;
    size_t end;
    /* Of the report that was taken last. */
    char device[PATROL_GPS_DEVICE_SIZE];
    int device_count;
    char devices[PATROL_GPS_MOST_DEVICES][PATROL_GPS_DEVICE_SIZE];
    char reason[160];
    char buffer[BUFFER_SIZE];
    struct gps_data_t data;
};

patrol_gps *patrol_gps_create(void) {
    patrol_gps *gps = calloc(1, sizeof *gps);
    if (gps != NULL) gps->socket = -1;
    return gps;
}

void patrol_gps_destroy(patrol_gps *gps) {
    if (gps == NULL) return;
    patrol_gps_close(gps);
    free(gps);
}

static void close_socket(patrol_gps *gps) {
    if (gps->socket >= 0) close(gps->socket);
    gps->socket = -1;
    gps->connecting = false;
}

static void free_addresses(patrol_gps *gps) {
    if (gps->addresses != NULL) freeaddrinfo(gps->addresses);
    gps->addresses = NULL;
    gps->next_address = NULL;
}

void patrol_gps_close(patrol_gps *gps) {
    close_socket(gps);
    free_addresses(gps);
    gps->skipping = false;
    gps->start = 0;
    gps->end = 0;
}

static void set_reason(patrol_gps *gps, const char *text) {
    snprintf(gps->reason, sizeof gps->reason, "%s", text);
}

static patrol_gps_message end(patrol_gps *gps, const char *reason) {
    set_reason(gps, reason);
    patrol_gps_close(gps);
    return PATROL_GPS_END;
}

/* Tries the addresses that are left, until a connection is under way or none is left; false: the reason says why. */
static bool connect_next(patrol_gps *gps) {
    close_socket(gps);
    while (gps->next_address != NULL) {
        const struct addrinfo *address = gps->next_address;
        gps->next_address = address->ai_next;
        gps->socket = socket(address->ai_family, address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
                             address->ai_protocol);
        if (gps->socket < 0) {
            set_reason(gps, strerror(errno));
            continue;
        }
        /* connect(2): EINPROGRESS on a non-blocking socket; poll(2) for writing tells when it is done. */
        if (connect(gps->socket, address->ai_addr, address->ai_addrlen) == 0 || errno == EINPROGRESS) {
            gps->connecting = true;
            return true;
        }
        set_reason(gps, strerror(errno));
        close_socket(gps);
    }
    return false;
}

bool patrol_gps_open(patrol_gps *gps, const char *host, const char *port) {
    patrol_gps_close(gps);
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_protocol = IPPROTO_TCP};
    const int result = getaddrinfo(host, port, &hints, &gps->addresses);
    if (result != 0) {
        gps->addresses = NULL;
        set_reason(gps, result == EAI_SYSTEM ? strerror(errno) : gai_strerror(result));
        return false;
    }
    gps->next_address = gps->addresses;
    if (connect_next(gps)) return true;
    patrol_gps_close(gps);
    return false;
}

int patrol_gps_wait(const patrol_gps *gps, int wake_descriptor, int timeout_ms) {
    /* poll(2) ignores a negative descriptor. */
    struct pollfd descriptors[2] = {
        {.fd = gps->socket, .events = gps->connecting ? POLLOUT : POLLIN},
        {.fd = wake_descriptor, .events = POLLIN},
    };
    if (poll(descriptors, 2, timeout_ms) <= 0) return 0;
    return (descriptors[0].revents != 0 ? PATROL_GPS_INPUT : 0) | (descriptors[1].revents != 0 ? PATROL_GPS_WOKEN : 0);
}

/* Whether an attempt to connect has ended, and how. */
static patrol_gps_message finish_connecting(patrol_gps *gps) {
    struct pollfd descriptor = {.fd = gps->socket, .events = POLLOUT};
    if (poll(&descriptor, 1, 0) <= 0) return PATROL_GPS_NOTHING;
    int error = 0;
    socklen_t length = sizeof error;
    if (getsockopt(gps->socket, SOL_SOCKET, SO_ERROR, &error, &length) != 0) error = errno;
    if (error != 0) {
        set_reason(gps, strerror(error));
        if (connect_next(gps)) return PATROL_GPS_NOTHING;
        patrol_gps_close(gps);
        return PATROL_GPS_END;
    }
    gps->connecting = false;
    free_addresses(gps);
    /* gpsd_json(5): "?WATCH={...};" asks for a stream of reports. */
    static const char watch[] = "?WATCH={\"enable\":true,\"json\":true};\n";
    const ssize_t length_of_watch = (ssize_t)sizeof watch - 1;
    if (send(gps->socket, watch, (size_t)length_of_watch, MSG_NOSIGNAL) != length_of_watch) {
        return end(gps, "gpsd does not take the request for reports");
    }
    return PATROL_GPS_CONNECTED;
}

/*
 * Whether a text is one whole JSON object, as far as its braces and strings tell: gps_unpack() takes what it has read
 * of half an object for the whole.
 */
static bool is_one_object(const char *text, size_t length) {
    size_t depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < length; i++) {
        const char c = text[i];
        if (c == '\0') return false;
        if (in_string) {
            if (c == '\\') {
                i++;
            } else if (c == '"') {
                in_string = false;
            }
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{') {
            depth++;
        } else if (c == '}') {
            if (depth == 0) return false;
            depth--;
        }
        if (depth == 0) return i + 1 == length && length > 0 && text[0] == '{';
    }
    return false;
}

/*
 * Whether a line is a report of this class and fit for gps_unpack(). gpsd writes the class first, without spaces, and
 * once. gps_unpack() of gpsd 3.22 never returns from a line that is malformed and has a second class, such as
 * {"class":"TPV"}x{"class":"TPV"}: it begins anew wherever it finds one.
 */
static bool is_report(const char *line, size_t length, const char *class) {
    const size_t size = strlen(class);
    return length >= size && memcmp(line, class, size) == 0 && is_one_object(line, length)
           && strstr(line + size, "\"class\":") == NULL;
}

/*
 * Takes the text after a key, up to the quotation mark. A name with an escape, or with what no terminal should get, or
 * one that is too long, is as good as none.
 */
static bool take_name(const char *text, char name[PATROL_GPS_DEVICE_SIZE]) {
    size_t length = 0;
    while (text[length] != '"') {
        const unsigned char c = (unsigned char)text[length];
        if (c < 0x20 || c == 0x7f || c == '\\' || length + 1 == PATROL_GPS_DEVICE_SIZE) {
            name[0] = '\0';
            return false;
        }
        name[length++] = (char)c;
    }
    name[length] = '\0';
    return length > 0;
}

/* gpsd_json(5): "device" in TPV and SKY. libgps keeps the last one where a report has none. */
static void take_device(patrol_gps *gps, const char *line) {
    static const char key[] = "\"device\":\"";
    const char *found = strstr(line, key);
    if (found == NULL) {
        gps->device[0] = '\0';
    } else {
        take_name(found + sizeof key - 1, gps->device);
    }
}

/* gpsd_json(5): DEVICES has a list of DEVICE objects, each with its "path". */
static void take_devices(patrol_gps *gps, const char *line) {
    static const char key[] = "\"path\":\"";
    gps->device_count = 0;
    while (gps->device_count < PATROL_GPS_MOST_DEVICES && (line = strstr(line, key)) != NULL) {
        line += sizeof key - 1;
        if (take_name(line, gps->devices[gps->device_count])) gps->device_count++;
    }
}

/* Judges a line by its own class: libgps keeps the values of the last TPV in `fix`, whatever comes after it. */
static patrol_gps_message take_line(patrol_gps *gps, char *line, size_t length) {
    static const char devices[] = "{\"class\":\"DEVICES\"";
    while (length > 0 && (line[length - 1] == '\r' || line[length - 1] == ' ')) length--;
    line[length] = '\0';
    if (is_report(line, length, "{\"class\":\"TPV\"")) {
        take_device(gps, line);
        gps_unpack(line, &gps->data);
        return PATROL_GPS_TPV;
    }
    if (is_report(line, length, "{\"class\":\"SKY\"")) {
        take_device(gps, line);
        gps_unpack(line, &gps->data);
        /* A SKY report may carry the dilution of precision alone; libgps then sets both numbers to 0. */
        return gps->data.satellites_visible > 0 ? PATROL_GPS_SKY : PATROL_GPS_OTHER;
    }
    if (length >= sizeof devices - 1 && memcmp(line, devices, sizeof devices - 1) == 0 && is_one_object(line, length)) {
        take_devices(gps, line);
        return PATROL_GPS_DEVICES;
    }
    return PATROL_GPS_OTHER;
}

patrol_gps_message patrol_gps_next(patrol_gps *gps) {
    if (gps->socket < 0) return PATROL_GPS_NOTHING;
    if (gps->connecting) return finish_connecting(gps);
    for (;;) {
        char *line = gps->buffer + gps->start;
        char *newline = memchr(line, '\n', gps->end - gps->start);
        if (newline != NULL) {
            gps->start = (size_t)(newline - gps->buffer) + 1;
            if (!gps->skipping) return take_line(gps, line, (size_t)(newline - line));
            gps->skipping = false;
            return PATROL_GPS_OTHER;
        }
        gps->end -= gps->start;
        memmove(gps->buffer, line, gps->end);
        gps->start = 0;
        if (gps->end == BUFFER_SIZE) {
            /* Back to the caller after each full buffer: a stranger who never ends a line must not keep it here. */
            gps->skipping = true;
            gps->end = 0;
            return PATROL_GPS_NOTHING;
        }
        const ssize_t count = recv(gps->socket, gps->buffer + gps->end, BUFFER_SIZE - gps->end, 0);
        if (count == 0) return end(gps, "gpsd closed the connection");
        if (count < 0 && errno == EINTR) continue;
        if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return PATROL_GPS_NOTHING;
        if (count < 0) return end(gps, strerror(errno));
        gps->end += (size_t)count;
    }
}

/* libgps gives 0 for a report without a time, and nonsense for a text that is none. Times lie in years 1 to 9999. */
static bool is_time(struct timespec time) {
    return time.tv_sec != 0 && time.tv_sec >= -62135596800 && time.tv_sec <= 253402300799 && time.tv_nsec >= 0
           && time.tv_nsec <= 999999999;
}

patrol_gps_tpv patrol_gps_report(const patrol_gps *gps) {
    const struct gps_fix_t *fix = &gps->data.fix;
    return (patrol_gps_tpv){
        .mode = fix->mode,
        .status = STATUS(&gps->data),
        .has_time = is_time(fix->time),
        /* The fraction goes through a double in libgps: rounded, so that .28 does not become .279. */
        .time_ms = is_time(fix->time) ? (int64_t)fix->time.tv_sec * 1000 + (fix->time.tv_nsec + 500000) / 1000000 : 0,
        .latitude = fix->latitude,
        .longitude = fix->longitude,
        .altitude = fix->altMSL,
        .speed = fix->speed,
        .course = fix->track,
        .horizontal_error = fix->eph,
    };
}

const char *patrol_gps_device(const patrol_gps *gps) {
    return gps->device;
}

int patrol_gps_satellites_used(const patrol_gps *gps) {
    return gps->data.satellites_used;
}

int patrol_gps_device_count(const patrol_gps *gps) {
    return gps->device_count;
}

const char *patrol_gps_device_at(const patrol_gps *gps, int index) {
    return index >= 0 && index < gps->device_count ? gps->devices[index] : "";
}

const char *patrol_gps_reason(const patrol_gps *gps) {
    return gps->reason;
}
