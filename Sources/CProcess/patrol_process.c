#define _GNU_SOURCE
#include "patrol_process.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <sys/pidfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

static int set_up(posix_spawnattr_t *attributes, posix_spawn_file_actions_t *actions, int input, int output,
                  int error) {
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int result = posix_spawnattr_setsigmask(attributes, &none);
    if (result == 0) result = posix_spawnattr_setsigdefault(attributes, &all);
    if (result == 0) result = posix_spawnattr_setpgroup(attributes, 0);
    if (result == 0)
        result = posix_spawnattr_setflags(
            attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    if (result == 0) result = posix_spawn_file_actions_adddup2(actions, input, STDIN_FILENO);
    if (result == 0) result = posix_spawn_file_actions_adddup2(actions, output, STDOUT_FILENO);
    if (result == 0) result = posix_spawn_file_actions_adddup2(actions, error, STDERR_FILENO);
    if (result == 0) result = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
    return result;
}

int patrol_process_start(patrol_process *process, const char *path, char *const arguments[],
                         char *const environment[], int input, int output, int error) {
    /* A source among the targets would be overwritten by an earlier dup2: the caller's own standard descriptors are
       never closed, so a new descriptor is never one of them. */
    if (input <= STDERR_FILENO || output <= STDERR_FILENO || error <= STDERR_FILENO) return -EBADF;
    posix_spawnattr_t attributes;
    int result = posix_spawnattr_init(&attributes);
    if (result != 0) return -result;
    posix_spawn_file_actions_t actions;
    result = posix_spawn_file_actions_init(&actions);
    if (result != 0) {
        posix_spawnattr_destroy(&attributes);
        return -result;
    }
    pid_t pid = -1;
    result = set_up(&attributes, &actions, input, output, error);
    if (result == 0) result = posix_spawn(&pid, path, &actions, &attributes, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (result != 0) return -result;

    /* The child cannot be mistaken for another: its number is kept until it is reaped, and only we reap it. */
    int descriptor = pidfd_open(pid, 0);
    if (descriptor < 0) {
        result = errno;
        kill(-pid, SIGKILL);
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) {}
        return -result;
    }
    process->pid = pid;
    process->descriptor = descriptor;
    return 0;
}

int patrol_boot_timer(void) {
    int timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    return timer < 0 ? -errno : timer;
}

int patrol_boot_timer_set(int timer, int64_t nanoseconds_since_boot) {
    struct itimerspec when = {0};
    if (nanoseconds_since_boot >= 0) {
        when.it_value.tv_sec = nanoseconds_since_boot / 1000000000;
        when.it_value.tv_nsec = nanoseconds_since_boot % 1000000000;
        /* timerfd_settime(2): zero disarms; the first instant of the boot is past and comes at once. */
        if (nanoseconds_since_boot == 0) when.it_value.tv_nsec = 1;
    }
    return timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL) < 0 ? -errno : 0;
}

int patrol_process_replace(const char *path, char *const arguments[]) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) != 0) return -errno;
    execv(path, arguments);
    return -errno;
}
