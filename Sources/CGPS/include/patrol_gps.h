/*
 * A small, flat window on libgps.
 *
 * gps.h is not included here on purpose: its struct gps_data_t of 24 kB would reach Swift as huge tuples, and its
 * layout changes with nearly every release of gpsd. Only patrol_gps.c knows it.
 *
 * The connection is made and read here, without blocking, and libgps parses: "gps_unpack() parses JSON [...] Included
 * in case your application wishes to manage socket I/O itself" (libgps(3)). gps_open() would block in connect(2) for
 * minutes while a host does not answer, and gps_waiting() with gps_read() turns into a busy loop on half a line.
 *
 * Not thread-safe: one thread uses one connection.
 */
#ifndef PATROL_GPS_H
#define PATROL_GPS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct patrol_gps patrol_gps;

/* What patrol_gps_next() found. */
typedef enum {
    /* Nothing more for now: wait. */
    PATROL_GPS_NOTHING,
    /* The connection stands, and gpsd was asked for its reports. */
    PATROL_GPS_CONNECTED,
    /* A position report: see patrol_gps_report() and patrol_gps_device(). */
    PATROL_GPS_TPV,
    /* How many satellites a device uses: see patrol_gps_satellites_used() and patrol_gps_device(). */
    PATROL_GPS_SKY,
    /* Which devices gpsd has, all of them: see patrol_gps_devices(). */
    PATROL_GPS_DEVICES,
    /* Anything else that gpsd said, lines that are no JSON included. */
    PATROL_GPS_OTHER,
    /* The connection, or the attempt, has ended: see patrol_gps_reason(). The connection is closed. */
    PATROL_GPS_END,
} patrol_gps_message;

/* Why patrol_gps_wait() returned; both may be set, neither after the time or a signal. */
enum {
    PATROL_GPS_INPUT = 1,
    PATROL_GPS_WOKEN = 2,
};

/* A TPV report in the units of gpsd_json(5): degrees, metres, m/s. What the report leaves out is NaN. */
typedef struct {
    /* 0 and 1: no fix, 2: 2D, 3: 3D; other values are a stranger's. */
    int mode;
    /* 0: not said. */
    int status;
    bool has_time;
    /* Milliseconds since 1970, in the years 1 to 9999. */
    int64_t time_ms;
    double latitude;
    double longitude;
    /* Above mean sea level. */
    double altitude;
    double speed;
    /* From true north. */
    double course;
    /* Estimated horizontal error, 95 %. */
    double horizontal_error;
} patrol_gps_tpv;

enum {
    /* gpsd 3.22 serves 4 devices, later ones 8; more are passed over. */
    PATROL_GPS_MOST_DEVICES = 8,
    /* gps.h: GPS_PATH_MAX, with the final zero; a longer name is passed over. */
    PATROL_GPS_DEVICE_SIZE = 128,
};

/* NULL without memory. */
patrol_gps *patrol_gps_create(void);

/* Closes and frees; NULL is allowed. */
void patrol_gps_destroy(patrol_gps *gps);

/*
 * Begins to connect, and returns at once: patrol_gps_next() tells how it ends. A host name (rather than an address or a
 * name in /etc/hosts) is looked up here, for as long as the system's resolver takes.
 * false: it failed already, see patrol_gps_reason().
 */
bool patrol_gps_open(patrol_gps *gps, const char *host, const char *port);

/* Drops the connection or the attempt; nothing if there is none. */
void patrol_gps_close(patrol_gps *gps);

/*
 * Waits until patrol_gps_next() may find something, or wake_descriptor is readable, or the time is over.
 * Without a connection only the latter two. timeout_ms < 0: no limit.
 */
int patrol_gps_wait(const patrol_gps *gps, int wake_descriptor, int timeout_ms);

/* Takes the next message; never blocks. Call it until it says PATROL_GPS_NOTHING or PATROL_GPS_END. */
patrol_gps_message patrol_gps_next(patrol_gps *gps);

/* The report of the last PATROL_GPS_TPV. */
patrol_gps_tpv patrol_gps_report(const patrol_gps *gps);

/* The device of the last PATROL_GPS_TPV or PATROL_GPS_SKY as gpsd names it; empty if it did not say. */
const char *patrol_gps_device(const patrol_gps *gps);

/* Of the last PATROL_GPS_SKY. */
int patrol_gps_satellites_used(const patrol_gps *gps);

/* How many devices the last PATROL_GPS_DEVICES named. */
int patrol_gps_device_count(const patrol_gps *gps);

/* One of them, from 0; empty beyond the last. */
const char *patrol_gps_device_at(const patrol_gps *gps, int index);

/* Why the last connection or attempt ended, in words; valid until the next call. */
const char *patrol_gps_reason(const patrol_gps *gps);

#endif
