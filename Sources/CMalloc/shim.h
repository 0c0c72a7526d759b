// malloc_trim(3), which Swift's Glibc does not show.
#include <malloc.h>
