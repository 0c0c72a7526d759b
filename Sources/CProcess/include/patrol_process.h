/*
 * What Swift's Glibc does not know about processes and time: it is imported without _GNU_SOURCE.
 *
 * Every function returns 0 (or a descriptor) for success and the negative errno for failure. All descriptors are
 * close-on-exec.
 */
#ifndef PATROL_PROCESS_H
#define PATROL_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

/* A child that runs, and the descriptor that becomes readable when it has ended (pidfd_open(2), Linux 5.3). */
typedef struct {
    pid_t pid;
    int descriptor;
} patrol_process;

/*
 * Starts a program with three descriptors as its standard ones and no other: what the caller has open stays closed in
 * the child, whether it was opened close-on-exec or not. The child is the leader of a new process group, blocks no
 * signal and ignores none.
 * Returns when the program runs; a program that is missing or cannot be executed is a failure here.
 */
int patrol_process_start(patrol_process *process, const char *path, char *const arguments[],
                         char *const environment[], int input, int output, int error);

/*
 * Puts another program, or the same anew, in the place of this one, with the same process ID. All but the standard
 * descriptors are closed, and no signal is blocked. Returns for failure only.
 */
int patrol_process_replace(const char *path, char *const arguments[]);

/* A timer on CLOCK_BOOTTIME, which goes on while the machine is suspended; readable when its time has come. */
int patrol_boot_timer(void);

/* Sets it to an instant, or to none with a negative one; what has come before is forgotten. */
int patrol_boot_timer_set(int timer, int64_t nanoseconds_since_boot);

#endif
