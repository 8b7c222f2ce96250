/* Labels as renderers have them: the same picture as from the label's own units. */
#include "pixels.h"

enum { WIDTH = 16, HEIGHT = 12, PIXELS = WIDTH * HEIGHT };

/* A picture's difference for numbers that were converted in floats: relative errors of some 1e-5, worst for depth
 * buffers, which have few bits left far away. The pictures of the tests differ by more than a hundred times that. */
#define TOLERANCE 1e-4f

static multicond_generator *generator;

static void set(const char *name, void *data, int32_t format, const multicond_label_options *options)
{
    multicond_image image = image_of(data, format, WIDTH, HEIGHT);
    OK(multicond_generator_set_label(generator, name, &image, options));
}

/* The pictures of a label stored in two ways; all other labels are missing. */
static void same(const char *name, void *data, int32_t format, const multicond_label_options *options, void *plain,
                 int32_t plain_format, float tolerance)
{
    float *got, *expected, *empty = picture(generator, WIDTH, HEIGHT);
    set(name, plain, plain_format, NULL);
    expected = picture(generator, WIDTH, HEIGHT);
    set(name, data, format, options);
    got = picture(generator, WIDTH, HEIGHT);
    CHECK(distance(expected, empty, WIDTH, HEIGHT) > 100 * TOLERANCE);
    if (tolerance == 0) {
        CHECK(same_picture(got, expected, WIDTH, HEIGHT));
    } else {
        CHECK(distance(got, expected, WIDTH, HEIGHT) < tolerance);
    }
    OK(multicond_generator_unset_label(generator, name));
    free(got);
    free(expected);
    free(empty);
}

static void device_depth(void)
{
    static float metres[PIXELS], buffer[PIXELS];
    static uint16_t coarse[PIXELS];
    const double n = 0.25, f = 64, unit = 0.01;
    int reversed, infinite, pixel;
    for (pixel = 0; pixel < PIXELS; pixel++) {
        metres[pixel] = 0.3f + (float)pixel * 0.05f;
    }
    /* Nothing was drawn here. */
    metres[7] = NAN;
    for (reversed = 0; reversed < 2; reversed++) {
        for (infinite = 0; infinite < 2; infinite++) {
            multicond_label_options options = label_options();
            options.meaning = MULTICOND_MEANING_DEVICE_DEPTH;
            options.near_plane = (float)n;
            options.far_plane = infinite ? 0 : (float)f;
            options.flags = reversed ? MULTICOND_LABEL_FLAGS_DEPTH_REVERSED : 0;
            for (pixel = 0; pixel < PIXELS; pixel++) {
                double z = metres[pixel], d = infinite ? 1 - n / z : f / (f - n) * (1 - n / z);
                buffer[pixel] = (float)(reversed ? 1 - d : d);
                if (isnan(z)) {
                    buffer[pixel] = reversed ? 0 : 1;
                }
            }
            same("depth", buffer, MULTICOND_FORMAT_R32F, &options, metres, MULTICOND_FORMAT_R32F, TOLERANCE);
            /* In a scene of centimetres the same numbers are a hundredth of the distance. */
            options.metres_per_unit = (float)unit;
            options.near_plane = (float)(n / unit);
            options.far_plane = infinite ? 0 : (float)(f / unit);
            same("depth", buffer, MULTICOND_FORMAT_R32F, &options, metres, MULTICOND_FORMAT_R32F, TOLERANCE);
            /* A 16-bit texture, with a step that is not linear in z: against the distances that its own numbers
             * stand for. */
            options.metres_per_unit = 1;
            options.near_plane = (float)n;
            options.far_plane = infinite ? 0 : (float)f;
            options.flags |= MULTICOND_LABEL_FLAGS_NORMALIZED;
            {
                static float rounded[PIXELS];
                for (pixel = 0; pixel < PIXELS; pixel++) {
                    double d;
                    coarse[pixel] = (uint16_t)lrint((double)buffer[pixel] * 65535);
                    d = coarse[pixel] / 65535.0;
                    d = reversed ? 1 - d : d;
                    rounded[pixel] = (float)(infinite ? n / (1 - d) : n / (1 - d * (f - n) / f));
                }
                rounded[7] = NAN;
                same("depth", coarse, MULTICOND_FORMAT_R16, &options, rounded, MULTICOND_FORMAT_R32F, TOLERANCE);
            }
        }
    }
}

static void depth_terms(void)
{
    static float metres[PIXELS], buffer[PIXELS];
    multicond_label_options options = label_options();
    int pixel;
    options.meaning = MULTICOND_MEANING_DEVICE_DEPTH_TERMS;
    options.depth_a = 0.5f;
    options.depth_b = -2;
    for (pixel = 0; pixel < PIXELS; pixel++) {
        metres[pixel] = 0.5f + (float)pixel * 0.0625f;
        buffer[pixel] = (float)(0.5 - 2 / (double)metres[pixel]);
    }
    same("depth", buffer, MULTICOND_FORMAT_R32F, &options, metres, MULTICOND_FORMAT_R32F, TOLERANCE);
    options.metres_per_unit = 3;
    for (pixel = 0; pixel < PIXELS; pixel++) {
        buffer[pixel] = (float)(0.5 - 2 / ((double)metres[pixel] / 3));
    }
    same("depth", buffer, MULTICOND_FORMAT_R32F, &options, metres, MULTICOND_FORMAT_R32F, TOLERANCE);
    /* Behind the camera nothing is. */
    for (pixel = 0; pixel < PIXELS; pixel += 5) {
        buffer[pixel] = 0.75f;
        metres[pixel] = NAN;
    }
    same("depth", buffer, MULTICOND_FORMAT_R32F, &options, metres, MULTICOND_FORMAT_R32F, TOLERANCE);
}

static void scale_and_bias(void)
{
    static float metres[PIXELS], stored[PIXELS];
    static uint16_t millimetres[PIXELS];
    multicond_label_options options = label_options();
    int pixel;
    for (pixel = 0; pixel < PIXELS; pixel++) {
        stored[pixel] = (float)pixel;
        metres[pixel] = (float)pixel * 0.125f - 1.5f;
        millimetres[pixel] = (uint16_t)(pixel * 37);
    }
    options.scale = 0.125f;
    options.bias = -1.5f;
    same("depth", stored, MULTICOND_FORMAT_R32F, &options, metres, MULTICOND_FORMAT_R32F, 0);
    for (pixel = 0; pixel < PIXELS; pixel++) {
        metres[pixel] = (float)(millimetres[pixel] * 0.001);
    }
    options.scale = 0.001f;
    options.bias = 0;
    same("depth", millimetres, MULTICOND_FORMAT_R16, &options, metres, MULTICOND_FORMAT_R32F, 1e-6f);
}

/* The inverse of the sRGB curve, on a label that takes any number. */
static void srgb(void)
{
    static unsigned char stored[PIXELS];
    static float plain[PIXELS];
    multicond_label_options options = label_options();
    int pixel;
    options.meaning = MULTICOND_MEANING_SRGB;
    options.flags = MULTICOND_LABEL_FLAGS_NORMALIZED;
    for (pixel = 0; pixel < PIXELS; pixel++) {
        double v = pixel / 255.0;
        stored[pixel] = (unsigned char)pixel;
        plain[pixel] = (float)(v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
    }
    same("depth", stored, MULTICOND_FORMAT_R8, &options, plain, MULTICOND_FORMAT_R32F, 1e-6f);
}

static void normals(void)
{
    static float plain[3 * PIXELS], stored[3 * PIXELS];
    static unsigned char packed[3 * PIXELS];
    /* The camera looks along world x, world z is up: view x is world -y, view y is world z, view z is world -x. */
    static const float view[9] = {0, -1, 0, 0, 0, 1, -1, 0, 0};
    uint32_t state = 5;
    int pixel, c, flags;
    for (pixel = 0; pixel < PIXELS; pixel++) {
        double n[3], length = 0;
        for (c = 0; c < 3; c++) {
            n[c] = (double)(chance(&state) % 2001) / 1000 - 1;
            length += n[c] * n[c];
        }
        length = sqrt(length);
        for (c = 0; c < 3; c++) {
            plain[3 * pixel + c] = length > 0.1 ? (float)(n[c] / length) : NAN;
        }
    }
    for (flags = 0; flags < 16; flags++) {
        multicond_label_options options = label_options();
        options.meaning = MULTICOND_MEANING_NORMAL;
        options.flags = (uint32_t)flags * MULTICOND_LABEL_FLAGS_NORMAL_PACKED;
        memcpy(options.view, view, sizeof view);
        for (pixel = 0; pixel < PIXELS; pixel++) {
            float n[3], w[3], size;
            memcpy(n, plain + 3 * pixel, sizeof n);
            n[1] = options.flags & MULTICOND_LABEL_FLAGS_NORMAL_Y_DOWN ? -n[1] : n[1];
            n[2] = options.flags & MULTICOND_LABEL_FLAGS_NORMAL_Z_FORWARD ? -n[2] : n[2];
            memcpy(w, n, sizeof w);
            if (options.flags & MULTICOND_LABEL_FLAGS_NORMAL_WORLD) {
                w[0] = -n[2];
                w[1] = -n[0];
                w[2] = n[1];
            }
            /* Of any length, where they are not packed. */
            size = options.flags & MULTICOND_LABEL_FLAGS_NORMAL_PACKED ? 1 : 0.1f + (float)(pixel % 7);
            for (c = 0; c < 3; c++) {
                stored[3 * pixel + c] =
                    options.flags & MULTICOND_LABEL_FLAGS_NORMAL_PACKED ? (w[c] + 1) / 2 : w[c] * size;
            }
        }
        same("normals", stored, MULTICOND_FORMAT_RGB32F, &options, plain, MULTICOND_FORMAT_RGB32F, 1e-5f);
    }
    /* A texture of 8 bits; the middle grey has no direction. */
    {
        multicond_label_options options = label_options();
        options.meaning = MULTICOND_MEANING_NORMAL;
        options.flags = MULTICOND_LABEL_FLAGS_NORMAL_PACKED | MULTICOND_LABEL_FLAGS_NORMALIZED;
        for (pixel = 0; pixel < PIXELS; pixel++) {
            double n[3], length = 0;
            for (c = 0; c < 3; c++) {
                packed[3 * pixel + c] = (unsigned char)(pixel % 9 ? 1 + chance(&state) % 255 : 128);
                n[c] = packed[3 * pixel + c] / 255.0 * 2 - 1;
                length += n[c] * n[c];
            }
            for (c = 0; c < 3; c++) {
                plain[3 * pixel + c] = pixel % 9 ? (float)(n[c] / sqrt(length)) : NAN;
            }
        }
        same("normals", packed, MULTICOND_FORMAT_RGB8, &options, plain, MULTICOND_FORMAT_RGB32F, 1e-5f);
    }
}

static void class_tables(void)
{
    /* Object 3 is of no class of the model, 4 of no class at all. */
    static const int32_t table[] = {2, 0, 1, 99, -1, 1};
    enum { OBJECTS = sizeof table / sizeof *table };
    static int32_t objects[PIXELS], ids[PIXELS];
    static uint16_t small[PIXELS];
    multicond_label_options options = label_options();
    int pixel;
    options.meaning = MULTICOND_MEANING_CLASS_TABLE;
    options.class_table = table;
    options.class_count = OBJECTS;
    for (pixel = 0; pixel < PIXELS; pixel++) {
        int32_t object = pixel % (OBJECTS + 2);
        objects[pixel] = object == OBJECTS ? -1 : object == OBJECTS + 1 ? 1000000 : object;
        ids[pixel] = object < OBJECTS && table[object] >= 0 && table[object] < CLASSES ? table[object] : MISSING_CLASS;
        small[pixel] = (uint16_t)objects[pixel];
    }
    same("semantics", objects, MULTICOND_FORMAT_R32I, &options, ids, MULTICOND_FORMAT_R32I, 0);
    same("semantics", small, MULTICOND_FORMAT_R16, &options, ids, MULTICOND_FORMAT_R32I, 0);
}

/* Ids that are counted otherwise, and numbers that are no ids. */
static void class_ids(void)
{
    static float stored[PIXELS];
    static unsigned char from_one[PIXELS];
    static int32_t ids[PIXELS];
    static const float none[] = {0.5f, NAN, INFINITY, -INFINITY, -1, 3, 1e20f, -0.25f};
    multicond_label_options options = label_options();
    int pixel;
    for (pixel = 0; pixel < PIXELS; pixel++) {
        int32_t id = pixel % 11;
        ids[pixel] = id < CLASSES ? id : MISSING_CLASS;
        stored[pixel] = id < CLASSES ? (float)id : none[id - CLASSES];
        from_one[pixel] = (unsigned char)(id < CLASSES ? id + 1 : 0);
    }
    same("semantics", stored, MULTICOND_FORMAT_R32F, NULL, ids, MULTICOND_FORMAT_R32I, 0);
    options.bias = -1;
    same("semantics", from_one, MULTICOND_FORMAT_R8, &options, ids, MULTICOND_FORMAT_R32I, 0);
}

static void missing_values_and_masks(void)
{
    static float stored[PIXELS], plain[PIXELS], vectors[3 * PIXELS], plain_vectors[3 * PIXELS];
    static uint16_t small[PIXELS];
    static int32_t ids[PIXELS], plain_ids[PIXELS];
    static unsigned char mask[2 * PIXELS];
    multicond_label_options options = label_options();
    multicond_image validity = image_of(mask, MULTICOND_FORMAT_R8, WIDTH, HEIGHT);
    int pixel, c;
    options.flags = MULTICOND_LABEL_FLAGS_HAS_MISSING_VALUE;
    options.missing_value = -9999;
    for (pixel = 0; pixel < PIXELS; pixel++) {
        int hole = pixel % 5 == 0;
        plain[pixel] = hole ? NAN : (float)pixel * 0.0625f;
        stored[pixel] = hole ? -9999 : plain[pixel];
        small[pixel] = (uint16_t)(hole ? 65535 : pixel);
        plain_ids[pixel] = hole ? MISSING_CLASS : pixel % 3;
        ids[pixel] = hole ? 2 : pixel % 2;
        for (c = 0; c < 3; c++) {
            /* One channel that holds it is not enough. */
            vectors[3 * pixel + c] = hole || (pixel % 7 == 0 && c == 1) ? 1 : (float)(c - 2);
            plain_vectors[3 * pixel + c] = hole ? NAN : vectors[3 * pixel + c];
        }
    }
    same("depth", stored, MULTICOND_FORMAT_R32F, &options, plain, MULTICOND_FORMAT_R32F, 0);
    /* As stored: before scale and bias. */
    options.scale = 0.0625f;
    options.missing_value = 65535;
    same("depth", small, MULTICOND_FORMAT_R16, &options, plain, MULTICOND_FORMAT_R32F, 0);
    options.scale = 0;
    options.missing_value = 1;
    same("normals", vectors, MULTICOND_FORMAT_RGB32F, &options, plain_vectors, MULTICOND_FORMAT_RGB32F, 0);
    for (pixel = 0; pixel < PIXELS; pixel++) {
        plain_ids[pixel] = pixel % 5 == 0 ? MISSING_CLASS : pixel % 2;
    }
    options.missing_value = 2;
    same("semantics", ids, MULTICOND_FORMAT_R32I, &options, plain_ids, MULTICOND_FORMAT_R32I, 0);

    /* Masks, any layout; not 0 is valid. */
    options = label_options();
    options.validity = &validity;
    for (pixel = 0; pixel < PIXELS; pixel++) {
        mask[pixel] = (unsigned char)(pixel % 5 ? 1 + pixel % 255 : 0);
        stored[pixel] = (float)pixel * 0.0625f;
        ids[pixel] = pixel % 2;
    }
    same("depth", stored, MULTICOND_FORMAT_R32F, &options, plain, MULTICOND_FORMAT_R32F, 0);
    same("semantics", ids, MULTICOND_FORMAT_R32I, &options, plain_ids, MULTICOND_FORMAT_R32I, 0);
    for (pixel = PIXELS - 1; pixel >= 0; pixel--) {
        int x = pixel % WIDTH, y = pixel / WIDTH;
        mask[2 * pixel] = mask[2 * pixel + 1] = 0;
        mask[2 * pixel + 1] = (unsigned char)(((HEIGHT - 1 - y) * WIDTH + x) % 5 ? 255 : 0);
    }
    validity.byte_offset = 1;
    validity.pixel_stride = 2;
    validity.origin = MULTICOND_ORIGIN_BOTTOM_LEFT;
    same("depth", stored, MULTICOND_FORMAT_R32F, &options, plain, MULTICOND_FORMAT_R32F, 0);
    /* Mask and missing value together. */
    for (pixel = 0; pixel < PIXELS; pixel++) {
        plain[pixel] = pixel == 33 ? NAN : plain[pixel];
    }
    options.flags = MULTICOND_LABEL_FLAGS_HAS_MISSING_VALUE;
    options.missing_value = 33 * 0.0625;
    same("depth", stored, MULTICOND_FORMAT_R32F, &options, plain, MULTICOND_FORMAT_R32F, 0);
}

/* What is not finite is missing: the same as a mask over it, in floats and halves. */
static void numbers_that_are_none(void)
{
    static const float bad[] = {NAN, INFINITY, -INFINITY};
    static float stored[3 * PIXELS], plain[3 * PIXELS];
    static uint16_t halves[3 * PIXELS];
    static unsigned char mask[PIXELS];
    static const struct { const char *name; int channels, format, half; } labels[] = {
        {"depth", 1, 20, 15}, {"curvature", 2, 21, 16}, {"normals", 3, 22, 17},
    };
    multicond_image validity = image_of(mask, MULTICOND_FORMAT_R8, WIDTH, HEIGHT);
    int label, pixel, c;
    for (label = 0; label < 3; label++) {
        int channels = labels[label].channels;
        multicond_label_options options = label_options();
        for (pixel = 0; pixel < PIXELS; pixel++) {
            mask[pixel] = pixel % 4 != 0;
            for (c = 0; c < channels; c++) {
                size_t at = (size_t)(pixel * channels + c);
                stored[at] = plain[at] = (float)((pixel * 3 + c) % 16 - 7);
                /* One channel is enough. */
                if (pixel % 4 == 0 && c == pixel / 4 % channels) {
                    stored[at] = bad[pixel / 4 % 3];
                }
                halves[at] = half_of(stored[at]);
                if (isinf(stored[at])) {
                    CHECK((halves[at] & 0x7fff) == 0x7c00);
                }
            }
        }
        for (c = 0; c < 2; c++) {
            float *expected, *got;
            options.validity = &validity;
            set(labels[label].name, plain, all_formats[labels[label].format], &options);
            expected = picture(generator, WIDTH, HEIGHT);
            set(labels[label].name, c ? (void *)halves : (void *)stored,
                all_formats[c ? labels[label].half : labels[label].format], NULL);
            got = picture(generator, WIDTH, HEIGHT);
            CHECK(same_picture(got, expected, WIDTH, HEIGHT));
            for (pixel = 0; pixel < 3 * PIXELS; pixel++) {
                CHECK(got[pixel] > 0 && got[pixel] < 1);
            }
            free(expected);
            free(got);
        }
        OK(multicond_generator_unset_label(generator, labels[label].name));
    }
}

int main(int count, char **values)
{
    multicond_device *device;
    multicond_model *model;
    arguments(count, values);
    device = open_device();
    model = open_model();
    generator = new_generator(device, model, WIDTH, HEIGHT, 0);
    device_depth();
    depth_terms();
    scale_and_bias();
    srgb();
    normals();
    class_tables();
    class_ids();
    missing_values_and_masks();
    numbers_that_are_none();
    multicond_generator_release(generator);
    multicond_model_release(model);
    multicond_device_release(device);
    return 0;
}
