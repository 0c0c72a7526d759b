#include <sqlite3.h>

/* sqlite3_db_config() is variadic, which Swift cannot import. */
static inline int patrol_sqlite_keep_log_on_close(sqlite3 *connection) {
    return sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}

#include <sys/vfs.h>

/* statfs(2), whose function and structure have one name: Swift sees neither. 0 if it fails. */
static inline unsigned long patrol_file_system_magic(const char *path) {
    struct statfs information;
    return statfs(path, &information) == 0 ? (unsigned long)information.f_type : 0;
}
