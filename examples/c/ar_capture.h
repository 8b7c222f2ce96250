/*
 * The captured frame of ar_object.c: its labels, read from PNG files in the encodings of Taskonomy (but normals are x
 * right, y up, z towards the camera), and a free place for an object on its floor.
 */

#ifndef EXAMPLES_AR_CAPTURE_H
#define EXAMPLES_AR_CAPTURE_H

#include <stdarg.h>

#include "ar_mesh.h"
#include "png_file.h"

/* Focal length in picture widths: a horizontal field of view of 75 degrees. */
static const double FOCAL_LENGTH = 0.65161;
static const float NEAR_PLANE = 0.1f, FAR_PLANE = 100.0f;

/* The captured labels as stored. */
enum label { SEMANTICS, DEPTH, NORMALS, CURVATURE, EDGES, ALBEDO, LABELS };

static const struct {
    const char *name;
    uint32_t channels, bits;
} CODES[LABELS] = {{"semantics", 1, 8}, {"depth", 1, 16}, {"normals", 3, 8},
                   {"curvature", 3, 8}, {"edges", 1, 16}, {"albedo", 3, 8}};

typedef struct {
    uint32_t width, height;
    png_picture labels[LABELS];
} capture;

/* The plane that an object stands on: its normal, and the position of the object. */
typedef struct {
    vector normal, point;
} stand;

static int complain(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("ar_object: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return 0;
}

static int read_capture(const char *folder, capture *capture) {
    for (int label = 0; label < LABELS; label++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s.png", folder, CODES[label].name);
        png_picture *picture = &capture->labels[label];
        if (!png_load(path, picture)) {
            return 0;
        }
        if (picture->channels != CODES[label].channels || picture->bits != CODES[label].bits) {
            return complain("%s has %u channels of %u bits, expected %u of %u", path, picture->channels, picture->bits,
                            CODES[label].channels, CODES[label].bits);
        }
        if (picture->width != capture->labels[0].width || picture->height != capture->labels[0].height) {
            return complain("%s has %ux%u pixels, but %s.png has %ux%u", path, picture->width, picture->height,
                            CODES[0].name, capture->labels[0].width, capture->labels[0].height);
        }
    }
    capture->width = capture->labels[0].width;
    capture->height = capture->labels[0].height;
    return 1;
}

static int captured_class(const capture *capture, uint32_t x, uint32_t y) {
    return ((const uint8_t *)capture->labels[SEMANTICS].data)[y * capture->width + x] - 1;
}

/* Position of a pixel in space; z is 0 where the depth is missing. */
static vector captured_point(const capture *capture, uint32_t x, uint32_t y) {
    uint16_t stored = ((const uint16_t *)capture->labels[DEPTH].data)[y * capture->width + x];
    double depth = stored == 65535 ? 0 : stored / 512.0, focal = FOCAL_LENGTH * capture->width;
    return (vector){(x + 0.5 - capture->width / 2.0) / focal * depth,
                    (capture->height / 2.0 - y - 0.5) / focal * depth, -depth};
}

static vector captured_normal(const capture *capture, uint32_t x, uint32_t y) {
    const uint8_t *stored = (const uint8_t *)capture->labels[NORMALS].data + 3 * (y * capture->width + x);
    return (vector){(stored[0] - 127) / 127.0, (stored[1] - 127) / 127.0, (stored[2] - 127) / 127.0};
}

/* Projects a point to a pixel. Returns 0 if it is outside of the picture. */
static int project(const capture *capture, vector point, uint32_t *x, uint32_t *y) {
    double focal = FOCAL_LENGTH * capture->width;
    double column = capture->width / 2.0 - focal * point.x / point.z;
    double row = capture->height / 2.0 + focal * point.y / point.z;
    if (point.z > -NEAR_PLANE || column < 0 || row < 0 || column >= capture->width || row >= capture->height) {
        return 0;
    }
    *x = (uint32_t)column;
    *y = (uint32_t)row;
    return 1;
}

/* Whether a point is visible in the captured frame. */
static int is_free(const capture *capture, vector point) {
    uint32_t x, y;
    return project(capture, point, &x, &y) && captured_point(capture, x, y).z < point.z;
}

/* Rates a place: visible points of the object, free floor below it, and a short distance to a point in front of the
 * camera. */
static double rate_place(const capture *capture, int floor, const stand *place, const struct object *object) {
    vector right = unit(cross((vector){0, 0, -1}, place->normal)), front = cross(right, place->normal);
    double rating = -0.1 * fabs(place->point.x) - 0.1 * fabs(place->point.z + 2.6);
    for (int i = 0; i < 16; i++) {
        double angle = 2 * 3.14159265 * i / 16;
        vector foot = plus(plus(place->point, object->radius * cos(angle), right), object->radius * sin(angle), front);
        uint32_t x, y;
        rating += project(capture, foot, &x, &y) && captured_class(capture, x, y) == floor;
        rating += is_free(capture, plus(foot, 0.5 * object->height, place->normal));
        rating += is_free(capture, plus(foot, object->height, place->normal));
    }
    return rating;
}

/* Estimates the floor plane and finds a place on it: at pixel `x`, `y`, or the best one if `x` is negative. */
static int find_place(const capture *capture, int floor, const struct object *object, long x, long y, stand *place) {
    vector sum = {0, 0, 0};
    for (uint32_t row = 0; row < capture->height; row++) {
        for (uint32_t column = 0; column < capture->width; column++) {
            if (captured_class(capture, column, row) == floor) {
                sum = plus(sum, 1, captured_normal(capture, column, row));
            }
        }
    }
    if (dot(sum, sum) == 0) {
        return complain("there is no floor in the captured frame");
    }
    place->normal = unit(sum);
    if (x >= 0) {
        if (x >= (long)capture->width || y >= (long)capture->height ||
            captured_class(capture, (uint32_t)x, (uint32_t)y) != floor ||
            captured_point(capture, (uint32_t)x, (uint32_t)y).z == 0) {
            return complain("pixel %ld %ld shows no floor to stand on", x, y);
        }
        place->point = captured_point(capture, (uint32_t)x, (uint32_t)y);
        return 1;
    }
    double best = -INFINITY;
    for (uint32_t row = 0; row < capture->height; row += 2) {
        for (uint32_t column = 0; column < capture->width; column += 2) {
            stand candidate = {place->normal, captured_point(capture, column, row)};
            if (captured_class(capture, column, row) != floor || candidate.point.z == 0) {
                continue;
            }
            double rating = rate_place(capture, floor, &candidate, object);
            if (rating > best) {
                best = rating;
                place->point = candidate.point;
            }
        }
    }
    return best > -INFINITY || complain("the floor has no depth");
}

#endif
