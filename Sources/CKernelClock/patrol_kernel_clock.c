#define _GNU_SOURCE
#include "patrol_kernel_clock.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

static const int64_t second_ns = 1000000000;

int patrol_kernel_clock_read(patrol_kernel_clock *clock) {
    struct timex kernel = {.modes = 0};
    int state = adjtimex(&kernel);
    if (state < 0) return errno;
    /* "STA_NANO: resolution (0 = us, 1 = ns)", of the time's fraction and of the offset. maxerror is always in us. */
    int64_t unit = kernel.status & STA_NANO ? 1 : 1000;
    clock->utc_ns = (int64_t)kernel.time.tv_sec * second_ns + (int64_t)kernel.time.tv_usec * unit;
    clock->is_synchronised = state != TIME_ERROR && !(kernel.status & STA_UNSYNC);
    clock->maximum_error_ns = (int64_t)kernel.maxerror * 1000 + llabs((long long)kernel.offset) * unit;
    return 0;
}

int patrol_clock_alarm_open(void) {
    return timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
}

int patrol_clock_alarm_arm(int descriptor, int64_t after_ns) {
    /* The count of expiries, ECANCELED if the clock was set, or EAGAIN: all are the same here. */
    uint64_t count;
    if (read(descriptor, &count, sizeof count) < 0 && errno == EBADF) return EBADF;
    /* The largest time_t, as in systemd; the kernel clamps it. */
    struct itimerspec time = {.it_value = {.tv_sec = sizeof(time_t) == 8 ? (time_t)INT64_MAX : (time_t)INT32_MAX}};
    if (after_ns >= 0) {
        clock_gettime(CLOCK_REALTIME, &time.it_value);
        int64_t nanoseconds = time.it_value.tv_nsec + after_ns % second_ns;
        time.it_value.tv_sec += (time_t)(after_ns / second_ns + nanoseconds / second_ns);
        time.it_value.tv_nsec = (long)(nanoseconds % second_ns);
    }
    /*
     * timerfd_create(2): "If this flag is specified along with TFD_TIMER_ABSTIME and the clock for this timer is
     * CLOCK_REALTIME [...], then mark this timer as cancelable if the real-time clock undergoes a discontinuous change".
     */
    if (timerfd_settime(descriptor, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &time, NULL) == 0) return 0;
    /* Linux says so if the clock was set since the last look; the timer is set all the same. */
    return errno == ECANCELED ? 0 : errno;
}
