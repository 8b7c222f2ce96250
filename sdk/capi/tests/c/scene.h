/* Labels for the small model of multicond-test-support, in the formats and units of the labels. */
#ifndef SCENE_H
#define SCENE_H

#include "check.h"

/* Interleaved pixels, from the top left. */
typedef struct scene {
    uint32_t width, height;
    int32_t *semantics;
    float *depth;
} scene;

enum { CLASSES = 3, MISSING_CLASS = 255, SIZE_MULTIPLE = 4 };

static inline multicond_image image_of(void *data, int32_t format, uint32_t width, uint32_t height)
{
    multicond_image image = {0};
    image.struct_size = sizeof image;
    image.format = format;
    image.data = data;
    image.width = width;
    image.height = height;
    return image;
}

static inline multicond_label_options label_options(void)
{
    multicond_label_options options = {0};
    options.struct_size = sizeof options;
    return options;
}

/* Structure and missing pixels in every label, different for every seed. */
static inline scene scene_new(uint32_t width, uint32_t height, uint32_t seed)
{
    size_t pixels = (size_t)width * height;
    scene s = {width, height, NULL, NULL};
    size_t i;
    s.semantics = malloc(pixels * sizeof *s.semantics);
    s.depth = malloc(pixels * sizeof *s.depth);
    CHECK(s.semantics && s.depth);
    seed = seed * 2654435761u + 1;
    for (i = 0; i < pixels; i++) {
        int32_t id = (int32_t)(chance(&seed) % (CLASSES + 1));
        s.semantics[i] = id < CLASSES ? id : MISSING_CLASS;
        s.depth[i] = (float)(chance(&seed) % 200) / 16;
    }
    return s;
}

static inline void scene_free(scene *s)
{
    free(s->semantics);
    free(s->depth);
    memset(s, 0, sizeof *s);
}

static inline void set_plain(multicond_generator *generator, const char *name, void *data, int32_t format,
                             uint32_t width, uint32_t height)
{
    multicond_image image = image_of(data, format, width, height);
    OK(multicond_generator_set_label(generator, name, &image, NULL));
}

static inline void scene_set(multicond_generator *generator, const scene *s)
{
    set_plain(generator, "semantics", s->semantics, MULTICOND_FORMAT_R32I, s->width, s->height);
    set_plain(generator, "depth", s->depth, MULTICOND_FORMAT_R32F, s->width, s->height);
}

static inline multicond_generator *new_generator(const multicond_engine *engine, const multicond_model *model,
                                                 uint32_t width, uint32_t height, int no_reuse)
{
    multicond_generator_options options = {0};
    multicond_generator *generator = NULL;
    options.struct_size = sizeof options;
    options.width = width;
    options.height = height;
    options.threads = 2;
    options.no_reuse = (uint32_t)no_reuse;
    /* Not a divisor of the pictures of the tests. */
    options.tile_pixels = 37;
    OK(multicond_generator_create(engine, model, &options, &generator));
    return generator;
}

/* The picture for the current labels as interleaved RGB; the caller frees it. */
static inline float *picture(multicond_generator *generator, uint32_t width, uint32_t height)
{
    float *pixels = malloc(3 * (size_t)width * height * sizeof *pixels);
    multicond_image output = image_of(pixels, MULTICOND_FORMAT_RGB32F, width, height);
    CHECK(pixels);
    OK(multicond_generator_generate(generator, &output));
    return pixels;
}

static inline int same_picture(const float *a, const float *b, uint32_t width, uint32_t height)
{
    return memcmp(a, b, 3 * (size_t)width * height * sizeof *a) == 0;
}

#endif
