/* One generator, many frames: what is taken over from one to the next is what would have been made anew. */
#include "scene.h"

/* No multiple of the tile, so that the last column and row go on beyond the picture. */
enum { WIDTH = 30, HEIGHT = 13, PADDED = 32 * 16 };

static multicond_device *device;
static multicond_model *model;

static multicond_statistics statistics_of(multicond_generator *generator)
{
    multicond_statistics statistics = {0};
    statistics.struct_size = sizeof statistics;
    OK(multicond_generator_get_statistics(generator, &statistics));
    return statistics;
}

static void made(multicond_generator *generator, uint64_t changed, uint64_t merged, uint32_t rendered)
{
    multicond_statistics s;
    free(picture(generator, WIDTH, HEIGHT));
    s = statistics_of(generator);
    /* Tract has alike pixels merged once for each of 16 places, as vectors of numbers round differently by place. */
    if (device_kind == MULTICOND_DEVICE_KIND_TRACT) {
        CHECK(s.merged >= merged && s.merged <= 16 * merged && s.merged <= changed);
        s.merged = merged;
    }
    if (s.pixels != PADDED || s.changed != changed || s.merged != merged || s.rendered != rendered) {
        fprintf(stderr, "pixels %lu, changed %lu, merged %lu, rendered %u\n", (unsigned long)s.pixels,
                (unsigned long)s.changed, (unsigned long)s.merged, (unsigned)s.rendered);
    }
    CHECK(s.pixels == PADDED && s.changed == changed && s.merged == merged && s.rendered == rendered);
    CHECK(s.total_ns >= s.decode_ns && s.total_ns >= s.render_ns);
    CHECK(s.decode_ns + s.merge_ns + s.render_ns + s.write_ns <= s.total_ns);
}

static void statistics_tell_what_changed(void)
{
    multicond_generator *generator = new_generator(device, model, WIDTH, HEIGHT, 0);
    scene s = scene_new(WIDTH, HEIGHT, 1);
    size_t i;
    multicond_statistics none = statistics_of(generator);
    CHECK(none.pixels == 0 && none.changed == 0 && none.merged == 0 && none.rendered == 0 && none.total_ns == 0);
    /* All is missing everywhere: one pixel stands for all. */
    made(generator, PADDED, 1, 1);
    made(generator, 0, 0, 0);
    for (i = 0; i < WIDTH * HEIGHT; i++) {
        s.depth[i] = (float)i / 16;
    }
    set_plain(generator, "depth", s.depth, MULTICOND_FORMAT_R32F, WIDTH, HEIGHT);
    made(generator, PADDED, WIDTH * HEIGHT, 1);
    made(generator, 0, 0, 0);
    /* One pixel, that a label was set anew makes no difference. */
    s.depth[5] = 100;
    set_plain(generator, "depth", s.depth, MULTICOND_FORMAT_R32F, WIDTH, HEIGHT);
    made(generator, 1, 1, 1);
    /* Two pixels to one value. */
    s.depth[6] = s.depth[70] = 101;
    made(generator, 2, 1, 1);
    /* Those two are of one class, and stay alike. */
    set_plain(generator, "semantics", s.semantics, MULTICOND_FORMAT_R32I, WIDTH, HEIGHT);
    for (i = 0; i < WIDTH * HEIGHT; i++) {
        s.semantics[i] = (int32_t)(i % 2);
    }
    made(generator, PADDED, WIDTH * HEIGHT - 1, 1);
    /* Of three, two of one class. */
    s.depth[20] = s.depth[21] = s.depth[22] = 102;
    made(generator, 3, 2, 1);
    /* The last pixel, and the 2 columns and 3 rows that go on from it. */
    s.depth[WIDTH * HEIGHT - 1] = 103;
    made(generator, 3 * 4, 1, 1);
    /* What the pixel was already. */
    s.depth[20] = 102;
    made(generator, 0, 0, 0);
    /* A class that is none is missing, as any other that is none. */
    s.semantics[9] = 77;
    made(generator, 1, 1, 1);
    s.semantics[9] = MISSING_CLASS;
    made(generator, 0, 0, 0);
    /* Taken away, the label is missing everywhere, as it was at that pixel; 20 and 21 become alike. */
    OK(multicond_generator_unset_label(generator, "semantics"));
    made(generator, PADDED - 1, WIDTH * HEIGHT - 1 - 1 - 2, 1);
    OK(multicond_generator_unset_label(generator, "depth"));
    made(generator, PADDED, 1, 1);
    OK(multicond_generator_unset_label(generator, "depth"));
    made(generator, 0, 0, 0);
    multicond_generator_release(generator);

    generator = new_generator(device, model, WIDTH, HEIGHT, 1);
    for (i = 0; i < 3; i++) {
        made(generator, PADDED, PADDED, 1);
    }
    multicond_generator_release(generator);
    scene_free(&s);
}

/* Some rectangles move over the picture, and now and then labels come and go. */
static void move(scene *s, int frame)
{
    uint32_t state = (uint32_t)frame * 977 + 3;
    uint32_t x, y, i;
    for (i = 0; i < 1 + (uint32_t)frame % 3; i++) {
        uint32_t left = chance(&state) % s->width, top = chance(&state) % s->height;
        uint32_t right = left + 1 + chance(&state) % 9, bottom = top + 1 + chance(&state) % 6;
        float depth = (float)(chance(&state) % 64) / 8;
        for (y = top; y < bottom && y < s->height; y++) {
            for (x = left; x < right && x < s->width; x++) {
                size_t at = (size_t)y * s->width + x;
                s->depth[at] = depth;
                s->semantics[at] = (int32_t)(depth) % 4;
                s->normals[3 * at + chance(&state) % 3] += 0.25f;
                s->curvature[2 * at] = depth;
            }
        }
    }
}

static void show(multicond_generator *generator, scene *s, int frame)
{
    static const char *names[] = {"semantics", "depth", "normals", "curvature"};
    scene_set(generator, s);
    if (frame % 5 == 3) {
        OK(multicond_generator_unset_label(generator, names[frame / 5 % 4]));
    }
}

/* With reuse each picture has the bits of one made anew, by a generator that knew no frame before. */
static void reuse_changes_no_bit(void)
{
    multicond_generator *generator = new_generator(device, model, WIDTH, HEIGHT, 0), *fresh = NULL;
    scene s = scene_new(WIDTH, HEIGHT, 2);
    int frame, frames = times(400, 12), same_as_before = 0;
    uint64_t merged = 0;
    for (frame = 0; frame < frames; frame++) {
        float *got, *expected;
        if (frame % 4 == 0) {
            multicond_generator_release(fresh);
            fresh = new_generator(device, model, WIDTH, HEIGHT, 1);
        }
        if (frame % 7) {
            move(&s, frame);
        }
        show(generator, &s, frame);
        show(fresh, &s, frame);
        got = picture(generator, WIDTH, HEIGHT);
        expected = picture(fresh, WIDTH, HEIGHT);
        CHECK(same_picture(got, expected, WIDTH, HEIGHT));
        merged += statistics_of(generator).merged;
        same_as_before += !statistics_of(generator).rendered;
        free(got);
        free(expected);
    }
    /* It did take over most. */
    CHECK(merged < (uint64_t)frames * PADDED * 3 / 4);
    CHECK(few || same_as_before > 0);
    multicond_generator_release(generator);
    multicond_generator_release(fresh);
    scene_free(&s);
}

static void has_size(multicond_generator *generator, uint32_t width, uint32_t height)
{
    uint32_t wide = 0, high = 0;
    OK(multicond_generator_get_size(generator, &wide, &high));
    CHECK(wide == width && high == height);
}

/* Small, larger, smaller, and back again. */
static void other_sizes(void)
{
    static const uint32_t sizes[][2] = {{8, 4}, {40, 24}, {5, 3}, {40, 25}, {30, 13}, {8, 4}, {4, 8}};
    multicond_generator *generator = new_generator(device, model, WIDTH, HEIGHT, 0);
    scene first = scene_new(WIDTH, HEIGHT, 3);
    uint32_t i;
    scene_set(generator, &first);
    free(picture(generator, WIDTH, HEIGHT));
    for (i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint32_t width = sizes[i][0], height = sizes[i][1];
        multicond_generator *fresh = new_generator(device, model, width, height, 1);
        scene s = scene_new(width, height, i);
        float *got, *expected;
        OK(multicond_generator_resize(generator, width, height));
        has_size(generator, width, height);
        FAILS(MULTICOND_STATUS_SIZE, "pixels", multicond_generator_resize(generator, width, 0));
        has_size(generator, width, height);
        /* All labels are unset. */
        got = picture(generator, width, height);
        expected = picture(fresh, width, height);
        CHECK(same_picture(got, expected, width, height));
        free(got);
        free(expected);
        scene_set(generator, &s);
        scene_set(fresh, &s);
        got = picture(generator, width, height);
        expected = picture(fresh, width, height);
        CHECK(same_picture(got, expected, width, height));
        free(got);
        free(expected);
        /* An image of the earlier size is not taken. */
        {
            multicond_image image = image_of(first.depth, MULTICOND_FORMAT_R32F, WIDTH, HEIGHT);
            if (width != WIDTH) {
                FAILS(MULTICOND_STATUS_SIZE, "30x13",
                      multicond_generator_set_label(generator, "depth", &image, NULL));
            }
        }
        multicond_generator_release(fresh);
        scene_free(&s);
    }
    multicond_generator_release(generator);
    scene_free(&first);
}

/* To the size that it has already: labels are unset as by any other. */
static void resized_to_the_same(void)
{
    multicond_generator *generator = new_generator(device, model, WIDTH, HEIGHT, 0);
    scene s = scene_new(WIDTH, HEIGHT, 4);
    float *empty = picture(generator, WIDTH, HEIGHT), *got;
    scene_set(generator, &s);
    free(picture(generator, WIDTH, HEIGHT));
    OK(multicond_generator_resize(generator, WIDTH, HEIGHT));
    got = picture(generator, WIDTH, HEIGHT);
    CHECK(same_picture(got, empty, WIDTH, HEIGHT));
    free(got);
    free(empty);
    multicond_generator_release(generator);
    scene_free(&s);
}

/* 2000 frames leave the process within 2 MB of what it was after the first 200. */
static void memory_stays(void)
{
    multicond_generator *generator = new_generator(device, model, WIDTH, HEIGHT, 0);
    scene s = scene_new(WIDTH, HEIGHT, 5);
    unsigned char pixels[4 * WIDTH * HEIGHT];
    multicond_image output = image_of(pixels, MULTICOND_FORMAT_RGBA8, WIDTH, HEIGHT);
    long before = 0, after;
    int frame;
    for (frame = 0; frame < times(2000, 20); frame++) {
        move(&s, frame);
        show(generator, &s, frame);
        OK(multicond_generate(generator, &output));
        if (frame == 200) {
            before = resident();
        }
    }
    after = resident();
    if (!few) {
        printf("2000 frames: %ld kB after 200, %ld kB at the end\n", before, after);
        CHECK(after - before < 2048);
    }
    multicond_generator_release(generator);
    scene_free(&s);
}

/* None of the options changes the picture. */
static void options_change_nothing(void)
{
    static const uint32_t variants[][4] = {
        /* threads, spin, no_reuse, tile_pixels */
        {0, 0, 0, 0}, {1, 0, 0, 1}, {1, 0, 1, 1000}, {2, 1, 0, 64}, {3, 0, 0, 0}, {5, 0, 1, 7},
    };
    scene s = scene_new(WIDTH, HEIGHT, 6);
    float *expected = NULL;
    uint32_t i;
    for (i = 0; i < sizeof variants / sizeof *variants; i++) {
        multicond_generator_options options = {0};
        multicond_generator *generator = NULL;
        float *got;
        options.struct_size = sizeof options;
        options.width = WIDTH;
        options.height = HEIGHT;
        options.threads = variants[i][0];
        options.spin = variants[i][1];
        options.no_reuse = variants[i][2];
        options.tile_pixels = variants[i][3];
        OK(multicond_generator_create(device, model, &options, &generator));
        scene_set(generator, &s);
        got = picture(generator, WIDTH, HEIGHT);
        if (expected) {
            /* Engines add in another order for other tiles and threads: a few units in the last place. */
            CHECK(distance(got, expected, WIDTH, HEIGHT) < 1e-6f);
            free(got);
        } else {
            expected = got;
        }
        multicond_generator_release(generator);
    }
    free(expected);
    scene_free(&s);
}

int main(int count, char **values)
{
    arguments(count, values);
    device = open_device();
    model = open_model();
    statistics_tell_what_changed();
    reuse_changes_no_bit();
    other_sizes();
    options_change_nothing();
    memory_stays();
    resized_to_the_same();
    multicond_model_release(model);
    multicond_device_release(device);
    return 0;
}
