/*
 * The frame loop of a game or simulation. Objects and buffers are created once; each frame draws its labels into the
 * buffers and generates a picture. The labels are in the formats of a renderer: object ids, a reversed depth buffer
 * with an infinite far plane, and world-space normals in an 8-bit texture.
 *
 *     cc -std=c99 examples/c/frame_loop.c -o frame_loop $(pkg-config --cflags --libs multicond)
 *     ./frame_loop examples/rooms/model.onnx 30 room.ppm
 */

#include <float.h>
#include <multicond.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const USAGE =
    "usage: frame_loop MODEL.onnx [FRAMES] [OUT.ppm]\n"
    "\n"
    "Generates FRAMES pictures (default 30) of a cupboard that moves through a room, and prints the times of each.\n"
    "Writes the last picture to OUT.ppm.\n";

/* Objects of the scene. A table maps their ids to the classes of the model. */
enum object { NOTHING, WALL, FLOOR, CEILING, WINDOW, DOOR, CUPBOARD, OBJECTS };

static const char *const CLASSES[OBJECTS] = {NULL, "wall", "floor", "ceiling", "window", "door", "storage"};

typedef struct {
    float x, y, z;
} vector;

/* Metres; x to the right, y up, z towards the camera. */
static const vector ROOM_LOW = {-2.2f, 0.0f, -2.6f}, ROOM_HIGH = {2.2f, 2.6f, 3.0f};
static const vector CUPBOARD_SIZE = {0.8f, 1.1f, 0.5f};
static const vector CAMERA = {0.0f, 1.5f, 2.4f};
/* Pitch of 0.2 radians downwards; field of view of 75 degrees, as in the frames of examples/rooms. */
static const float SINE_DOWN = 0.19867f, COSINE_DOWN = 0.98007f;
static const float FOCAL_LENGTH = 0.65161f; /* widths of the picture */
static const float NEAR_PLANE = 0.1f;

typedef struct {
    multicond_engine *engine;
    multicond_model *model;
    multicond_generator *generator;
    uint32_t width, height;
    int32_t class_table[OBJECTS];
    uint8_t *ids;     /* R8 */
    float *depth;     /* R32F */
    uint8_t *normals; /* RGBA8 */
    uint8_t *picture; /* RGBA8 */
} application;

static int fail(const char *doing) {
    fprintf(stderr, "frame_loop: %s: %s\n", doing, multicond_last_error_message());
    return 0;
}

/* A ray caster, in place of a renderer. */

typedef struct {
    float distance; /* along the ray */
    vector normal;
    enum object object;
} hit;

static float component(const vector *v, int axis) {
    return axis == 0 ? v->x : axis == 1 ? v->y : v->z;
}

static vector along(int axis, float length) {
    vector v = {axis == 0 ? length : 0, axis == 1 ? length : 0, axis == 2 ? length : 0};
    return v;
}

/* Intersection of the ray with the room, from inside. */
static hit hit_room(const vector *ray) {
    hit nearest = {FLT_MAX, {0, 0, 0}, NOTHING};
    for (int axis = 0; axis < 3; axis++) {
        float step = component(ray, axis);
        float bound = component(step < 0 ? &ROOM_LOW : &ROOM_HIGH, axis);
        float distance = (bound - component(&CAMERA, axis)) / step;
        if (step != 0 && distance < nearest.distance) {
            nearest.distance = distance;
            nearest.normal = along(axis, step < 0 ? 1 : -1);
            nearest.object = axis != 1 ? WALL : step < 0 ? FLOOR : CEILING;
        }
    }
    float x = CAMERA.x + nearest.distance * ray->x, y = CAMERA.y + nearest.distance * ray->y;
    if (nearest.normal.z > 0 && x > -1.6f && x < -0.4f && y > 0.9f && y < 2.1f) {
        nearest.object = WINDOW;
    }
    if (nearest.normal.z > 0 && x > 0.9f && x < 1.7f && y < 2.0f) {
        nearest.object = DOOR;
    }
    return nearest;
}

/* Intersection of the ray with the cupboard; the distance is FLT_MAX if there is none. */
static hit hit_cupboard(const vector *ray, const vector *low) {
    hit first = {0, {0, 0, 0}, CUPBOARD};
    float last = FLT_MAX;
    for (int axis = 0; axis < 3; axis++) {
        float step = component(ray, axis);
        float from = component(low, axis) - component(&CAMERA, axis);
        float to = from + component(&CUPBOARD_SIZE, axis);
        float enter = (step < 0 ? to : from) / step, leave = (step < 0 ? from : to) / step;
        if (enter > first.distance) {
            first.distance = enter;
            first.normal = along(axis, step < 0 ? 1 : -1);
        }
        last = leave < last ? leave : last;
    }
    if (first.distance <= 0 || first.distance >= last) {
        first.distance = FLT_MAX;
    }
    return first;
}

static uint8_t pack(float coordinate) {
    return (uint8_t)((coordinate + 1) / 2 * 255 + 0.5f);
}

/* Draws the labels of the scene with the cupboard at `x`. */
static void draw_labels(application *app, float x) {
    const vector low = {x, 0.0f, -1.2f};
    const float focal = FOCAL_LENGTH * (float)app->width;
    for (uint32_t row = 0; row < app->height; row++) {
        for (uint32_t column = 0; column < app->width; column++) {
            float right = ((float)column + 0.5f - (float)app->width / 2) / focal;
            float up = ((float)app->height / 2 - (float)row - 0.5f) / focal;
            /* Its component along the viewing direction is 1: distances along it are those to the camera plane. */
            vector ray = {right, up * COSINE_DOWN - SINE_DOWN, -up * SINE_DOWN - COSINE_DOWN};
            hit seen = hit_room(&ray), cupboard = hit_cupboard(&ray, &low);
            if (cupboard.distance < seen.distance) {
                seen = cupboard;
            }
            size_t pixel = (size_t)row * app->width + column;
            app->ids[pixel] = (uint8_t)seen.object;
            app->depth[pixel] = NEAR_PLANE / seen.distance;
            app->normals[4 * pixel] = pack(seen.normal.x);
            app->normals[4 * pixel + 1] = pack(seen.normal.y);
            app->normals[4 * pixel + 2] = pack(seen.normal.z);
            app->normals[4 * pixel + 3] = 255;
        }
    }
}

/* Setup. */

static int create(application *app, const char *path) {
    multicond_engine_options options = {0};
    options.struct_size = sizeof options;
    options.allow_fallback = 1;
    if (multicond_engine_create(&options, &app->engine)) {
        return fail("creating an engine");
    }
    if (multicond_model_load(path, &app->model)) {
        return fail("loading the model");
    }
    if (multicond_generator_create(app->engine, app->model, NULL, &app->generator)) {
        return fail("creating a generator");
    }
    multicond_engine_info engine = {0};
    engine.struct_size = sizeof engine;
    multicond_model_info model = {0};
    model.struct_size = sizeof model;
    if (multicond_engine_get_info(app->engine, &engine) || multicond_model_get_info(app->model, &model)) {
        return fail("getting the engine and the model");
    }
    app->width = model.trained_width;
    app->height = model.trained_height;
    printf("%s on %s, %ux%u pixels\n", model.name, engine.title, (unsigned)app->width, (unsigned)app->height);
    return 1;
}

static int allocate(application *app) {
    size_t pixels = (size_t)app->width * app->height;
    app->ids = calloc(pixels, 1);
    app->depth = calloc(pixels, sizeof *app->depth);
    app->normals = calloc(pixels, 4);
    app->picture = calloc(pixels, 4);
    if (!app->ids || !app->depth || !app->normals || !app->picture) {
        fprintf(stderr, "frame_loop: out of memory for pictures of %ux%u\n", (unsigned)app->width,
                (unsigned)app->height);
        return 0;
    }
    return 1;
}

/* Finds the classes by name. Objects without a class are missing. */
static int make_class_table(application *app) {
    uint32_t label, id;
    if (multicond_model_find_label(app->model, "semantics", &label)) {
        return fail("looking for the label semantics");
    }
    for (int object = 0; object < OBJECTS; object++) {
        app->class_table[object] = -1;
        if (CLASSES[object] && multicond_model_find_class(app->model, label, CLASSES[object], &id) == 0) {
            app->class_table[object] = (int32_t)id;
        }
    }
    return 1;
}

static multicond_image image_of(const application *app, int32_t format, void *data) {
    multicond_image image = {0};
    image.struct_size = sizeof image;
    image.format = format;
    image.data = data;
    image.width = app->width;
    image.height = app->height;
    return image;
}

/* Describes the label buffers once. Frames only write to the buffers. */
static int set_labels(application *app) {
    multicond_image ids = image_of(app, MULTICOND_FORMAT_R8, app->ids);
    multicond_label_options classes = {0};
    classes.struct_size = sizeof classes;
    classes.meaning = MULTICOND_MEANING_CLASS_TABLE;
    classes.class_table = app->class_table;
    classes.class_count = OBJECTS;
    if (multicond_generator_set_label(app->generator, "semantics", &ids, &classes)) {
        return fail("setting the object ids");
    }

    multicond_image depth = image_of(app, MULTICOND_FORMAT_R32F, app->depth);
    multicond_label_options projection = {0};
    projection.struct_size = sizeof projection;
    projection.meaning = MULTICOND_MEANING_DEVICE_DEPTH;
    projection.flags = MULTICOND_LABEL_FLAGS_DEPTH_REVERSED;
    projection.near_plane = NEAR_PLANE;
    if (multicond_generator_set_label(app->generator, "depth", &depth, &projection)) {
        return fail("setting the depth buffer");
    }

    const float view[9] = {1, 0, 0, 0, COSINE_DOWN, -SINE_DOWN, 0, SINE_DOWN, COSINE_DOWN};
    multicond_image normals = image_of(app, MULTICOND_FORMAT_RGBA8, app->normals);
    multicond_label_options space = {0};
    space.struct_size = sizeof space;
    space.meaning = MULTICOND_MEANING_NORMAL;
    space.flags =
        MULTICOND_LABEL_FLAGS_NORMALIZED | MULTICOND_LABEL_FLAGS_NORMAL_PACKED | MULTICOND_LABEL_FLAGS_NORMAL_WORLD;
    memcpy(space.view, view, sizeof view);
    if (multicond_generator_set_label(app->generator, "normals", &normals, &space)) {
        return fail("setting the normals");
    }
    return 1;
}

/* Frames and their statistics. */

static int compare(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static double median(double *values, int count) {
    qsort(values, (size_t)count, sizeof *values, compare);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

static int make_frames(application *app, int frames, double *milliseconds, double *merged) {
    const multicond_image output = image_of(app, MULTICOND_FORMAT_RGBA8, app->picture);
    for (int frame = 0; frame < frames; frame++) {
        draw_labels(app, -1.9f + 3.0f * (float)frame / (float)frames);
        if (multicond_generator_generate(app->generator, &output)) {
            return fail("generating");
        }
        multicond_statistics took = {0};
        took.struct_size = sizeof took;
        if (multicond_generator_get_statistics(app->generator, &took)) {
            return fail("getting statistics");
        }
        milliseconds[frame] = (double)took.total_ns / 1e6;
        merged[frame] = (double)took.merged;
        printf("frame %d: %.1f ms (labels %.1f, merge %.1f, render %.1f, output %.1f), %.0f pixels changed, "
               "%.0f merged\n",
               frame, milliseconds[frame], (double)took.decode_ns / 1e6, (double)took.merge_ns / 1e6,
               (double)took.render_ns / 1e6, (double)took.write_ns / 1e6, (double)took.changed, merged[frame]);
    }
    /* In the first frame all pixels are new: leave it out. */
    int first = frames > 1;
    printf("median: %.1f ms, %.0f of %u pixels merged\n", median(milliseconds + first, frames - first),
           median(merged + first, frames - first), (unsigned)(app->width * app->height));
    return 1;
}

/* Writes to a temporary file first, so that `path` never holds half a picture. */
static int write_ppm(const application *app, const char *path) {
    char temporary[4096];
    int length = snprintf(temporary, sizeof temporary, "%s.part", path);
    FILE *file = length < (int)sizeof temporary ? fopen(temporary, "wb") : NULL;
    if (!file) {
        fprintf(stderr, "frame_loop: cannot write %s.part\n", path);
        return 0;
    }
    fprintf(file, "P6\n%u %u\n255\n", (unsigned)app->width, (unsigned)app->height);
    for (size_t pixel = 0; pixel < (size_t)app->width * app->height; pixel++) {
        fwrite(app->picture + 4 * pixel, 1, 3, file);
    }
    int failed = ferror(file);
    failed |= fclose(file);
    if (failed || rename(temporary, path)) {
        fprintf(stderr, "frame_loop: cannot write %s\n", path);
        remove(temporary);
        return 0;
    }
    return 1;
}

static int run(application *app, const char *model, int frames, const char *path) {
    double *numbers = calloc(2 * (size_t)frames, sizeof *numbers);
    if (!numbers) {
        fprintf(stderr, "frame_loop: out of memory for %d frames\n", frames);
        return 0;
    }
    int done = create(app, model) && allocate(app) && make_class_table(app) && set_labels(app) &&
               make_frames(app, frames, numbers, numbers + frames) && (!path || write_ppm(app, path));
    free(numbers);
    return done;
}

int main(int count, char **arguments) {
    long frames = 30;
    char *end = "";
    if (count > 2) {
        frames = strtol(arguments[2], &end, 10);
    }
    if (count < 2 || count > 4 || *end || frames < 1 || frames > 1000000) {
        fputs(USAGE, stderr);
        return 2;
    }
    if (multicond_abi_version() != MULTICOND_ABI_VERSION) {
        fprintf(stderr, "frame_loop: libmulticond %s has another ABI version than the header\n",
                multicond_version_string());
        return 2;
    }
    application app = {0};
    int done = run(&app, arguments[1], (int)frames, count > 3 ? arguments[3] : NULL);
    /* Before the memory of its labels. */
    multicond_generator_release(app.generator);
    multicond_model_release(app.model);
    multicond_engine_release(app.engine);
    free(app.ids);
    free(app.depth);
    free(app.normals);
    free(app.picture);
    return done ? 0 : 2;
}
