/* Confidences: their formats, their place in reuse, and what is refused. Takes a model with confidences. */
#include "scene.h"

enum { WIDTH = 16, HEIGHT = 8, PIXELS = WIDTH * HEIGHT };

static uint8_t bytes[PIXELS];
static uint16_t words[PIXELS], halves[PIXELS];
static float floats[PIXELS], expected[4 * PIXELS], got[4 * PIXELS];

static void set(multicond_generator *generator, void *data, int32_t format, uint32_t flags)
{
    multicond_image image = image_of(data, format, WIDTH, HEIGHT);
    multicond_confidence_options options = {0};
    options.struct_size = sizeof options;
    options.flags = flags;
    OK(multicond_generator_set_confidence(generator, "depth", &image, flags ? &options : NULL));
}

static void draw(multicond_generator *generator, float *into)
{
    multicond_image output = image_of(into, MULTICOND_FORMAT_RGBA32F, WIDTH, HEIGHT);
    OK(multicond_generator_generate(generator, &output));
}

static int same(void)
{
    return memcmp(expected, got, sizeof got) == 0;
}

/* All formats say the same. 0.2 is 51 / 255 and 13107 / 65535, but no half. */
static void formats(multicond_generator *generator)
{
    int i;
    for (i = 0; i < PIXELS; i++) {
        bytes[i] = i % 3 == 0 ? 0 : 255;
        words[i] = i % 3 == 0 ? 0 : 65535;
        halves[i] = i % 3 == 0 ? 0 : 0x3c00;
        floats[i] = i % 3 == 0 ? -1.0f : 2.0f;
    }
    draw(generator, got);
    set(generator, floats, MULTICOND_FORMAT_R32F, 0);
    draw(generator, expected);
    CHECK(!same());
    set(generator, bytes, MULTICOND_FORMAT_R8, 0);
    draw(generator, got);
    CHECK(same());
    set(generator, words, MULTICOND_FORMAT_R16, 0);
    draw(generator, got);
    CHECK(same());
    set(generator, halves, MULTICOND_FORMAT_R16F, 0);
    draw(generator, got);
    CHECK(same());
    for (i = 0; i < PIXELS; i++) {
        bytes[i] = i % 3 == 0 ? 0 : 1;
    }
    set(generator, bytes, MULTICOND_FORMAT_R8, MULTICOND_CONFIDENCE_FLAGS_MASK);
    draw(generator, got);
    CHECK(same());
    set(generator, bytes, MULTICOND_FORMAT_R8, 0);
    draw(generator, got);
    CHECK(!same());
}

/* The buffer is read for every picture, and only what changed is merged. */
static void reuse(multicond_generator *generator)
{
    multicond_statistics statistics = {0};
    statistics.struct_size = sizeof statistics;
    memset(bytes, 255, sizeof bytes);
    draw(generator, expected);
    bytes[5] = 100;
    bytes[77] = 0;
    draw(generator, got);
    CHECK(!same());
    OK(multicond_generator_get_statistics(generator, &statistics));
    CHECK(statistics.changed == 2);
    bytes[5] = bytes[77] = 255;
    draw(generator, got);
    CHECK(same());
    OK(multicond_generator_unset_confidence(generator, "depth"));
    draw(generator, got);
    CHECK(same());
    OK(multicond_generator_get_statistics(generator, &statistics));
    CHECK(!statistics.rendered);
}

static void refused(multicond_generator *generator)
{
    multicond_image image = image_of(floats, MULTICOND_FORMAT_R32F, WIDTH, HEIGHT);
    multicond_image output = image_of(got, MULTICOND_FORMAT_RGBA32F, WIDTH, HEIGHT);
    multicond_confidence_options options = {0};
    FAILS(MULTICOND_STATUS_LABEL, "`colour`",
          multicond_generator_set_confidence(generator, "colour", &image, NULL));
    FAILS(MULTICOND_STATUS_INVALID_ARGUMENT, "struct_size",
          multicond_generator_set_confidence(generator, "depth", &image, &options));
    options.struct_size = sizeof options;
    options.flags = 2;
    FAILS(MULTICOND_STATUS_INVALID_ARGUMENT, "flags",
          multicond_generator_set_confidence(generator, "depth", &image, &options));
    options.flags = MULTICOND_CONFIDENCE_FLAGS_MASK;
    FAILS(MULTICOND_STATUS_LABEL, "mask", multicond_generator_set_confidence(generator, "depth", &image, &options));
    image.format = MULTICOND_FORMAT_R32I;
    FAILS(MULTICOND_STATUS_LABEL, "i32", multicond_generator_set_confidence(generator, "depth", &image, NULL));
    image.format = MULTICOND_FORMAT_R32F;
    image.height = HEIGHT - 1;
    FAILS(MULTICOND_STATUS_SIZE, "16x7", multicond_generator_set_confidence(generator, "depth", &image, NULL));
    image.height = HEIGHT;
    /* A confidence of nothing. */
    OK(multicond_generator_set_confidence(generator, "normals", &image, NULL));
    FAILS(MULTICOND_STATUS_LABEL, "does not have the label", multicond_generator_generate(generator, &output));
    OK(multicond_generator_unset_label(generator, "normals"));
    OK(multicond_generator_generate(generator, &output));
    FAILS(MULTICOND_STATUS_LABEL, "`colour`", multicond_generator_unset_confidence(generator, "colour"));
}

int main(int count, char **values)
{
    multicond_engine *engine;
    multicond_model *model;
    multicond_model_info info = {0};
    multicond_generator_options options = {0};
    int prepared;
    arguments(count, values);
    engine = open_engine();
    model = open_model();
    info.struct_size = sizeof info;
    OK(multicond_model_get_info(model, &info));
    CHECK(info.confidence == 1 && info.reserved == 0);
    options.struct_size = sizeof options;
    options.width = WIDTH;
    options.height = HEIGHT;
    options.threads = 2;
    for (prepared = 0; prepared < 2; prepared++) {
        multicond_generator *generator = NULL;
        scene s = scene_new(WIDTH, HEIGHT, 1);
        options.confidence = (uint32_t)prepared;
        OK(multicond_generator_create(engine, model, &options, &generator));
        scene_set(generator, &s);
        formats(generator);
        reuse(generator);
        refused(generator);
        multicond_generator_release(generator);
        scene_free(&s);
    }
    multicond_model_release(model);
    multicond_engine_release(engine);
    return 0;
}
