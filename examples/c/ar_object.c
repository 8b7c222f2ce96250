/*
 * Augmented reality: puts a piece of furniture into a captured room and generates the pictures before and after. The
 * furniture is a mesh without texture or lighting; it only changes the labels. OpenGL draws the captured labels and
 * then the mesh into the same buffers, so that its depth test resolves visibility. multicond reads these buffers
 * directly.
 *
 * OpenGL runs off-screen through EGL and needs neither a display nor a GPU. On Debian:
 *
 *     apt-get install libegl-dev libgl-dev libpng-dev
 *     cc -std=c99 examples/c/ar_object.c -o ar_object $(pkg-config --cflags --libs multicond egl gl libpng) -lm
 *     ./ar_object examples/rooms/model.onnx examples/rooms/frames/a out
 */

#include <multicond.h>
#include <string.h>

#include "ar_gl.h"

static const char *const USAGE =
    "usage: ar_object MODEL.onnx FRAME_FOLDER OUT_FOLDER [armchair|table [X Y]]\n"
    "\n"
    "Puts an armchair or a table into a captured room and writes OUT_FOLDER/before.png, after.png and labels.png\n"
    "(classes, depth and normals with the object). FRAME_FOLDER holds the labels as PNG files, encoded like\n"
    "examples/rooms/frames/a. X Y is the pixel of the floor to stand on; by default a free place is found.\n";

typedef struct {
    multicond_engine *engine;
    multicond_model *model;
    multicond_generator *generator;
    uint32_t semantics; /* index of the label in the model */
    int32_t class_table[IDS];
    capture capture;
    buffers composed;
    uint16_t *edges;  /* with the object; top row first, like the captured ones */
    uint8_t *outside; /* validity mask, 0 at the object, for labels that it does not have */
    uint8_t *picture; /* RGB8 */
} application;

static int fail(const char *doing) {
    return complain("%s: %s", doing, multicond_last_error_message());
}

/* Edges with the object: the captured ones, and those of the object's shape. */

/* Metres to the camera plane. */
static double distance(float depth) {
    return (double)NEAR_PLANE * FAR_PLANE / (FAR_PLANE - depth * (FAR_PLANE - NEAR_PLANE));
}

/* Strength of the edge between two pixels, at least one of which shows the object. */
static double edge_between(const buffers *composed, size_t a, size_t b) {
    if (composed->ids[a] != composed->ids[b]) {
        return 1;
    }
    const uint8_t *m = composed->normals + 4 * a, *n = composed->normals + 4 * b;
    double x = m[0] - n[0], y = m[1] - n[1], z = m[2] - n[2], bend = sqrt(x * x + y * y + z * z) / 127.5;
    double jump = fabs(distance(composed->depth[a]) - distance(composed->depth[b]));
    return fmin(1, fmax(bend, jump > 0.1));
}

/* Strength of the edge at a pixel, one pixel wide. */
static double edge_at(const application *app, uint32_t x, uint32_t y) {
    uint32_t width = app->capture.width;
    size_t here = (size_t)y * width + x;
    double strength = 0;
    for (int side = 0; side < 2; side++) {
        if (side ? y == 0 : x == 0) {
            continue;
        }
        size_t there = here - (side ? width : 1);
        if (app->composed.ids[here] == OBJECT_ID || app->composed.ids[there] == OBJECT_ID) {
            strength = fmax(strength, edge_between(&app->composed, here, there));
        }
    }
    return strength;
}

/* Width and strength of an object's edges in the captured frames. */
static const double EDGE_WIDTH = 1.0, EDGE_STRENGTH = 0.35;

static void compose_edges(application *app) {
    const capture *capture = &app->capture;
    const int reach = 3;
    uint32_t width = capture->width, height = capture->height;
    for (uint32_t y = 0; y < height; y++) {
        for (uint32_t x = 0; x < width; x++) {
            double strength = 0;
            for (int dy = -reach; dy <= reach; dy++) {
                for (int dx = -reach; dx <= reach; dx++) {
                    uint32_t column = x + (uint32_t)dx, row = y + (uint32_t)dy;
                    if (column < width && row < height) {
                        double near = exp(-(dx * dx + dy * dy) / (2 * EDGE_WIDTH * EDGE_WIDTH));
                        strength = fmax(strength, near * edge_at(app, column, row));
                    }
                }
            }
            size_t from_bottom = (size_t)y * width + x, from_top = (size_t)(height - 1 - y) * width + x;
            int is_object = app->composed.ids[from_bottom] == OBJECT_ID;
            double captured = is_object ? 0 : ((const uint16_t *)capture->labels[EDGES].data)[from_top];
            app->edges[from_top] = (uint16_t)fmax(captured, EDGE_STRENGTH * strength * 65535);
            app->outside[from_top] = !is_object;
        }
    }
}

/* multicond. */

static int open_model(application *app, const char *path) {
    multicond_engine_options options = {0};
    options.struct_size = sizeof options;
    options.allow_fallback = 1;
    if (multicond_engine_create(&options, &app->engine)) {
        return fail("creating an engine");
    }
    if (multicond_model_load(path, &app->model)) {
        return fail("loading the model");
    }
    if (multicond_model_find_label(app->model, "semantics", &app->semantics)) {
        return fail("looking for the label semantics");
    }
    return 1;
}

/* The id of a class; negative if the model does not have it. */
static int find_class(const application *app, const char *wanted) {
    uint32_t id;
    if (multicond_model_find_class(app->model, app->semantics, wanted, &id)) {
        complain("%s", multicond_last_error_message());
        return -1;
    }
    return (int)id;
}

static int open_generator(application *app) {
    multicond_generator_options options = {0};
    options.struct_size = sizeof options;
    options.width = app->capture.width;
    options.height = app->capture.height;
    return !multicond_generator_create(app->engine, app->model, &options, &app->generator) ||
           fail("creating a generator");
}

static multicond_image image_of(const capture *capture, int32_t format, void *data) {
    multicond_image image = {0};
    image.struct_size = sizeof image;
    image.format = format;
    image.data = data;
    image.width = capture->width;
    image.height = capture->height;
    return image;
}

static int set_label(application *app, enum label label, const multicond_image *image,
                     const multicond_label_options *options) {
    return !multicond_generator_set_label(app->generator, CODES[label].name, image, options) ||
           fail("setting a label");
}

static multicond_label_options options_of(int32_t meaning, uint32_t flags) {
    multicond_label_options options = {0};
    options.struct_size = sizeof options;
    options.meaning = meaning;
    options.flags = flags;
    return options;
}

/* The captured shape, in the encoding of the files. */
static int set_captured_shape(application *app) {
    const uint32_t missing = MULTICOND_LABEL_FLAGS_HAS_MISSING_VALUE;
    png_picture *labels = app->capture.labels;

    multicond_image classes = image_of(&app->capture, MULTICOND_FORMAT_R8, labels[SEMANTICS].data);
    multicond_label_options from_one = options_of(MULTICOND_MEANING_PLAIN, missing);
    from_one.bias = -1;

    multicond_image depth = image_of(&app->capture, MULTICOND_FORMAT_R16, labels[DEPTH].data);
    multicond_label_options metres = options_of(MULTICOND_MEANING_PLAIN, missing);
    metres.scale = 1.0f / 512;
    metres.missing_value = 65535;

    multicond_image normals = image_of(&app->capture, MULTICOND_FORMAT_RGB8, labels[NORMALS].data);
    multicond_label_options directions = options_of(MULTICOND_MEANING_NORMAL, missing);
    directions.scale = 1.0f / 127;
    directions.bias = -1;
    directions.missing_value = 128;

    multicond_image edges = image_of(&app->capture, MULTICOND_FORMAT_R16, labels[EDGES].data);
    multicond_label_options strength = options_of(MULTICOND_MEANING_PLAIN, MULTICOND_LABEL_FLAGS_NORMALIZED);

    return set_label(app, SEMANTICS, &classes, &from_one) && set_label(app, DEPTH, &depth, &metres) &&
           set_label(app, NORMALS, &normals, &directions) && set_label(app, EDGES, &edges, &strength);
}

/* The shape with the object, as OpenGL stores it. */
static int set_composed_shape(application *app) {
    multicond_image ids = image_of(&app->capture, MULTICOND_FORMAT_R8, app->composed.ids);
    multicond_image depth = image_of(&app->capture, MULTICOND_FORMAT_R32F, app->composed.depth);
    multicond_image normals = image_of(&app->capture, MULTICOND_FORMAT_RGBA8, app->composed.normals);
    ids.origin = depth.origin = normals.origin = MULTICOND_ORIGIN_BOTTOM_LEFT;

    multicond_label_options classes = options_of(MULTICOND_MEANING_CLASS_TABLE, 0);
    classes.class_table = app->class_table;
    classes.class_count = IDS;
    multicond_label_options projection = options_of(MULTICOND_MEANING_DEVICE_DEPTH, 0);
    projection.near_plane = NEAR_PLANE;
    projection.far_plane = FAR_PLANE;
    multicond_label_options directions = options_of(
        MULTICOND_MEANING_NORMAL, MULTICOND_LABEL_FLAGS_NORMALIZED | MULTICOND_LABEL_FLAGS_NORMAL_PACKED);

    multicond_image edges = image_of(&app->capture, MULTICOND_FORMAT_R16, app->edges);
    multicond_label_options strength = options_of(MULTICOND_MEANING_PLAIN, MULTICOND_LABEL_FLAGS_NORMALIZED);

    return set_label(app, SEMANTICS, &ids, &classes) && set_label(app, DEPTH, &depth, &projection) &&
           set_label(app, NORMALS, &normals, &directions) && set_label(app, EDGES, &edges, &strength);
}

/* Labels of the captured room only. `where` is a validity mask or NULL. */
static int set_captured_surface(application *app, const multicond_image *where) {
    const uint32_t missing = MULTICOND_LABEL_FLAGS_HAS_MISSING_VALUE;
    png_picture *labels = app->capture.labels;

    /* The third channel is ignored. */
    multicond_image curvature = image_of(&app->capture, MULTICOND_FORMAT_RGB8, labels[CURVATURE].data);
    multicond_label_options bend = options_of(MULTICOND_MEANING_PLAIN, missing);
    bend.scale = 1.0f / (127 * 0.03f);
    bend.bias = -1.0f / 0.03f;
    bend.validity = where;

    multicond_image albedo = image_of(&app->capture, MULTICOND_FORMAT_RGB8, labels[ALBEDO].data);
    multicond_label_options color = options_of(MULTICOND_MEANING_SRGB, MULTICOND_LABEL_FLAGS_NORMALIZED | missing);
    color.validity = where;

    return set_label(app, CURVATURE, &curvature, &bend) && set_label(app, ALBEDO, &albedo, &color);
}

/* Pictures. */

static int save(const application *app, const char *folder, const char *name, uint32_t panels, uint8_t *pixels) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    png_picture picture = {panels * app->capture.width, app->capture.height, 3, 8, pixels};
    return png_save(path, &picture);
}

static int generate(application *app, const char *folder, const char *name) {
    multicond_image output = image_of(&app->capture, MULTICOND_FORMAT_RGB8, app->picture);
    if (multicond_generator_generate(app->generator, &output)) {
        return fail("generating");
    }
    return save(app, folder, name, 1, app->picture);
}

/* Writes the labels with the object side by side: classes, depth, normals. */
static int save_labels(const application *app, const char *folder) {
    static const int SPREAD[3] = {61, 97, 29};
    uint32_t width = app->capture.width, height = app->capture.height;
    uint8_t *preview = calloc(3 * (size_t)width * height, 3);
    if (!preview) {
        return complain("out of memory for a preview of the labels");
    }
    for (uint32_t y = 0; y < height; y++) {
        for (uint32_t x = 0; x < width; x++) {
            size_t pixel = (size_t)(height - 1 - y) * width + x;
            uint8_t *panel = preview + 3 * ((size_t)y * 3 * width + x);
            int id = app->composed.ids[pixel];
            for (int channel = 0; channel < 3; channel++) {
                panel[channel] = (uint8_t)(id == OBJECT_ID ? 255 : 40 + id * SPREAD[channel] % 180);
                panel[3 * width + channel] = (uint8_t)fmin(255, 255 / distance(app->composed.depth[pixel]));
                panel[6 * width + channel] = app->composed.normals[4 * pixel + channel];
            }
        }
    }
    int done = save(app, folder, "labels.png", 3, preview);
    free(preview);
    return done;
}

/* Main program. */

static int allocate(application *app) {
    size_t pixels = (size_t)app->capture.width * app->capture.height;
    app->composed.ids = calloc(pixels, 1);
    app->composed.depth = calloc(pixels, sizeof(float));
    app->composed.normals = calloc(pixels, 4);
    app->edges = calloc(pixels, sizeof *app->edges);
    app->outside = calloc(pixels, 1);
    app->picture = calloc(pixels, 3);
    return (app->composed.ids && app->composed.depth && app->composed.normals && app->edges && app->outside &&
            app->picture) ||
           complain("out of memory for labels of %ux%u", app->capture.width, app->capture.height);
}

/* Captured ids are the classes of the model, counted from 1. */
static void make_class_table(application *app, int object_class) {
    for (int id = 0; id < IDS; id++) {
        app->class_table[id] = id == OBJECT_ID ? object_class : id - 1;
    }
}

static int run(application *app, const char *model, const char *frame, const char *folder, const struct object *object,
               long x, long y) {
    static mesh mesh;
    stand place;
    if (!open_model(app, model) || !read_capture(frame, &app->capture) || !allocate(app) || !open_generator(app)) {
        return 0;
    }
    int floor = find_class(app, "floor"), object_class = find_class(app, object->class_name);
    if (floor < 0 || object_class < 0 || !find_place(&app->capture, floor, object, x, y, &place)) {
        return 0;
    }
    if (!set_captured_shape(app) || !set_captured_surface(app, NULL) || !generate(app, folder, "before.png")) {
        return 0;
    }
    object->make(&mesh);
    if (!compose(&app->capture, &mesh, &place, &app->composed)) {
        return 0;
    }
    compose_edges(app);
    make_class_table(app, object_class);
    multicond_image outside = image_of(&app->capture, MULTICOND_FORMAT_R8, app->outside);
    if (!set_composed_shape(app) || !set_captured_surface(app, &outside) || !generate(app, folder, "after.png")) {
        return 0;
    }
    printf("%s on the floor, %.2f m to the right and %.2f m away\n", object->name, place.point.x, -place.point.z);
    return save_labels(app, folder);
}

static void release(application *app) {
    /* Before the memory of its labels. */
    multicond_generator_release(app->generator);
    multicond_model_release(app->model);
    multicond_engine_release(app->engine);
    for (int label = 0; label < LABELS; label++) {
        free(app->capture.labels[label].data);
    }
    free(app->composed.ids);
    free(app->composed.depth);
    free(app->composed.normals);
    free(app->edges);
    free(app->outside);
    free(app->picture);
}

int main(int count, char **arguments) {
    const struct object *object = NULL;
    char *x_end = "", *y_end = "";
    long x = count > 5 ? strtol(arguments[5], &x_end, 10) : -1, y = count > 6 ? strtol(arguments[6], &y_end, 10) : -1;
    for (size_t i = 0; i < sizeof OBJECTS / sizeof *OBJECTS; i++) {
        if (strcmp(count > 4 ? arguments[4] : OBJECTS[0].name, OBJECTS[i].name) == 0) {
            object = &OBJECTS[i];
        }
    }
    if ((count != 4 && count != 5 && count != 7) || !object || *x_end || *y_end || (count == 7 && (x < 0 || y < 0))) {
        fputs(USAGE, stderr);
        return 2;
    }
    if (multicond_abi_version() != MULTICOND_ABI_VERSION) {
        complain("libmulticond %s has another ABI version than the header", multicond_version_string());
        return 2;
    }
    application app = {0};
    int done = run(&app, arguments[1], arguments[2], arguments[3], object, x, y);
    release(&app);
    return done ? 0 : 2;
}
