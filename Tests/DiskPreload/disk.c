// A bad disk for one process: loaded by LD_PRELOAD before libc, it makes calls on files below given folders fail, last or
// hang, and writes down what reached the disk. DiskPreload.swift builds it and speaks for it.
//
//   PATROLD_DISK_FOLDERS  absolute folders, colons between them; nothing else is touched
//   PATROLD_DISK_CONTROL  a file of rules, looked at before each call; absent or empty: a good disk
//   PATROLD_DISK_RECORD   a file that gets each change of a file, in order; see struct entry
//
// A rule is a line `CALL ACTION VALUE [PART]`: it holds for paths that contain PART.
//   CALL    create (open that makes a file), openw (open for writing), open (any), read, write, truncate, allocate, sync,
//           remove (unlink and rename)
//   ACTION  error ERRNO | delay MILLISECONDS | hang 0; what lasts or hangs ends early when the rule goes
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#define MAXIMUM_FILES 4096
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

// The path of each watched descriptor; NULL for others. A slot is written by whoever opens and closes the descriptor.
static char *paths[MAXIMUM_FILES];
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int record = -1;

static const char *watched(const char *path) {
    const char *folder = getenv("PATROLD_DISK_FOLDERS");
    while (path && folder && *folder) {
        size_t length = strcspn(folder, ":");
        if (length && !strncmp(path, folder, length) && (path[length] == '/' || !path[length])) return path;
        folder += length + (folder[length] == ':');
    }
    return NULL;
}

static const char *path_of(int descriptor) {
    return descriptor >= 0 && descriptor < MAXIMUM_FILES ? paths[descriptor] : NULL;
}

// MARK: Rules

struct rule {
    char action[16];
    int value;
};

// The first rule for a call on a path. By system calls of its own, so that it cannot be caught by itself.
static int find_rule(const char *call, const char *path, struct rule *found) {
    const char *control = getenv("PATROLD_DISK_CONTROL");
    if (!control) return 0;
    int descriptor = (int)syscall(SYS_openat, AT_FDCWD, control, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return 0;
    char text[4096];
    ssize_t count = syscall(SYS_read, descriptor, text, sizeof text - 1);
    syscall(SYS_close, descriptor);
    if (count <= 0) return 0;
    text[count] = 0;
    char *rest = text, *line;
    while ((line = strsep(&rest, "\n"))) {
        char name[16], part[512] = "";
        if (sscanf(line, "%15s %15s %d %511s", name, found->action, &found->value, part) < 3) continue;
        if (!strcmp(name, call) && strstr(path, part)) return 1;
    }
    return 0;
}

// Lasts and hangs as the rules say. Gives the errno of a call that fails; 0 for one that goes on.
static int meet(const char *call, const char *path) {
    struct timespec begin, now, pause = {0, 5000000};
    clock_gettime(CLOCK_MONOTONIC, &begin);
    struct rule rule;
    int saved = errno;
    while (find_rule(call, path, &rule)) {
        if (!strcmp(rule.action, "error")) return rule.value;
        clock_gettime(CLOCK_MONOTONIC, &now);
        int64_t passed = (now.tv_sec - begin.tv_sec) * 1000 + (now.tv_nsec - begin.tv_nsec) / 1000000;
        if (!strcmp(rule.action, "delay") && passed >= rule.value) break;
        nanosleep(&pause, NULL);
    }
    errno = saved;
    return 0;
}

#define MEET(call, path, failure)              \
    do {                                       \
        int code = meet(call, path);           \
        if (code) return errno = code, failure; \
    } while (0)

// MARK: Record

// One change, followed by the path and, for a write, its bytes (for a rename: the new path).
struct entry {
    uint32_t kind;  // W write, T truncate or grow, C create, U unlink, R rename, S sync of a file, D sync of a folder
    uint32_t path_bytes;
    uint64_t offset;  // of a write; the new size for T
    uint64_t data_bytes;
};

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("PATROLD_DISK_RECORD");
    if (path) record = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void put(const void *bytes, size_t count) {
    const char *next = bytes;
    while (count) {
        ssize_t written = syscall(SYS_write, record, next, count);
        if (written <= 0) abort();
        next += written;
        count -= (size_t)written;
    }
}

static void note(char kind, const char *path, off_t offset, const void *data, size_t count) {
    if (record < 0) return;
    struct entry entry = {(uint32_t)kind, (uint32_t)strlen(path), (uint64_t)offset, count};
    int saved = errno;
    put(&entry, sizeof entry);
    put(path, entry.path_bytes);
    if (count) put(data, count);
    errno = saved;
}

static void lock(void) { if (record >= 0) pthread_mutex_lock(&mutex); }
static void unlock(void) { if (record >= 0) pthread_mutex_unlock(&mutex); }

// MARK: Opening and closing

static int opened(const char *path, int flags, int exists, int result) {
    if (result < 0 || result >= MAXIMUM_FILES) return result;
    paths[result] = strdup(path);
    if (!exists) note('C', path, 0, NULL, 0);
    if (exists && (flags & O_TRUNC)) note('T', path, 0, NULL, 0);
    return result;
}

static int open_watched(const char *path, int flags, mode_t mode) {
    struct stat status;
    int exists = !fstatat(AT_FDCWD, path, &status, 0) || !(flags & O_CREAT);
    if (!exists) MEET("create", path, -1);
    if ((flags & O_ACCMODE) != O_RDONLY) MEET("openw", path, -1);
    MEET("open", path, -1);
    lock();
    int result = opened(path, flags, exists, (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode));
    unlock();
    return result;
}

#define MODE(flags)                                       \
    mode_t mode = 0;                                      \
    if ((flags) & (O_CREAT | __O_TMPFILE)) {              \
        va_list list;                                     \
        va_start(list, flags);                            \
        mode = (mode_t)va_arg(list, int);                 \
        va_end(list);                                     \
    }

int open(const char *path, int flags, ...) {
    MODE(flags);
    return watched(path) ? open_watched(path, flags, mode) : REAL(open)(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    MODE(flags);
    return watched(path) ? open_watched(path, flags, mode) : REAL(open64)(path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...) {
    MODE(flags);
    return watched(path) ? open_watched(path, flags, mode) : REAL(openat)(folder, path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...) {
    MODE(flags);
    return watched(path) ? open_watched(path, flags, mode) : REAL(openat64)(folder, path, flags, mode);
}

int close(int descriptor) {
    if (path_of(descriptor)) {
        free(paths[descriptor]);
        paths[descriptor] = NULL;
    }
    return REAL(close)(descriptor);
}

// MARK: Reading, writing, syncing

ssize_t read(int descriptor, void *buffer, size_t count) {
    const char *path = path_of(descriptor);
    if (path) MEET("read", path, -1);
    return REAL(read)(descriptor, buffer, count);
}

static ssize_t write_watched(int descriptor, const char *path, const void *buffer, size_t count, off_t offset) {
    MEET("write", path, -1);
    lock();
    ssize_t result;
    if (offset >= 0) {
        result = syscall(SYS_pwrite64, descriptor, buffer, count, offset);
    } else {
        result = syscall(SYS_write, descriptor, buffer, count);
        if (result > 0) offset = lseek(descriptor, 0, SEEK_CUR) - result;
    }
    if (result > 0) note('W', path, offset, buffer, (size_t)result);
    unlock();
    return result;
}

ssize_t write(int descriptor, const void *buffer, size_t count) {
    const char *path = path_of(descriptor);
    return path ? write_watched(descriptor, path, buffer, count, -1) : REAL(write)(descriptor, buffer, count);
}

ssize_t pwrite(int descriptor, const void *buffer, size_t count, off_t offset) {
    const char *path = path_of(descriptor);
    return path ? write_watched(descriptor, path, buffer, count, offset) : REAL(pwrite)(descriptor, buffer, count, offset);
}

ssize_t pwrite64(int descriptor, const void *buffer, size_t count, off64_t offset) {
    const char *path = path_of(descriptor);
    return path ? write_watched(descriptor, path, buffer, count, offset) : REAL(pwrite64)(descriptor, buffer, count, offset);
}

static int sync_watched(int descriptor, const char *path, long call) {
    MEET("sync", path, -1);
    lock();
    int result = (int)syscall(call, descriptor);
    struct stat status;
    if (!result) note(!fstat(descriptor, &status) && S_ISDIR(status.st_mode) ? 'D' : 'S', path, 0, NULL, 0);
    unlock();
    return result;
}

int fsync(int descriptor) {
    const char *path = path_of(descriptor);
    return path ? sync_watched(descriptor, path, SYS_fsync) : REAL(fsync)(descriptor);
}

int fdatasync(int descriptor) {
    const char *path = path_of(descriptor);
    return path ? sync_watched(descriptor, path, SYS_fdatasync) : REAL(fdatasync)(descriptor);
}

static int truncate_watched(int descriptor, const char *path, off_t size) {
    MEET("truncate", path, -1);
    lock();
    int result = (int)syscall(SYS_ftruncate, descriptor, size);
    if (!result) note('T', path, size, NULL, 0);
    unlock();
    return result;
}

int ftruncate(int descriptor, off_t size) {
    const char *path = path_of(descriptor);
    return path ? truncate_watched(descriptor, path, size) : REAL(ftruncate)(descriptor, size);
}

int ftruncate64(int descriptor, off64_t size) {
    const char *path = path_of(descriptor);
    return path ? truncate_watched(descriptor, path, size) : REAL(ftruncate64)(descriptor, size);
}

// Gives an error number, as posix_fallocate(3) does.
static int allocate_watched(int descriptor, const char *path, off_t offset, off_t count) {
    int code = meet("allocate", path);
    if (code) return code;
    lock();
    struct stat status;
    int result = syscall(SYS_fallocate, descriptor, 0, offset, count) ? errno : 0;
    if (!result && !fstat(descriptor, &status)) note('T', path, status.st_size, NULL, 0);
    unlock();
    return result;
}

int posix_fallocate(int descriptor, off_t offset, off_t count) {
    const char *path = path_of(descriptor);
    return path ? allocate_watched(descriptor, path, offset, count) : REAL(posix_fallocate)(descriptor, offset, count);
}

int posix_fallocate64(int descriptor, off64_t offset, off64_t count) {
    const char *path = path_of(descriptor);
    return path ? allocate_watched(descriptor, path, offset, count) : REAL(posix_fallocate64)(descriptor, offset, count);
}

int unlink(const char *path) {
    if (!watched(path)) return REAL(unlink)(path);
    MEET("remove", path, -1);
    lock();
    int result = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    if (!result) note('U', path, 0, NULL, 0);
    unlock();
    return result;
}

int rename(const char *old_path, const char *new_path) {
    if (!watched(old_path)) return REAL(rename)(old_path, new_path);
    MEET("remove", old_path, -1);
    lock();
    int result = (int)syscall(SYS_renameat2, AT_FDCWD, old_path, AT_FDCWD, new_path, 0);
    if (!result) note('R', old_path, 0, new_path, strlen(new_path));
    unlock();
    return result;
}
