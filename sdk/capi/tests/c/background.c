/* Pictures made in the background, told to stop, and made on several threads at once. */
#include <pthread.h>

#include "scene.h"

enum { WIDTH = 24, HEIGHT = 14, FLOATS = 3 * WIDTH * HEIGHT };

static multicond_device *device;
static multicond_model *model;

/* A progress callback that stops at a gate, so that a picture is under way for as long as a test wants. */
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

static void set_open(gate *g, int open)
{
    pthread_mutex_lock(&g->mutex);
    g->open = open;
    g->arrived = 0;
    pthread_cond_broadcast(&g->changed);
    pthread_mutex_unlock(&g->mutex);
}

static float *expected_of(const scene *s)
{
    multicond_generator *generator = new_generator(device, model, WIDTH, HEIGHT, 1);
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
    OK(multicond_poll(generator, &value));
    CHECK(value <= 1);
    return value;
}

static void the_same_picture_as_at_once(void)
{
    multicond_generator *generator = new_generator(device, model, WIDTH, HEIGHT, 0);
    float pixels[FLOATS];
    multicond_image output = image_of(pixels, MULTICOND_FORMAT_RGB32F, WIDTH, HEIGHT);
    int i;
    CHECK(!running(generator));
    OK(multicond_wait(generator));
    for (i = 0; i < times(100, 6); i++) {
        scene s = scene_new(WIDTH, HEIGHT, (uint32_t)i);
        float *expected = expected_of(&s);
        scene_set(generator, &s);
        fill(pixels);
        OK(multicond_generate_async(generator, &output));
        if (i % 2) {
            while (running(generator)) {
                usleep(50);
            }
            /* Poll has said so: the picture is there, and ours. */
            CHECK(same_picture(pixels, expected, WIDTH, HEIGHT));
            OK(multicond_generator_unset_label(generator, "depth"));
        }
        if (i % 3) {
            OK(multicond_wait(generator));
            CHECK(same_picture(pixels, expected, WIDTH, HEIGHT));
            CHECK(!running(generator));
            /* Once told, there is nothing to wait for. */
            OK(multicond_wait(generator));
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

/* While a picture is made, a generator is busy for all but poll, wait and cancel. */
static void busy(void)
{
    multicond_generator *generator = new_generator(device, model, WIDTH, HEIGHT, 0);
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
    OK(multicond_generate_async(generator, &output));
    await_arrival(&g);
    CHECK(running(generator));
    FAILS(MULTICOND_STATUS_BUSY, "busy", multicond_generate(generator, &second));
    FAILS(MULTICOND_STATUS_BUSY, "busy", multicond_generate_async(generator, &second));
    FAILS(MULTICOND_STATUS_BUSY, "busy", multicond_generator_set_label(generator, "depth", &depth, NULL));
    FAILS(MULTICOND_STATUS_BUSY, "busy", multicond_generator_unset_label(generator, "depth"));
    FAILS(MULTICOND_STATUS_BUSY, "busy", multicond_generator_resize(generator, 8, 4));
    FAILS(MULTICOND_STATUS_BUSY, "busy", multicond_generator_set_progress_callback(generator, NULL, NULL));
    FAILS(MULTICOND_STATUS_BUSY, "busy", multicond_generator_get_statistics(generator, &statistics));
    FAILS(MULTICOND_STATUS_BUSY, "busy", multicond_generator_get_size(generator, &width, &width));
    CHECK(running(generator) && untouched(pixels));
    multicond_generator_retain(generator);
    multicond_generator_release(generator);
    set_open(&g, 1);
    OK(multicond_wait(generator));
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

/* Cancels at the call of this number, and counts. */
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

/* At every call of the progress callback, from the first at the start to the last at the end. */
static void cancelled_by_progress(int async)
{
    multicond_generator *generator = new_generator(device, model, WIDTH, HEIGHT, 0);
    scene s = scene_new(WIDTH, HEIGHT, 4), t = scene_new(WIDTH, HEIGHT, 5);
    float *of_s = expected_of(&s), *of_t = expected_of(&t), pixels[FLOATS];
    multicond_image output = image_of(pixels, MULTICOND_FORMAT_RGB32F, WIDTH, HEIGHT);
    int at, cancelled = 0, whole = 0;
    for (at = 0; !whole || cancelled < 3; at++) {
        countdown c = {0, 0, 0};
        multicond_status status;
        c.cancel_at = at;
        CHECK(at < 1000);
        /* Another picture in between, so that all is to be done. */
        OK(multicond_generator_set_progress_callback(generator, NULL, NULL));
        scene_set(generator, &t);
        OK(multicond_generate(generator, &output));
        CHECK(same_picture(pixels, of_t, WIDTH, HEIGHT));
        OK(multicond_generator_set_progress_callback(generator, count_down, &c));
        scene_set(generator, &s);
        fill(pixels);
        if (async) {
            OK(multicond_generate_async(generator, &output));
            status = multicond_wait(generator);
        } else {
            status = multicond_generate(generator, &output);
        }
        if (status == MULTICOND_STATUS_OK) {
            /* There was no such call: 0 at first and 1 at the end there always are. */
            CHECK(c.calls <= at && c.calls >= 2 && c.last == 1);
            CHECK(same_picture(pixels, of_s, WIDTH, HEIGHT));
            whole++;
            if (cancelled >= 3) {
                break;
            }
        } else {
            CHECK(status == MULTICOND_STATUS_CANCELLED);
            CHECK(strstr(multicond_last_error_message(), "cancelled"));
            CHECK(c.calls == at + 1);
            CHECK(untouched(pixels));
            cancelled++;
            if (at % 2) {
                /* The next one is what it would have been, be it of the same labels. */
                OK(multicond_generator_set_progress_callback(generator, NULL, NULL));
                OK(multicond_generate(generator, &output));
                CHECK(same_picture(pixels, of_s, WIDTH, HEIGHT));
            }
        }
    }
    CHECK(cancelled >= 3);
    multicond_generator_release(generator);
    free(of_s);
    free(of_t);
    scene_free(&s);
    scene_free(&t);
}

/* From another thread, while the picture is certainly under way. */
static void cancelled_from_another_thread(void)
{
    multicond_generator *generator = new_generator(device, model, WIDTH, HEIGHT, 0);
    scene s = scene_new(WIDTH, HEIGHT, 6);
    float *expected = expected_of(&s), pixels[FLOATS];
    multicond_image output = image_of(pixels, MULTICOND_FORMAT_RGB32F, WIDTH, HEIGHT);
    gate g = gate_new();
    int i;
    for (i = 0; i < times(50, 5); i++) {
        scene_set(generator, &s);
        fill(pixels);
        set_open(&g, 0);
        OK(multicond_generator_set_progress_callback(generator, pass, &g));
        OK(multicond_generate_async(generator, &output));
        await_arrival(&g);
        OK(multicond_cancel(generator));
        set_open(&g, 1);
        FAILS(MULTICOND_STATUS_CANCELLED, "cancelled", multicond_wait(generator));
        CHECK(untouched(pixels));
        OK(multicond_wait(generator));
        /* One that comes too late, or was for nobody, does nothing. */
        OK(multicond_cancel(generator));
        if (i % 2) {
            OK(multicond_generate(generator, &output));
        } else {
            OK(multicond_generate_async(generator, &output));
            OK(multicond_wait(generator));
        }
        CHECK(same_picture(pixels, expected, WIDTH, HEIGHT));
        OK(multicond_generator_unset_label(generator, "semantics"));
        OK(multicond_generate(generator, &output));
    }
    multicond_generator_release(generator);
    free(expected);
    gate_free(&g);
    scene_free(&s);
}

/* The outcome of a picture that nobody waited for is forgotten when the next one starts. */
static void not_waited_for(void)
{
    multicond_generator *generator = new_generator(device, model, WIDTH, HEIGHT, 0);
    float pixels[FLOATS];
    multicond_image output = image_of(pixels, MULTICOND_FORMAT_RGB32F, WIDTH, HEIGHT);
    countdown c = {0, 0, 0};
    OK(multicond_generator_set_progress_callback(generator, count_down, &c));
    OK(multicond_generate_async(generator, &output));
    while (running(generator)) {
        usleep(50);
    }
    OK(multicond_generate_async(generator, &output));
    OK(multicond_wait(generator));
    multicond_generator_release(generator);
}

typedef struct worker {
    multicond_generator *generator;
    uint32_t seed;
    int rounds;
    volatile int *stop;
} worker;

static void *makes_pictures(void *user_data)
{
    worker *w = user_data;
    int i;
    for (i = 0; i < w->rounds; i++) {
        scene s = scene_new(WIDTH, HEIGHT, w->seed + (uint32_t)i % 4);
        float *expected = expected_of(&s), *got;
        scene_set(w->generator, &s);
        got = picture(w->generator, WIDTH, HEIGHT);
        CHECK(same_picture(got, expected, WIDTH, HEIGHT));
        free(got);
        free(expected);
        scene_free(&s);
    }
    return NULL;
}

static void two_generators_at_once(void)
{
    pthread_t threads[2];
    worker workers[2];
    int i;
    for (i = 0; i < 2; i++) {
        workers[i].generator = new_generator(device, model, WIDTH, HEIGHT, i);
        workers[i].seed = (uint32_t)i * 100;
        workers[i].rounds = times(60, 4);
        CHECK(pthread_create(&threads[i], NULL, makes_pictures, &workers[i]) == 0);
    }
    for (i = 0; i < 2; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
        multicond_generator_release(workers[i].generator);
    }
}

static void *cancels_all_the_time(void *user_data)
{
    worker *w = user_data;
    while (!*w->stop) {
        OK(multicond_cancel(w->generator));
        usleep(w->seed++ % 7 * 20);
    }
    return NULL;
}

/* Cancels at any moment, also between pictures and as one begins: each is whole or cancelled, and nothing else. */
static void cancelled_at_any_moment(void)
{
    multicond_generator *generator = new_generator(device, model, WIDTH, HEIGHT, 1);
    scene s = scene_new(WIDTH, HEIGHT, 9);
    float *expected = expected_of(&s), pixels[FLOATS];
    multicond_image output = image_of(pixels, MULTICOND_FORMAT_RGB32F, WIDTH, HEIGHT);
    volatile int stop = 0;
    worker w = {NULL, 0, 0, NULL};
    pthread_t thread;
    int i, whole = 0, cancelled = 0;
    w.generator = generator;
    w.stop = &stop;
    scene_set(generator, &s);
    CHECK(pthread_create(&thread, NULL, cancels_all_the_time, &w) == 0);
    for (i = 0; i < times(3000, 30); i++) {
        multicond_status status;
        fill(pixels);
        if (i % 2) {
            status = multicond_generate(generator, &output);
        } else {
            OK(multicond_generate_async(generator, &output));
            status = multicond_wait(generator);
        }
        if (status == MULTICOND_STATUS_OK) {
            CHECK(same_picture(pixels, expected, WIDTH, HEIGHT));
            whole++;
        } else {
            check_status(__FILE__, __LINE__, "generate", status, MULTICOND_STATUS_CANCELLED);
            CHECK(untouched(pixels));
            cancelled++;
        }
    }
    stop = 1;
    CHECK(pthread_join(thread, NULL) == 0);
    printf("cancelled at any moment: %d whole, %d cancelled\n", whole, cancelled);
    CHECK(few || cancelled > 0);
    OK(multicond_generate(generator, &output));
    CHECK(same_picture(pixels, expected, WIDTH, HEIGHT));
    multicond_generator_release(generator);
    free(expected);
    scene_free(&s);
}

/* A thread that cancels once, at about the time that a picture begins. */
typedef struct shot {
    multicond_generator *generator;
    volatile int round, fired, rounds;
} shot;

static void *fires_once_a_round(void *user_data)
{
    shot *f = user_data;
    int round;
    for (round = 1; round <= f->rounds; round++) {
        volatile int delay = round * 7 % 400;
        while (f->round < round) {
        }
        while (delay-- > 0) {
        }
        OK(multicond_cancel(f->generator));
        f->fired = round;
    }
    return NULL;
}

/* As a picture begins, a cancel is for it or was for nobody, but never makes it fail in another way. */
static void cancelled_as_it_begins(void)
{
    multicond_generator *generator = new_generator(device, model, 4, 4, 1);
    float pixels[3 * 4 * 4];
    multicond_image output = image_of(pixels, MULTICOND_FORMAT_RGB32F, 4, 4);
    pthread_t thread;
    shot f;
    f.generator = generator;
    f.round = f.fired = 0;
    f.rounds = times(20000, 0);
    CHECK(pthread_create(&thread, NULL, fires_once_a_round, &f) == 0);
    while (f.round < f.rounds) {
        multicond_status status;
        f.round++;
        status = multicond_generate(generator, &output);
        if (status != MULTICOND_STATUS_CANCELLED) {
            OK(status);
        }
        while (f.fired < f.round) {
        }
    }
    CHECK(pthread_join(thread, NULL) == 0);
    multicond_generator_release(generator);
}

static void *fights(void *user_data)
{
    worker *w = user_data;
    float pixels[FLOATS];
    multicond_image output = image_of(pixels, MULTICOND_FORMAT_RGB32F, WIDTH, HEIGHT);
    int i;
    for (i = 0; i < w->rounds; i++) {
        multicond_status status = multicond_generate(w->generator, &output);
        CHECK(status == MULTICOND_STATUS_OK || status == MULTICOND_STATUS_BUSY);
        w->seed += status == MULTICOND_STATUS_OK;
        /* Each thread has its own last message. */
        if (status == MULTICOND_STATUS_BUSY) {
            CHECK(strstr(multicond_last_error_message(), "busy"));
        }
        FAILS(MULTICOND_STATUS_LABEL, "`colour`", multicond_generator_unset_label(w[1].generator, "colour"));
    }
    return NULL;
}

/* One generator on several threads: one of them gets it, the others are told. */
static void one_generator_on_many_threads(void)
{
    multicond_generator *shared = new_generator(device, model, WIDTH, HEIGHT, 1);
    pthread_t threads[4];
    worker workers[4][2];
    uint32_t made = 0;
    int i;
    memset(workers, 0, sizeof workers);
    for (i = 0; i < 4; i++) {
        workers[i][0].generator = shared;
        workers[i][0].rounds = times(100, 5);
        workers[i][1].generator = new_generator(device, model, 4, 4, 0);
        CHECK(pthread_create(&threads[i], NULL, fights, workers[i]) == 0);
    }
    for (i = 0; i < 4; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
        made += workers[i][0].seed;
        multicond_generator_release(workers[i][1].generator);
    }
    CHECK(made > 0);
    multicond_generator_release(shared);
}

int main(int count, char **values)
{
    arguments(count, values);
    device = open_device();
    model = open_model();
    the_same_picture_as_at_once();
    busy();
    cancelled_by_progress(0);
    cancelled_by_progress(1);
    cancelled_from_another_thread();
    not_waited_for();
    two_generators_at_once();
    one_generator_on_many_threads();
    cancelled_at_any_moment();
    cancelled_as_it_begins();
    multicond_model_release(model);
    multicond_device_release(device);
    return 0;
}
