/*
 * What Linux has and Swift's Glibc leaves out: adjtimex(2) and timerfd_create(2).
 *
 * Their headers are not included here on purpose: timespec and the like would be this module's then, and every file that
 * uses them would have to import it.
 */
#ifndef PATROL_KERNEL_CLOCK_H
#define PATROL_KERNEL_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* The kernel's clock as adjtimex(2) tells it. */
typedef struct {
    /* CLOCK_REALTIME in nanoseconds since 1970, in a resolution of 1 us unless the kernel was asked for 1 ns. */
    int64_t utc_ns;
    /* Neither TIME_ERROR nor STA_UNSYNC: an NTP client holds the clock. */
    bool is_synchronised;
    /* The kernel's maximum error plus what is still to be slewed, in nanoseconds. */
    int64_t maximum_error_ns;
} patrol_kernel_clock;

/* 0, or an errno: in practice EPERM from a system-call filter. Needs no privilege and changes nothing. */
int patrol_kernel_clock_read(patrol_kernel_clock *clock);

/*
 * A descriptor that becomes readable when CLOCK_REALTIME is set, or the machine resumes from suspension; close-on-exec,
 * non-blocking. -1 and errno if there is none.
 */
int patrol_clock_alarm_open(void);

/*
 * Makes it ready for the next time, and forgets that it was readable. after_ns: in how many nanoseconds it becomes
 * readable anyway; negative: never. 0, or an errno.
 */
int patrol_clock_alarm_arm(int descriptor, int64_t after_ns);

#endif
