/* Pictures of every size: the smallest, the longest, those that are no multiples of the model's tile, and a large one. */
#include "pixels.h"

static multicond_device *device;
static multicond_model *model;

static uint32_t whole_tiles(uint32_t side)
{
    return (side + TILE - 1) / TILE * TILE;
}

/* Sides that are no multiples of the tile have their last column and row repeated, and what is made of that is cut
 * off: the same as doing so by hand. */
static void padded_by_hand(uint32_t width, uint32_t height)
{
    uint32_t wide = whole_tiles(width), high = whole_tiles(height), x, y;
    scene s = scene_new(width, height, width * 131 + height), large = scene_new(wide, high, 0);
    multicond_generator *generator = new_generator(device, model, width, height, 0);
    multicond_generator *by_hand = new_generator(device, model, wide, high, 0);
    float *got, *expected;
    for (y = 0; y < high; y++) {
        for (x = 0; x < wide; x++) {
            size_t to = (size_t)y * wide + x;
            size_t from = (size_t)(y < height ? y : height - 1) * width + (x < width ? x : width - 1);
            large.semantics[to] = s.semantics[from];
            large.depth[to] = s.depth[from];
            memcpy(large.normals + 3 * to, s.normals + 3 * from, 3 * sizeof(float));
            memcpy(large.curvature + 2 * to, s.curvature + 2 * from, 2 * sizeof(float));
        }
    }
    scene_set(generator, &s);
    scene_set(by_hand, &large);
    got = picture(generator, width, height);
    expected = picture(by_hand, wide, high);
    for (y = 0; y < height; y++) {
        size_t row = 3 * (size_t)width * sizeof(float);
        CHECK(memcmp(got + 3 * (size_t)y * width, expected + 3 * (size_t)y * wide, row) == 0);
    }
    free(got);
    free(expected);
    multicond_generator_release(generator);
    multicond_generator_release(by_hand);
    scene_free(&s);
    scene_free(&large);
}

static void the_smallest_and_odd_ones(void)
{
    static const uint32_t sizes[][2] = {{1, 1}, {1, 2}, {2, 1}, {2, 2}, {3, 5}, {4, 4}, {5, 4}, {4, 5}, {7, 9}, {31, 17}};
    uint32_t i;
    for (i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        padded_by_hand(sizes[i][0], sizes[i][1]);
    }
}

static void no_size_at_all(void)
{
    multicond_generator *generator = new_generator(device, model, 8, 4, 0);
    float pixel[4] = {0};
    static const uint32_t sizes[][2] = {{0, 0}, {0, 1}, {1, 0}};
    uint32_t i;
    for (i = 0; i < 3; i++) {
        multicond_image image = image_of(pixel, MULTICOND_FORMAT_RGB32F, sizes[i][0], sizes[i][1]);
        FAILS(MULTICOND_STATUS_SIZE, "pixels", multicond_generator_resize(generator, sizes[i][0], sizes[i][1]));
        FAILS(MULTICOND_STATUS_SIZE, "pixels", multicond_generator_set_label(generator, "normals", &image, NULL));
        FAILS(MULTICOND_STATUS_SIZE, "pixels", multicond_generate(generator, &image));
    }
    multicond_generator_release(generator);
}

/* Up to `max_side`, and not one pixel more. */
static void the_longest(void)
{
    multicond_generator *generator = new_generator(device, model, 8, 4, 0);
    multicond_model_info info = {0};
    uint32_t i;
    info.struct_size = sizeof info;
    OK(multicond_model_get_info(model, &info));
    padded_by_hand(8192, 8);
    if (!few) {
        padded_by_hand(8, 8192);
        padded_by_hand(8193, 5);
        padded_by_hand(info.max_side, 3);
        padded_by_hand(3, info.max_side);
    }
    for (i = 0; i < 2; i++) {
        uint32_t width = i ? 4 : info.max_side + 1, height = i ? info.max_side + 1 : 4;
        multicond_image image = image_of(&info, MULTICOND_FORMAT_RGB32F, width, height);
        FAILS(MULTICOND_STATUS_SIZE, "16384", multicond_generator_resize(generator, width, height));
        FAILS(MULTICOND_STATUS_SIZE, "16385", multicond_generator_set_label(generator, "normals", &image, NULL));
        FAILS(MULTICOND_STATUS_SIZE, "16385", multicond_generate(generator, &image));
    }
    multicond_generator_release(generator);
}

static double gigabytes_free(void)
{
    char line[256];
    long kilobytes = 0;
    FILE *file = fopen("/proc/meminfo", "r");
    CHECK(file);
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "MemAvailable: %ld", &kilobytes) == 1) {
            break;
        }
    }
    fclose(file);
    return (double)kilobytes / 1048576;
}

/* One label that is the same everywhere: inside, all pixels see the same neighbourhood and are the same, and the four
 * borders differ from that. Every pixel is looked at. */
static void a_large_one(void)
{
    enum { WIDTH = 8192, HEIGHT = 4320, SMALL = 64 };
    uint64_t bytes = 0;
    multicond_generator *generator;
    unsigned char *ids, *pixels;
    unsigned char *inside;
    float *small;
    size_t x, y, channel, different = 0;
    OK(multicond_model_estimate_memory(model, WIDTH, HEIGHT, &bytes));
    /* ONNX Runtime lays every pixel's neighbourhood out in memory for this model's few channels. */
    if (gigabytes_free() < 14) {
        fprintf(stderr, "SKIPPED: a picture of 8192x4320 needs 14 GB of this model, there are %.1f\n", gigabytes_free());
        return;
    }
    ids = malloc((size_t)WIDTH * HEIGHT);
    pixels = malloc(3 * (size_t)WIDTH * HEIGHT);
    CHECK(ids && pixels);
    memset(ids, 1, (size_t)WIDTH * HEIGHT);
    generator = new_generator(device, model, WIDTH, HEIGHT, 0);
    {
        multicond_image output = image_of(pixels, MULTICOND_FORMAT_RGB8, WIDTH, HEIGHT);
        set_plain(generator, "semantics", ids, MULTICOND_FORMAT_R8, WIDTH, HEIGHT);
        OK(multicond_generate(generator, &output));
        printf("8192x4320: %.1f GB estimated, %.1f GB resident\n", (double)bytes / (1 << 30),
               (double)resident() / 1048576);
    }
    multicond_generator_release(generator);
    inside = pixels + 3 * ((size_t)WIDTH + 1);
    for (y = 1; y + 1 < HEIGHT; y++) {
        for (x = 1; x + 1 < WIDTH; x++) {
            different += memcmp(pixels + 3 * (y * WIDTH + x), inside, 3) != 0;
        }
    }
    CHECK(different == 0);
    CHECK(memcmp(pixels, inside, 3) != 0);
    /* What it is, a small picture tells. The mean over 35 million floats comes out up to a hundredth off. */
    generator = new_generator(device, model, SMALL, SMALL, 0);
    set_plain(generator, "semantics", ids, MULTICOND_FORMAT_R8, SMALL, SMALL);
    small = picture(generator, SMALL, SMALL);
    for (channel = 0; channel < 3; channel++) {
        CHECK(fabs(inside[channel] / 255.0 - small[3 * (SMALL + 1) + channel]) < 0.01);
    }
    free(small);
    multicond_generator_release(generator);
    free(ids);
    free(pixels);
}

int main(int count, char **values)
{
    arguments(count, values);
    device = open_device();
    model = open_model();
    the_smallest_and_odd_ones();
    no_size_at_all();
    the_longest();
    /* Tract copies what it works on, which takes twice the memory. */
    if (!few && device_kind != MULTICOND_DEVICE_KIND_TRACT) {
        a_large_one();
    }
    multicond_model_release(model);
    multicond_device_release(device);
    return 0;
}
