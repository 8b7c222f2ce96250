/* Objects keep alive what they need, may be released in any order, and leave nothing behind. */
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

static void release(int which, multicond_device *device, multicond_model *model, multicond_generator *generator)
{
    switch (which) {
    case 0: multicond_device_release(device); break;
    case 1: multicond_model_release(model); break;
    default: multicond_generator_release(generator); break;
    }
}

static void any_order(void)
{
    static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    int i, step;
    for (i = 0; i < 6; i++) {
        multicond_device *device = open_device();
        multicond_model *model = open_model();
        multicond_generator *generator = new_generator(device, model, WIDTH, HEIGHT, 0);
        for (step = 0; step < 3; step++) {
            if (orders[i][step] == 2) {
                makes_the_picture(generator);
            }
            release(orders[i][step], device, model, generator);
        }
    }
}

static void retained_objects_live_on(void)
{
    multicond_device *device = open_device();
    multicond_model *model = open_model();
    multicond_generator *generator = new_generator(device, model, WIDTH, HEIGHT, 0);
    multicond_device_info device_info = {0};
    multicond_model_info info = {0};
    int i;
    device_info.struct_size = sizeof device_info;
    info.struct_size = sizeof info;
    for (i = 0; i < 3; i++) {
        multicond_device_retain(device);
        multicond_model_retain(model);
        multicond_generator_retain(generator);
    }
    for (i = 0; i < 4; i++) {
        OK(multicond_device_get_info(device, &device_info));
        CHECK(device_info.kind == device_kind);
        OK(multicond_model_get_info(model, &info));
        CHECK(strcmp(info.name, "small") == 0);
        makes_the_picture(generator);
        multicond_device_release(device);
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

static void counting_is_for_any_thread(multicond_generator *generator)
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

/* The memory is ours again as soon as release returns: valgrind would see a later write. */
static void release_waits_for_a_picture_under_way(multicond_device *device, multicond_model *model)
{
    int i;
    for (i = 0; i < times(30, 5); i++) {
        size_t size = 3 * WIDTH * HEIGHT * sizeof(float), at;
        unsigned char *pixels = malloc(size);
        multicond_image output = image_of(pixels, MULTICOND_FORMAT_RGB32F, WIDTH, HEIGHT);
        scene own = scene_new(WIDTH, HEIGHT, (uint32_t)i);
        multicond_generator *generator = new_generator(device, model, WIDTH, HEIGHT, 0);
        volatile int calls = 0;
        CHECK(pixels);
        memset(pixels, 0xa5, size);
        OK(multicond_generator_set_progress_callback(generator, slowly, (void *)&calls));
        scene_set(generator, &own);
        OK(multicond_generate_async(generator, &output));
        /* At several points of the picture, before its end. */
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

/* A thousand generators, each of which makes a picture, leave the process as large as two hundred do: within 1 MB,
 * which is less than 2 kB for each. */
static void created_and_released(void)
{
    multicond_device *device = open_device();
    multicond_model *model = open_model();
    long before = 0, after;
    int i, all = times(1000, 10);
    for (i = 0; i < all; i++) {
        multicond_generator *generator = new_generator(device, model, WIDTH, HEIGHT, 0);
        makes_the_picture(generator);
        multicond_generator_release(generator);
        if (i == 200) {
            before = resident();
        }
    }
    after = resident();
    if (!few) {
        printf("1000 generators: %ld kB after 200, %ld kB at the end\n", before, after);
        CHECK(after - before < 1024);
    }
    multicond_model_release(model);
    multicond_device_release(device);
}

/* As above, for models and devices. */
static void opened_and_released(void)
{
    long before = 0, after;
    int i, all = times(1000, 10);
    for (i = 0; i < all; i++) {
        multicond_device *device = open_device();
        multicond_model *model = open_model();
        multicond_model *none = NULL;
        CHECK(multicond_model_load_memory("no model", 8, &none) == MULTICOND_STATUS_MODEL);
        multicond_model_release(model);
        multicond_device_release(device);
        if (i == 200) {
            before = resident();
        }
    }
    after = resident();
    if (!few) {
        printf("1000 models and devices: %ld kB after 200, %ld kB at the end\n", before, after);
        CHECK(after - before < 1024);
    }
}

int main(int count, char **values)
{
    multicond_device *device;
    multicond_model *model;
    multicond_generator *generator;
    arguments(count, values);
    labels = scene_new(WIDTH, HEIGHT, 7);
    device = open_device();
    model = open_model();
    generator = new_generator(device, model, WIDTH, HEIGHT, 0);
    scene_set(generator, &labels);
    expected = picture(generator, WIDTH, HEIGHT);
    counting_is_for_any_thread(generator);
    release_waits_for_a_picture_under_way(device, model);
    multicond_generator_release(generator);
    multicond_model_release(model);
    multicond_device_release(device);
    any_order();
    retained_objects_live_on();
    created_and_released();
    opened_and_released();
    free(expected);
    scene_free(&labels);
    return 0;
}
