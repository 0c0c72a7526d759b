/*
 * Stops one thread of a process for a while, as a debugger does, and lets all others run: stop-thread PID NAME SECONDS.
 * NAME is the beginning of the thread's name in /proc.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static int thread_of(const char *process, const char *name) {
    char path[512], found[64];
    snprintf(path, sizeof path, "/proc/%s/task", process);
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        snprintf(path, sizeof path, "/proc/%s/task/%s/comm", process, entry->d_name);
        FILE *file = fopen(path, "r");
        if (!file) continue;
        int matches = fgets(found, sizeof found, file) && strncmp(found, name, strlen(name)) == 0;
        fclose(file);
        if (matches) return atoi(entry->d_name);
    }
    return 0;
}

int main(int count, char **arguments) {
    if (count != 4) return 2;
    int thread = thread_of(arguments[1], arguments[2]);
    if (thread == 0) {
        fprintf(stderr, "process %s has no thread %s\n", arguments[1], arguments[2]);
        return 1;
    }
    /* ptrace(2): after PTRACE_SEIZE, PTRACE_INTERRUPT stops this thread alone. */
    if (ptrace(PTRACE_SEIZE, thread, 0, 0) != 0 || ptrace(PTRACE_INTERRUPT, thread, 0, 0) != 0) {
        perror("ptrace");
        return 1;
    }
    /* It stays stopped as long as this process lives; killed, it is reaped here, or nobody could start another one. */
    alarm((unsigned)atoi(arguments[3]));
    int status;
    while (waitpid(thread, &status, __WALL) == thread && WIFSTOPPED(status)) continue;
    return 0;
}
