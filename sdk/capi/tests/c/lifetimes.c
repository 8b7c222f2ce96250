/* Reference counts: objects can be released in any order and free all memory. */
#include <pthread.h>

#include "scene.h"

enum { WIDTH = 12, HEIGHT = 8 };

static scene labels;
static float *expected;

static void makes_the_picture(multicond_generator *generator)
{
    float *got;
    scene_set(generator, &labels);
    got = picture(generator, WIDTH, HEIGHT);
    CHECK(same_picture(got, expected, WIDTH, HEIGHT));
    free(got);
}

static void release(int which, multicond_engine *engine, multicond_model *model, multicond_generator *generator)
{
    switch (which) {
    case 0: multicond_engine_release(engine); break;
    case 1: multicond_model_release(model); break;
    default: multicond_generator_release(generator); break;
    }
}

static void any_order(void)
{
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    int i, step;
    for (i = 0; i < 6; i++) {
        multicond_engine *engine = open_engine();
        multicond_model *model = open_model();
        multicond_generator *generator = new_generator(engine, model, WIDTH, HEIGHT, 0);
        for (step = 0; step < 3; step++) {
            if (orders[i][step] == 2) {
                makes_the_picture(generator);
            }
            release(orders[i][step], engine, model, generator);
        }
    }
}

static void retained_objects_live_on(void)
{
    multicond_engine *engine = open_engine();
    multicond_model *model = open_model();
    multicond_generator *generator = new_generator(engine, model, WIDTH, HEIGHT, 0);
    multicond_engine_info engine_info = {0};
    multicond_model_info info = {0};
    int i;
    engine_info.struct_size = sizeof engine_info;
    info.struct_size = sizeof info;
    for (i = 0; i < 3; i++) {
        multicond_engine_retain(engine);
        multicond_model_retain(model);
        multicond_generator_retain(generator);
    }
    for (i = 0; i < 4; i++) {
        OK(multicond_engine_get_info(engine, &engine_info));
        CHECK(strcmp(engine_info.name, engine_name) == 0);
        OK(multicond_model_get_info(model, &info));
        CHECK(strcmp(info.name, "small") == 0);
        makes_the_picture(generator);
        multicond_engine_release(engine);
        multicond_model_release(model);
        multicond_generator_release(generator);
    }
}

static void *many_times(void *generator)
{
    int i;
    for (i = 0; i < 20000; i++) {
        multicond_generator_retain(generator);
        multicond_generator_release(generator);
    }
    return NULL;
}

static void reference_counts_are_thread_safe(multicond_generator *generator)
{
    pthread_t threads[4];
    int i;
    for (i = 0; i < 4; i++) {
        CHECK(pthread_create(&threads[i], NULL, many_times, generator) == 0);
    }
    for (i = 0; i < 4; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
    }
    makes_the_picture(generator);
}

static int32_t slowly(float done, void *calls)
{
    (void)done;
    ++*(volatile int *)calls;
    usleep(100000);
    return 0;
}

/* The memory belongs to the caller again when release returns; valgrind would report a later write. */
static void release_waits_for_a_picture_in_progress(multicond_engine *engine, multicond_model *model)
{
    int i;
    for (i = 0; i < times(30, 5); i++) {
        size_t size = 3 * WIDTH * HEIGHT * sizeof(float), at;
        unsigned char *pixels = malloc(size);
        multicond_image output = image_of(pixels, MULTICOND_FORMAT_RGB32F, WIDTH, HEIGHT);
        scene own = scene_new(WIDTH, HEIGHT, (uint32_t)i);
        multicond_generator *generator = new_generator(engine, model, WIDTH, HEIGHT, 0);
        volatile int calls = 0;
        CHECK(pixels);
        memset(pixels, 0xa5, size);
        OK(multicond_generator_set_progress_callback(generator, slowly, (void *)&calls));
        scene_set(generator, &own);
        OK(multicond_generator_generate_async(generator, &output));
        /* At several points of the picture. */
        while (i % 3 != 0 && calls < i % 3) {
            usleep(100);
        }
        multicond_generator_release(generator);
        for (at = 0; at < size; at++) {
            CHECK(pixels[at] == 0xa5);
        }
        memset(pixels, 0, size);
        free(pixels);
        scene_free(&own);
    }
}

typedef void (*step)(int i);

/* Runs a step many times; the process must not grow by more than this after the first fifth. */
static void leaves_nothing_behind(const char *name, step run, int all, long kilobytes)
{
    long before = 0, after;
    int i;
    for (i = 0; i < times(all, 10); i++) {
        run(i);
        if (i == all / 5) {
            before = resident();
        }
    }
    after = resident();
    if (!few) {
        printf("%d %s: %ld kB after %d, %ld kB at the end\n", all, name, before, all / 5, after);
        CHECK(after - before < kilobytes);
    }
}

static multicond_engine *shared_engine;
static multicond_model *shared_model;
static multicond_generator *shared_generator;

static void create_a_generator(int i)
{
    multicond_generator *generator = new_generator(shared_engine, shared_model, WIDTH, HEIGHT, 0);
    (void)i;
    makes_the_picture(generator);
    multicond_generator_release(generator);
}

static void create_engine_and_model(int i)
{
    multicond_engine *engine = open_engine();
    multicond_model *model = open_model();
    multicond_model *none = NULL;
    (void)i;
    CHECK(multicond_model_load_memory("no model", 8, &none) == MULTICOND_STATUS_MODEL);
    multicond_model_release(model);
    multicond_engine_release(engine);
}

static void generate_a_frame(int i)
{
    unsigned char pixels[4 * WIDTH * HEIGHT];
    multicond_image output = image_of(pixels, MULTICOND_FORMAT_RGBA8, WIDTH, HEIGHT);
    static const char *names[] = {"semantics", "depth", "normals", "curvature"};
    labels.depth[i % (WIDTH * HEIGHT)] += 1;
    scene_set(shared_generator, &labels);
    if (i % 5 == 3) {
        OK(multicond_generator_unset_label(shared_generator, names[i / 5 % 4]));
    }
    OK(multicond_generator_generate(shared_generator, &output));
}

int main(int count, char **values)
{
    arguments(count, values);
    labels = scene_new(WIDTH, HEIGHT, 7);
    shared_engine = open_engine();
    shared_model = open_model();
    shared_generator = new_generator(shared_engine, shared_model, WIDTH, HEIGHT, 0);
    scene_set(shared_generator, &labels);
    expected = picture(shared_generator, WIDTH, HEIGHT);
    reference_counts_are_thread_safe(shared_generator);
    release_waits_for_a_picture_in_progress(shared_engine, shared_model);
    any_order();
    retained_objects_live_on();
    leaves_nothing_behind("generators", create_a_generator, 1000, 1024);
    leaves_nothing_behind("engines and models", create_engine_and_model, 1000, 1024);
    leaves_nothing_behind("frames", generate_a_frame, 2000, 2048);
    multicond_generator_release(shared_generator);
    multicond_model_release(shared_model);
    multicond_engine_release(shared_engine);
    free(expected);
    scene_free(&labels);
    return 0;
}
