#include <alsa/asoundlib.h>

static inline void patrol_alsa_discard(
    const char *file, int line, const char *function, int error, const char *format, ...
) {
    (void)file, (void)line, (void)function, (void)error, (void)format;
}

/* alsa-lib writes to standard error whatever goes wrong inside it, besides returning a code. Its handler is variadic,
 * which Swift cannot import. */
static inline void patrol_alsa_be_quiet(void) {
    snd_lib_error_set_handler(patrol_alsa_discard);
}
