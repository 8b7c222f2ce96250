/*
 * Reads and writes PNG files with libpng. Errors are printed to standard error with the name of the file.
 */

#ifndef EXAMPLES_PNG_FILE_H
#define EXAMPLES_PNG_FILE_H

#include <png.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* Top row first, tightly packed. `bits` is 8 or 16, in native byte order. */
typedef struct {
    uint32_t width, height, channels, bits;
    void *data;
} png_picture;

static void png_tell(png_structp png, png_const_charp message) {
    fprintf(stderr, "%s: %s\n", (const char *)png_get_error_ptr(png), message);
    longjmp(png_jmpbuf(png), 1);
}

static void png_ignore(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

static int is_little_endian(void) {
    const uint16_t one = 1;
    return *(const uint8_t *)&one == 1;
}

/* Called between setjmp and longjmp: all that it changes is behind pointers, so that longjmp does not lose it. */
static int png_read_stream(png_structp png, png_infop info, FILE *file, png_picture *picture, png_bytep **rows) {
    if (setjmp(png_jmpbuf(png))) {
        return 0;
    }
    png_init_io(png, file);
    png_read_info(png, info);
    png_set_packing(png);
    if (is_little_endian()) {
        png_set_swap(png);
    }
    png_read_update_info(png, info);
    picture->width = png_get_image_width(png, info);
    picture->height = png_get_image_height(png, info);
    picture->channels = png_get_channels(png, info);
    picture->bits = png_get_bit_depth(png, info);
    size_t row = png_get_rowbytes(png, info);
    picture->data = malloc(row * picture->height);
    *rows = malloc(sizeof **rows * picture->height);
    if (!picture->data || !*rows) {
        png_error(png, "no memory");
    }
    for (uint32_t y = 0; y < picture->height; y++) {
        (*rows)[y] = (png_bytep)picture->data + row * y;
    }
    png_read_image(png, *rows);
    return 1;
}

/* Reads a file; the caller frees `data`. Returns 0 on failure. */
static int png_load(const char *path, png_picture *picture) {
    int done = 0;
    png_bytep *rows = NULL;
    *picture = (png_picture){0};
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return 0;
    }
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, (png_voidp)path, png_tell, png_ignore);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (info) {
        done = png_read_stream(png, info, file, picture, &rows);
    }
    png_destroy_read_struct(&png, &info, NULL);
    free(rows);
    fclose(file);
    if (!done) {
        free(picture->data);
        picture->data = NULL;
    }
    return done;
}

static int png_write_stream(png_structp png, png_infop info, FILE *file, const png_picture *picture) {
    static const int COLORS[] = {0, PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                                 PNG_COLOR_TYPE_RGB_ALPHA};
    if (setjmp(png_jmpbuf(png))) {
        return 0;
    }
    png_init_io(png, file);
    png_set_IHDR(png, info, picture->width, picture->height, (int)picture->bits, COLORS[picture->channels],
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    if (is_little_endian() && picture->bits == 16) {
        png_set_swap(png);
    }
    size_t row = (size_t)picture->width * picture->channels * picture->bits / 8;
    for (uint32_t y = 0; y < picture->height; y++) {
        png_write_row(png, (png_const_bytep)picture->data + row * y);
    }
    png_write_end(png, NULL);
    return 1;
}

/* Writes a file by way of a temporary one, so that it is never incomplete. Returns 0 on failure. */
static int png_save(const char *path, const png_picture *picture) {
    int done = 0;
    char temporary[4096];
    int length = snprintf(temporary, sizeof temporary, "%s.part", path);
    FILE *file = length < (int)sizeof temporary ? fopen(temporary, "wb") : NULL;
    if (!file) {
        perror(path);
        return 0;
    }
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, (png_voidp)path, png_tell, png_ignore);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (info) {
        done = png_write_stream(png, info, file, picture);
    }
    png_destroy_write_struct(&png, &info);
    if (fclose(file) != 0 || !done || rename(temporary, path) != 0) {
        perror(path);
        remove(temporary);
        return 0;
    }
    return 1;
}

#endif
