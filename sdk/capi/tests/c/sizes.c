/* Sizes: what is allowed, and changing the size of a generator. */
#include "scene.h"

static multicond_engine *engine;
static multicond_model *model;

static void sizes_that_are_not_allowed(void)
{
    static const uint32_t sizes[][2] = {{0, 0}, {0, 1}, {1, 0}, {16385, 4}, {4, 16385}};
    multicond_generator *generator = new_generator(engine, model, 8, 4, 0);
    float pixel[4] = {0};
    uint32_t i;
    for (i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint32_t width = sizes[i][0], height = sizes[i][1];
        multicond_image image = image_of(pixel, MULTICOND_FORMAT_RGB32F, width, height);
        FAILS(MULTICOND_STATUS_SIZE, "16384", multicond_generator_resize(generator, width, height));
        FAILS(MULTICOND_STATUS_SIZE, "16384", multicond_generator_set_label(generator, "normals", &image, NULL));
        FAILS(MULTICOND_STATUS_SIZE, "16384", multicond_generator_generate(generator, &image));
    }
    /* The longest are `max_side` of the model. */
    OK(multicond_generator_resize(generator, 16384, 3));
    OK(multicond_generator_resize(generator, 3, 16384));
    multicond_generator_release(generator);
}

static void same_as_of(multicond_generator *generator, multicond_generator *fresh, uint32_t width, uint32_t height)
{
    float *got = picture(generator, width, height), *expected = picture(fresh, width, height);
    CHECK(same_picture(got, expected, width, height));
    free(got);
    free(expected);
}

/* All labels are unset, also by the same size, and images must have the new size. */
static void resized(void)
{
    static const uint32_t sizes[][2] = {{30, 13}, {30, 13}, {40, 25}, {5, 3}, {30, 13}};
    multicond_generator *generator = new_generator(engine, model, 30, 13, 0);
    uint32_t i;
    for (i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint32_t width = sizes[i][0], height = sizes[i][1], got_width = 0, got_height = 0;
        multicond_generator *fresh = new_generator(engine, model, width, height, 1);
        scene s = scene_new(width, height, i);
        multicond_image wrong = image_of(s.depth, MULTICOND_FORMAT_R32F, 4, 3);
        OK(multicond_generator_resize(generator, width, height));
        FAILS(MULTICOND_STATUS_SIZE, "pixels", multicond_generator_resize(generator, width, 0));
        OK(multicond_generator_get_size(generator, &got_width, &got_height));
        CHECK(got_width == width && got_height == height);
        FAILS(MULTICOND_STATUS_SIZE, "4x3", multicond_generator_set_label(generator, "depth", &wrong, NULL));
        same_as_of(generator, fresh, width, height);
        scene_set(generator, &s);
        scene_set(fresh, &s);
        same_as_of(generator, fresh, width, height);
        multicond_generator_release(fresh);
        scene_free(&s);
    }
    multicond_generator_release(generator);
}

int main(int count, char **values)
{
    arguments(count, values);
    engine = open_engine();
    model = open_model();
    sizes_that_are_not_allowed();
    resized();
    multicond_model_release(model);
    multicond_engine_release(engine);
    return 0;
}
