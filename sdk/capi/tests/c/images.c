/* Every format and every way to lie in memory: the same picture as from plain planes, and nothing written beside the
 * pixels. */
#include "pixels.h"

enum { WIDTH = 11, HEIGHT = 6, PIXELS = WIDTH * HEIGHT };

static multicond_device *device;
static multicond_model *model;

/* Whole numbers from 0 to 99, which every format holds exactly. */
static double number(int pixel, int channel)
{
    return (pixel * 37 + channel * 11) % 100;
}

static int32_t class_of(int pixel)
{
    /* 3 is no class. */
    return (pixel * 7 / 3) % 4;
}

/* The picture of one label, stored as `format` in `l`. */
static float *picture_of(multicond_generator *generator, const char *name, int format, layout l)
{
    block b = block_new(format, WIDTH, HEIGHT, l, 0xff);
    multicond_label_options options = label_options();
    int categorical = strcmp(name, "semantics") == 0;
    float *made;
    int x, y, channel;
    for (y = 0; y < HEIGHT; y++) {
        for (x = 0; x < WIDTH; x++) {
            int pixel = y * WIDTH + x;
            for (channel = 0; channel < channels_of(format); channel++) {
                double value = categorical ? (channel ? 77 : class_of(pixel)) : number(pixel, channel);
                put_number(pixel_at(&b, (uint32_t)x, (uint32_t)y), format, channel, value);
            }
        }
    }
    if (!categorical) {
        options.scale = 0.0625f;
        options.bias = -2;
    }
    OK(multicond_generator_set_label(generator, name, &b.image, &options));
    made = picture(generator, WIDTH, HEIGHT);
    OK(multicond_generator_unset_label(generator, name));
    free(b.bytes);
    return made;
}

/* By place in `all_formats`. */
enum { R32I = 10, R32F = 20, RG32F = 21, RGB32F = 22 };

static void labels_of_every_format(void)
{
    static const struct { const char *name; int channels, plain; } labels[] = {
        {"semantics", 1, R32I}, {"depth", 1, R32F}, {"curvature", 2, RG32F}, {"normals", 3, RGB32F},
    };
    multicond_generator *generator = new_generator(device, model, WIDTH, HEIGHT, 0);
    float *empty = picture(generator, WIDTH, HEIGHT);
    int format, l, i;
    for (i = 0; i < 4; i++) {
        float *plain = picture_of(generator, labels[i].name, labels[i].plain, layouts[0]);
        CHECK(distance(plain, empty, WIDTH, HEIGHT) > 0.01f);
        for (format = 0; format < FORMATS; format++) {
            if (channels_of(format) < labels[i].channels) {
                block b = block_new(format, WIDTH, HEIGHT, layouts[0], 0);
                FAILS(MULTICOND_STATUS_LABEL, labels[i].name,
                      multicond_generator_set_label(generator, labels[i].name, &b.image, NULL));
                free(b.bytes);
                continue;
            }
            for (l = 0; l < LAYOUTS; l += few ? 4 : 1) {
                float *got = picture_of(generator, labels[i].name, format, layouts[l]);
                CHECK(same_picture(got, plain, WIDTH, HEIGHT));
                free(got);
            }
        }
        free(plain);
    }
    free(empty);
    multicond_generator_release(generator);
}

/* NORMALIZED: the format's largest integer is 1, and floats are as they are. */
static void normalized_integers(void)
{
    multicond_generator *generator = new_generator(device, model, WIDTH, HEIGHT, 0);
    static const int formats[] = {0, 5};
    static const double tops[] = {255, 65535};
    int i, pixel;
    for (i = 0; i < 2; i++) {
        block b = block_new(formats[i], WIDTH, HEIGHT, layouts[0], 0);
        multicond_label_options options = label_options();
        float plain[PIXELS];
        float *expected, *got;
        for (pixel = 0; pixel < PIXELS; pixel++) {
            double value = floor(tops[i] * pixel / (PIXELS - 1));
            put_number(b.bytes + (size_t)pixel * pixel_bytes(formats[i]), formats[i], 0, value);
            plain[pixel] = (float)(5 * value / tops[i] + 0.5);
        }
        options.flags = MULTICOND_LABEL_FLAGS_NORMALIZED;
        options.scale = 5;
        options.bias = 0.5f;
        OK(multicond_generator_set_label(generator, "depth", &b.image, &options));
        got = picture(generator, WIDTH, HEIGHT);
        set_plain(generator, "depth", plain, MULTICOND_FORMAT_R32F, WIDTH, HEIGHT);
        expected = picture(generator, WIDTH, HEIGHT);
        /* Computed in another order: a few units in the last place of numbers about 1. */
        CHECK(distance(got, expected, WIDTH, HEIGHT) < 1e-5f);
        free(got);
        /* Floats are not divided. */
        options.scale = options.bias = 0;
        set_plain(generator, "depth", plain, MULTICOND_FORMAT_R32F, WIDTH, HEIGHT);
        {
            multicond_image image = image_of(plain, MULTICOND_FORMAT_R32F, WIDTH, HEIGHT);
            OK(multicond_generator_set_label(generator, "depth", &image, &options));
        }
        got = picture(generator, WIDTH, HEIGHT);
        CHECK(same_picture(got, expected, WIDTH, HEIGHT));
        free(got);
        free(expected);
        free(b.bytes);
    }
    multicond_generator_release(generator);
}

/* In floats, as the library: in doubles a number next to a half would now and then be rounded the other way. */
static double stored(enum component component, float value)
{
    switch (component) {
    case U8: return roundf(value * 255);
    case U16: return roundf(value * 65535);
    default: return value;
    }
}

/* IEC 61966-2-1. */
static double linear(double value)
{
    return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4);
}

static void outputs_of_every_format(void)
{
    multicond_generator *generator = new_generator(device, model, WIDTH, HEIGHT, 0);
    scene s = scene_new(WIDTH, HEIGHT, 5);
    float *plain, *light = malloc(3 * PIXELS * sizeof *light);
    multicond_image output = image_of(light, MULTICOND_FORMAT_RGB32F, WIDTH, HEIGHT);
    int format, l, space, x, y, channel;
    size_t i;
    CHECK(light);
    scene_set(generator, &s);
    plain = picture(generator, WIDTH, HEIGHT);
    output.color_space = MULTICOND_COLOR_SPACE_LINEAR;
    OK(multicond_generate(generator, &output));
    for (i = 0; i < 3 * PIXELS; i++) {
        CHECK(plain[i] > 0 && plain[i] < 1);
        /* The formula in doubles, the library's in floats. */
        CHECK(fabs(light[i] - linear(plain[i])) < 2e-6);
    }
    for (format = 0; format < FORMATS; format++) {
        enum component component = component_of(format);
        if (channels_of(format) < 3 || component == I32) {
            block b = block_new(format, WIDTH, HEIGHT, layouts[0], 0x5a);
            FAILS(MULTICOND_STATUS_INVALID_ARGUMENT, "output format", multicond_generate(generator, &b.image));
            FAILS(MULTICOND_STATUS_INVALID_ARGUMENT, "output format", multicond_generate_async(generator, &b.image));
            free(b.bytes);
            continue;
        }
        for (space = 0; space < 2; space++) {
            for (l = 0; l < LAYOUTS; l++) {
                block got = block_new(format, WIDTH, HEIGHT, layouts[l], 0x5a);
                block expected = block_new(format, WIDTH, HEIGHT, layouts[l], 0x5a);
                const float *from = space ? light : plain;
                for (y = 0; y < HEIGHT; y++) {
                    for (x = 0; x < WIDTH; x++) {
                        unsigned char *pixel = pixel_at(&expected, (uint32_t)x, (uint32_t)y);
                        for (channel = 0; channel < 3; channel++) {
                            float value = from[3 * (y * WIDTH + x) + channel];
                            put_number(pixel, format, channel, stored(component, value));
                        }
                        if (channels_of(format) == 4) {
                            put_number(pixel, format, 3, stored(component, 1));
                        }
                    }
                }
                got.image.color_space = space;
                OK(multicond_generate(generator, &got.image));
                CHECK(memcmp(got.bytes, expected.bytes, got.size) == 0);
                free(got.bytes);
                free(expected.bytes);
            }
        }
    }
    free(plain);
    free(light);
    scene_free(&s);
    multicond_generator_release(generator);
}

/* With `data_size`, a byte too few is refused, wherever it lacks. */
static void data_size_is_checked(void)
{
    multicond_generator *generator = new_generator(device, model, WIDTH, HEIGHT, 0);
    int l;
    for (l = 0; l < LAYOUTS; l++) {
        layout tight = layouts[l];
        block label, output;
        tight.behind = 0;
        label = block_new(R32F, WIDTH, HEIGHT, tight, 0);
        output = block_new(RGB32F, WIDTH, HEIGHT, tight, 0x5a);
        OK(multicond_generator_set_label(generator, "depth", &label.image, NULL));
        OK(multicond_generate(generator, &output.image));
        label.image.data_size--;
        output.image.data_size--;
        FAILS(MULTICOND_STATUS_INVALID_ARGUMENT, "data_size",
              multicond_generator_set_label(generator, "depth", &label.image, NULL));
        FAILS(MULTICOND_STATUS_INVALID_ARGUMENT, "data_size", multicond_generate(generator, &output.image));
        label.image.data_size++;
        output.image.data_size++;
        if (tight.upwards) {
            /* Before the memory's start. */
            label.image.byte_offset = row_bytes(&label) * (HEIGHT - 1) - 1;
            output.image.byte_offset = row_bytes(&output) * (HEIGHT - 1) - 1;
            FAILS(MULTICOND_STATUS_INVALID_ARGUMENT, "data_size",
                  multicond_generator_set_label(generator, "depth", &label.image, NULL));
            FAILS(MULTICOND_STATUS_INVALID_ARGUMENT, "data_size", multicond_generate(generator, &output.image));
        }
        OK(multicond_generator_unset_label(generator, "depth"));
        free(label.bytes);
        free(output.bytes);
    }
    multicond_generator_release(generator);
}

/* Left at zero, the strides are those of pixels that follow each other. */
static void strides_have_defaults(void)
{
    multicond_generator *generator = new_generator(device, model, WIDTH, HEIGHT, 0);
    block b = block_new(RGB32F, WIDTH, HEIGHT, layouts[0], 0);
    float *expected, *got = malloc(3 * PIXELS * sizeof *got);
    multicond_image output = image_of(got, MULTICOND_FORMAT_RGB32F, WIDTH, HEIGHT);
    scene s = scene_new(WIDTH, HEIGHT, 8);
    CHECK(got);
    scene_set(generator, &s);
    OK(multicond_generate(generator, &b.image));
    output.pixel_stride = 0;
    output.row_stride = 0;
    OK(multicond_generate(generator, &output));
    CHECK(memcmp(got, b.bytes, b.size) == 0);
    expected = picture(generator, WIDTH, HEIGHT);
    CHECK(same_picture(expected, got, WIDTH, HEIGHT));
    free(expected);
    free(got);
    free(b.bytes);
    scene_free(&s);
    multicond_generator_release(generator);
}

/* The output may be the memory of a label, of which the next picture is then made. */
static void in_place(void)
{
    multicond_generator *generator = new_generator(device, model, WIDTH, HEIGHT, 0);
    multicond_generator *other = new_generator(device, model, WIDTH, HEIGHT, 1);
    float memory[3 * PIXELS], copy[3 * PIXELS];
    multicond_image image = image_of(memory, MULTICOND_FORMAT_RGB32F, WIDTH, HEIGHT);
    int i;
    for (i = 0; i < 3 * PIXELS; i++) {
        memory[i] = (float)number(i, 0) - 50;
    }
    OK(multicond_generator_set_label(generator, "normals", &image, NULL));
    for (i = 0; i < 4; i++) {
        float *expected;
        memcpy(copy, memory, sizeof memory);
        set_plain(other, "normals", copy, MULTICOND_FORMAT_RGB32F, WIDTH, HEIGHT);
        expected = picture(other, WIDTH, HEIGHT);
        OK(multicond_generate(generator, &image));
        CHECK(same_picture(memory, expected, WIDTH, HEIGHT));
        CHECK(!same_picture(memory, copy, WIDTH, HEIGHT));
        free(expected);
    }
    multicond_generator_release(generator);
    multicond_generator_release(other);
}

int main(int count, char **values)
{
    arguments(count, values);
    device = open_device();
    model = open_model();
    labels_of_every_format();
    normalized_integers();
    outputs_of_every_format();
    data_size_is_checked();
    strides_have_defaults();
    in_place();
    multicond_model_release(model);
    multicond_device_release(device);
    return 0;
}
