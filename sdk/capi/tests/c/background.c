/* Asynchronous pictures, cancelling, and calls from several threads. sdk/core/tests/background.rs has more of them. */
#include <pthread.h>
#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>

#include "scene.h"

enum { WIDTH = 24, HEIGHT = 14, FLOATS = 3 * WIDTH * HEIGHT };

static multicond_engine *engine;
static multicond_model *model;

/* A progress callback that waits at a gate, so that a picture stays in progress as long as a test needs it. */
typedef struct gate {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    int arrived, open;
    float last;
} gate;

static gate gate_new(void)
{
    gate g;
    memset(&g, 0, sizeof g);
    CHECK(pthread_mutex_init(&g.mutex, NULL) == 0);
    CHECK(pthread_cond_init(&g.changed, NULL) == 0);
    return g;
}

static void gate_free(gate *g)
{
    pthread_mutex_destroy(&g->mutex);
    pthread_cond_destroy(&g->changed);
}

static int32_t pass(float done, void *user_data)
{
    gate *g = user_data;
    pthread_mutex_lock(&g->mutex);
    CHECK(done >= 0 && done <= 1);
    g->arrived++;
    g->last = done;
    pthread_cond_broadcast(&g->changed);
    while (!g->open) {
        pthread_cond_wait(&g->changed, &g->mutex);
    }
    pthread_mutex_unlock(&g->mutex);
    return 0;
}

static void await_arrival(gate *g)
{
    pthread_mutex_lock(&g->mutex);
    while (!g->arrived) {
        pthread_cond_wait(&g->changed, &g->mutex);
    }
    pthread_mutex_unlock(&g->mutex);
}

static void set_open(gate *g)
{
    pthread_mutex_lock(&g->mutex);
    g->open = 1;
    pthread_cond_broadcast(&g->changed);
    pthread_mutex_unlock(&g->mutex);
}

static float *expected_of(const scene *s)
{
    multicond_generator *generator = new_generator(engine, model, WIDTH, HEIGHT, 1);
    float *expected;
    scene_set(generator, s);
    expected = picture(generator, WIDTH, HEIGHT);
    multicond_generator_release(generator);
    return expected;
}

static void fill(float *pixels)
{
    memset(pixels, 0xa5, FLOATS * sizeof *pixels);
}

static int untouched(const float *pixels)
{
    const unsigned char *bytes = (const unsigned char *)pixels;
    size_t i;
    for (i = 0; i < FLOATS * sizeof *pixels; i++) {
        if (bytes[i] != 0xa5) {
            return 0;
        }
    }
    return 1;
}

static uint32_t running(multicond_generator *generator)
{
    uint32_t value = 7;
    OK(multicond_generator_poll(generator, &value));
    CHECK(value <= 1);
    return value;
}

static void asynchronous_pictures(void)
{
    multicond_generator *generator = new_generator(engine, model, WIDTH, HEIGHT, 0);
    float pixels[FLOATS];
    multicond_image output = image_of(pixels, MULTICOND_FORMAT_RGB32F, WIDTH, HEIGHT);
    int i;
    CHECK(!running(generator));
    OK(multicond_generator_wait(generator));
    for (i = 0; i < 4; i++) {
        scene s = scene_new(WIDTH, HEIGHT, (uint32_t)i);
        float *expected = expected_of(&s);
        scene_set(generator, &s);
        fill(pixels);
        OK(multicond_generator_generate_async(generator, &output));
        if (i % 2) {
            while (running(generator)) {
                usleep(50);
            }
            /* The picture is done, and the memory belongs to the caller again. */
            CHECK(same_picture(pixels, expected, WIDTH, HEIGHT));
            OK(multicond_generator_unset_label(generator, "depth"));
        }
        if (i % 3) {
            OK(multicond_generator_wait(generator));
            CHECK(same_picture(pixels, expected, WIDTH, HEIGHT));
            CHECK(!running(generator));
            /* The result is returned once. */
            OK(multicond_generator_wait(generator));
        } else {
            while (running(generator)) {
                usleep(50);
            }
        }
        free(expected);
        scene_free(&s);
    }
    multicond_generator_release(generator);
}

/* While a picture is in progress, all functions but poll, wait, cancel, retain and release return BUSY. */
static void busy(int cancel)
{
    multicond_generator *generator = new_generator(engine, model, WIDTH, HEIGHT, 0);
    scene s = scene_new(WIDTH, HEIGHT, 3);
    float *expected = expected_of(&s), pixels[FLOATS], other[FLOATS];
    multicond_image output = image_of(pixels, MULTICOND_FORMAT_RGB32F, WIDTH, HEIGHT);
    multicond_image second = image_of(other, MULTICOND_FORMAT_RGB32F, WIDTH, HEIGHT);
    multicond_image depth = image_of(s.depth, MULTICOND_FORMAT_R32F, WIDTH, HEIGHT);
    multicond_statistics statistics = {0};
    uint32_t width = 0;
    gate g = gate_new();
    statistics.struct_size = sizeof statistics;
    fill(pixels);
    fill(other);
    scene_set(generator, &s);
    OK(multicond_generator_set_progress_callback(generator, pass, &g));
    OK(multicond_generator_generate_async(generator, &output));
    await_arrival(&g);
    CHECK(running(generator));
    FAILS(MULTICOND_STATUS_BUSY, "busy", multicond_generator_generate(generator, &second));
    FAILS(MULTICOND_STATUS_BUSY, "busy", multicond_generator_generate_async(generator, &second));
    FAILS(MULTICOND_STATUS_BUSY, "busy", multicond_generator_set_label(generator, "depth", &depth, NULL));
    FAILS(MULTICOND_STATUS_BUSY, "busy", multicond_generator_unset_label(generator, "depth"));
    FAILS(MULTICOND_STATUS_BUSY, "busy", multicond_generator_resize(generator, 8, 4));
    FAILS(MULTICOND_STATUS_BUSY, "busy", multicond_generator_set_progress_callback(generator, NULL, NULL));
    FAILS(MULTICOND_STATUS_BUSY, "busy", multicond_generator_get_statistics(generator, &statistics));
    FAILS(MULTICOND_STATUS_BUSY, "busy", multicond_generator_get_size(generator, &width, &width));
    CHECK(running(generator) && untouched(pixels));
    multicond_generator_retain(generator);
    multicond_generator_release(generator);
    if (cancel) {
        OK(multicond_generator_cancel(generator));
        set_open(&g);
        FAILS(MULTICOND_STATUS_CANCELLED, "cancelled", multicond_generator_wait(generator));
        CHECK(untouched(pixels));
        /* Without a picture in progress it does nothing. */
        OK(multicond_generator_cancel(generator));
        OK(multicond_generator_generate(generator, &output));
    }
    set_open(&g);
    OK(multicond_generator_wait(generator));
    CHECK(same_picture(pixels, expected, WIDTH, HEIGHT));
    CHECK(untouched(other));
    CHECK(g.last == 1);
    OK(multicond_generator_get_statistics(generator, &statistics));
    CHECK(statistics.rendered == 1);
    multicond_generator_release(generator);
    free(expected);
    gate_free(&g);
    scene_free(&s);
}

/* Cancels at the call of this number. */
typedef struct countdown {
    int calls, cancel_at;
    float last;
} countdown;

static int32_t count_down(float done, void *user_data)
{
    countdown *c = user_data;
    CHECK(done >= c->last && done <= 1);
    c->last = done;
    return c->calls++ == c->cancel_at;
}

/* By the progress callback, blocking and asynchronous. The result that nobody waited for is discarded. */
static void cancelled_by_the_progress_callback(void)
{
    multicond_generator *generator = new_generator(engine, model, WIDTH, HEIGHT, 0);
    scene s = scene_new(WIDTH, HEIGHT, 4);
    float *expected = expected_of(&s), pixels[FLOATS];
    multicond_image output = image_of(pixels, MULTICOND_FORMAT_RGB32F, WIDTH, HEIGHT);
    int at;
    scene_set(generator, &s);
    for (at = 0; at < 3; at++) {
        countdown c = {0, 0, 0};
        c.cancel_at = at / 2;
        fill(pixels);
        OK(multicond_generator_set_progress_callback(generator, count_down, &c));
        if (at == 0) {
            FAILS(MULTICOND_STATUS_CANCELLED, "cancelled", multicond_generator_generate(generator, &output));
        } else {
            OK(multicond_generator_generate_async(generator, &output));
            if (at == 1) {
                FAILS(MULTICOND_STATUS_CANCELLED, "cancelled", multicond_generator_wait(generator));
            }
            while (running(generator)) {
                usleep(50);
            }
        }
        CHECK(c.calls == c.cancel_at + 1);
        CHECK(untouched(pixels));
    }
    OK(multicond_generator_set_progress_callback(generator, NULL, NULL));
    OK(multicond_generator_generate_async(generator, &output));
    OK(multicond_generator_wait(generator));
    CHECK(same_picture(pixels, expected, WIDTH, HEIGHT));
    multicond_generator_release(generator);
    free(expected);
    scene_free(&s);
}

static int32_t wait_within(float done, void *user_data)
{
    (void)done;
    FAILS(MULTICOND_STATUS_BUSY, "busy", multicond_generator_wait(user_data));
    return 0;
}

/* A callback that waits for its own picture would wait for ever. */
static void waiting_in_the_progress_callback(void)
{
    multicond_generator *generator = new_generator(engine, model, WIDTH, HEIGHT, 0);
    float pixels[FLOATS];
    multicond_image output = image_of(pixels, MULTICOND_FORMAT_RGB32F, WIDTH, HEIGHT);
    OK(multicond_generator_set_progress_callback(generator, wait_within, generator));
    OK(multicond_generator_generate(generator, &output));
    OK(multicond_generator_generate_async(generator, &output));
    OK(multicond_generator_wait(generator));
    multicond_generator_release(generator);
}

/* A child has the memory of its parent, but not its threads. */
static void a_child_gets_an_error(void)
{
    multicond_generator *generator = new_generator(engine, model, WIDTH, HEIGHT, 0);
    float pixels[FLOATS];
    multicond_image output = image_of(pixels, MULTICOND_FORMAT_RGB32F, WIDTH, HEIGHT);
    int code = 1;
    pid_t child;
    OK(multicond_generator_generate_async(generator, &output));
    OK(multicond_generator_wait(generator));
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        alarm(60);
        FAILS(MULTICOND_STATUS_NOT_SUPPORTED, "fork", multicond_generator_generate(generator, &output));
        FAILS(MULTICOND_STATUS_NOT_SUPPORTED, "fork", multicond_generator_generate_async(generator, &output));
        FAILS(MULTICOND_STATUS_NOT_SUPPORTED, "fork", multicond_generator_wait(generator));
        CHECK(!running(generator));
        OK(multicond_generator_cancel(generator));
        multicond_generator_release(generator);
        /* Without the checks for leaks at exit: it frees nothing, on purpose. */
        kill(getpid(), SIGKILL);
    }
    CHECK(waitpid(child, &code, 0) == child);
    CHECK(WIFSIGNALED(code) && WTERMSIG(code) == SIGKILL);
    OK(multicond_generator_generate(generator, &output));
    multicond_generator_release(generator);
}

typedef struct worker {
    multicond_generator *shared, *own;
    uint32_t generated;
} worker;

static void *contend(void *user_data)
{
    worker *w = user_data;
    float pixels[FLOATS];
    multicond_image output = image_of(pixels, MULTICOND_FORMAT_RGB32F, WIDTH, HEIGHT);
    int i;
    for (i = 0; i < times(100, 5); i++) {
        multicond_status status = multicond_generator_generate(w->shared, &output);
        CHECK(status == MULTICOND_STATUS_OK || status == MULTICOND_STATUS_BUSY);
        w->generated += status == MULTICOND_STATUS_OK;
        /* Each thread has its own last message. */
        if (status == MULTICOND_STATUS_BUSY) {
            CHECK(strstr(multicond_last_error_message(), "busy"));
        }
        FAILS(MULTICOND_STATUS_LABEL, "`colour`", multicond_generator_unset_label(w->own, "colour"));
        free(picture(w->own, 4, 4));
    }
    return NULL;
}

/* Calls of one generator succeed one at a time, the others return BUSY. Different generators run at the same time. */
static void generators_on_many_threads(void)
{
    multicond_generator *shared = new_generator(engine, model, WIDTH, HEIGHT, 1);
    pthread_t threads[4];
    worker workers[4];
    uint32_t generated = 0;
    int i;
    for (i = 0; i < 4; i++) {
        workers[i].shared = shared;
        workers[i].own = new_generator(engine, model, 4, 4, 1);
        workers[i].generated = 0;
        CHECK(pthread_create(&threads[i], NULL, contend, &workers[i]) == 0);
    }
    for (i = 0; i < 4; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
        generated += workers[i].generated;
        multicond_generator_release(workers[i].own);
    }
    CHECK(generated > 0);
    multicond_generator_release(shared);
}

int main(int count, char **values)
{
    arguments(count, values);
    engine = open_engine();
    model = open_model();
    asynchronous_pictures();
    busy(0);
    busy(1);
    cancelled_by_the_progress_callback();
    waiting_in_the_progress_callback();
    a_child_gets_an_error();
    generators_on_many_threads();
    multicond_model_release(model);
    multicond_engine_release(engine);
    return 0;
}
