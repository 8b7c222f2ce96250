/*
 * Furniture for ar_object.c: untextured meshes of boxes and cylinders. An object stands at the origin and faces +z.
 */

#ifndef EXAMPLES_AR_MESH_H
#define EXAMPLES_AR_MESH_H

#include <math.h>

/* x to the right, y up, z towards the camera, in metres. */
typedef struct {
    double x, y, z;
} vector;

static vector plus(vector a, double factor, vector b) {
    return (vector){a.x + factor * b.x, a.y + factor * b.y, a.z + factor * b.z};
}

static double dot(vector a, vector b) {
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

static vector cross(vector a, vector b) {
    return (vector){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

static vector unit(vector a) {
    return plus((vector){0, 0, 0}, 1 / sqrt(dot(a, a)), a);
}

typedef struct {
    float position[3], normal[3];
} vertex;

enum { MOST_VERTICES = 16384 };

typedef struct {
    vertex vertices[MOST_VERTICES];
    int count;
} mesh;

/* Two triangles. Corners go round; those beyond the mesh's room are left out. */
static void add_quad(mesh *mesh, const vector corners[4], const vector normals[4]) {
    static const int ORDER[6] = {0, 1, 2, 0, 2, 3};
    for (int i = 0; i < 6 && mesh->count < MOST_VERTICES; i++) {
        vector p = corners[ORDER[i]], n = normals[ORDER[i]];
        mesh->vertices[mesh->count++] =
            (vertex){{(float)p.x, (float)p.y, (float)p.z}, {(float)n.x, (float)n.y, (float)n.z}};
    }
}

/* A box that stands on `base`, the middle of its lower side, its top moved back by `lean`. */
static void add_box(mesh *mesh, vector base, vector size, double lean) {
    vector corners[8];
    for (int i = 0; i < 8; i++) {
        corners[i] = (vector){base.x + (i & 1 ? 0.5 : -0.5) * size.x, base.y + (i & 2 ? size.y : 0),
                              base.z + (i & 4 ? 0.5 : -0.5) * size.z - (i & 2 ? lean : 0)};
    }
    static const int SIDES[6][4] = {{1, 3, 7, 5}, {0, 4, 6, 2}, {2, 6, 7, 3}, {0, 1, 5, 4}, {4, 5, 7, 6}, {0, 2, 3, 1}};
    for (int side = 0; side < 6; side++) {
        vector c[4], n;
        for (int i = 0; i < 4; i++) {
            c[i] = corners[SIDES[side][i]];
        }
        n = unit(cross(plus(c[1], -1, c[0]), plus(c[2], -1, c[0])));
        add_quad(mesh, c, (vector[4]){n, n, n, n});
    }
}

/* A cylinder from one point to another; `radius` at its ends. */
static void add_cylinder(mesh *mesh, vector from, vector to, double from_radius, double to_radius) {
    enum { SIDES = 24 };
    vector axis = unit(plus(to, -1, from));
    vector right = unit(cross(axis, fabs(axis.y) > 0.9 ? (vector){0, 0, 1} : (vector){0, 1, 0}));
    vector up = cross(axis, right), back = plus((vector){0, 0, 0}, -1, axis);
    for (int i = 0; i < SIDES; i++) {
        double a = 2 * 3.14159265 * i / SIDES, b = 2 * 3.14159265 * (i + 1) / SIDES;
        vector n = plus(plus((vector){0, 0, 0}, cos(a), right), sin(a), up);
        vector m = plus(plus((vector){0, 0, 0}, cos(b), right), sin(b), up);
        vector c[4] = {plus(from, from_radius, n), plus(from, from_radius, m), plus(to, to_radius, m),
                       plus(to, to_radius, n)};
        add_quad(mesh, c, (vector[4]){n, m, m, n});
        add_quad(mesh, (vector[4]){from, c[0], c[1], from}, (vector[4]){back, back, back, back});
        add_quad(mesh, (vector[4]){to, c[3], c[2], to}, (vector[4]){axis, axis, axis, axis});
    }
}

static void add_legs(mesh *mesh, double x, double z, double height, double radius) {
    for (int i = 0; i < 4; i++) {
        vector foot = {i & 1 ? x : -x, 0, i & 2 ? z : -z}, top = plus(foot, height, (vector){0, 1, 0});
        add_cylinder(mesh, foot, top, 0.7 * radius, radius);
    }
}

static void make_table(mesh *mesh) {
    add_legs(mesh, 0.62, 0.32, 0.71, 0.035);
    add_box(mesh, (vector){0, 0.63, 0}, (vector){1.26, 0.08, 0.66}, 0);
    add_box(mesh, (vector){0, 0.71, 0}, (vector){1.4, 0.04, 0.8}, 0);
}

static void make_armchair(mesh *mesh) {
    add_legs(mesh, 0.36, 0.3, 0.14, 0.03);
    add_box(mesh, (vector){0, 0.14, 0}, (vector){0.84, 0.16, 0.74}, 0);
    add_box(mesh, (vector){0, 0.3, 0.06}, (vector){0.56, 0.14, 0.66}, 0);
    add_box(mesh, (vector){0, 0.3, -0.3}, (vector){0.62, 0.58, 0.14}, 0.12);
    add_cylinder(mesh, (vector){-0.31, 0.88, -0.42}, (vector){0.31, 0.88, -0.42}, 0.07, 0.07);
    for (int side = -1; side <= 1; side += 2) {
        add_box(mesh, (vector){side * 0.35, 0.3, 0}, (vector){0.14, 0.24, 0.74}, 0);
        add_cylinder(mesh, (vector){side * 0.35, 0.55, -0.37}, (vector){side * 0.35, 0.55, 0.38}, 0.08, 0.08);
    }
}

static const struct object {
    const char *name, *class_name;
    void (*make)(mesh *);
    double radius, height; /* of the cylinder that it fits into */
} OBJECTS[] = {{"armchair", "seat", make_armchair, 0.6, 0.95}, {"table", "table", make_table, 0.81, 0.75}};

#endif
