/* What all programs share: checks that report their place, and the arguments MODEL ENGINE [few].
 *
 * C99 with _GNU_SOURCE, for POSIX. `few` shortens loops and skips measurements of memory, for sanitizers and valgrind,
 * which are slow and keep freed memory. */
#ifndef CHECK_H
#define CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "multicond.h"

#define CHECK(expression) \
    ((expression) ? (void)0 : check_failed(__FILE__, __LINE__, #expression))

/* The call succeeds. */
#define OK(call) check_status(__FILE__, __LINE__, #call, (call), MULTICOND_STATUS_OK)

/* The call fails in this way, with `word` in the message. */
#define FAILS(status, word, call)                                       \
    do {                                                                \
        check_forget();                                                 \
        check_status(__FILE__, __LINE__, #call, (call), (status));      \
        check_message(__FILE__, __LINE__, #call, (word));               \
    } while (0)

static inline void check_failed(const char *file, int line, const char *expression)
{
    fprintf(stderr, "%s:%d: %s\n  last error: %s\n", file, line, expression, multicond_last_error_message());
    exit(1);
}

static inline void check_status(const char *file, int line, const char *call, int32_t got, int32_t wanted)
{
    if (got == wanted) {
        return;
    }
    fprintf(stderr, "%s:%d: %s is %s, expected %s\n", file, line, call, multicond_status_string(got),
            multicond_status_string(wanted));
    check_failed(file, line, call);
}

/* Replaces the last message, so that an old one is not mistaken for a new one. */
static inline void check_forget(void)
{
    multicond_model *model;
    CHECK(multicond_model_load("/forgotten/no-such-file", &model) == MULTICOND_STATUS_FILE);
}

static inline void check_message(const char *file, int line, const char *call, const char *word)
{
    const char *message = multicond_last_error_message();
    if (strstr(message, word) && !strstr(message, "no-such-file") && !strchr(message, '\n')) {
        return;
    }
    fprintf(stderr, "%s:%d: %s: expected one line with %s\n", file, line, call, word);
    check_failed(file, line, call);
}

static const char *model_path;
static const char *engine_name;
static int few;

static inline void arguments(int count, char **values)
{
    CHECK(multicond_abi_version() == MULTICOND_ABI_VERSION);
    CHECK(count == 3 || count == 4);
    model_path = values[1];
    engine_name = values[2];
    few = count == 4 && strcmp(values[3], "few") == 0;
}

/* Number of repetitions, by default and with `few`. */
static inline int times(int all, int some)
{
    return few ? some : all;
}

static inline multicond_engine *open_engine(void)
{
    multicond_engine_options options = {0};
    multicond_engine *engine = NULL;
    options.struct_size = sizeof options;
    options.engine = engine_name;
    OK(multicond_engine_create(&options, &engine));
    return engine;
}

static inline multicond_model *open_model(void)
{
    multicond_model *model = NULL;
    OK(multicond_model_load(model_path, &model));
    return model;
}

/* Resident memory of the process in kilobytes. */
static inline long resident(void)
{
    long all, pages;
    FILE *file = fopen("/proc/self/statm", "r");
    CHECK(file && fscanf(file, "%ld %ld", &all, &pages) == 2);
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Pseudo-random numbers that are the same on every machine. */
static inline uint32_t chance(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

#endif
