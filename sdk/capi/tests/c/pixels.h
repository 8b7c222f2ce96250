/* Every format, written and read by hand: what the library's own reading and writing is compared with. */
#ifndef PIXELS_H
#define PIXELS_H

#include <math.h>

#include "scene.h"

enum component { U8, U16, I32, F16, F32 };

static const int32_t all_formats[] = {
    MULTICOND_FORMAT_R8, MULTICOND_FORMAT_RG8, MULTICOND_FORMAT_RGB8, MULTICOND_FORMAT_RGBA8, MULTICOND_FORMAT_BGRA8,
    MULTICOND_FORMAT_R16, MULTICOND_FORMAT_RG16, MULTICOND_FORMAT_RGB16, MULTICOND_FORMAT_RGBA16,
    MULTICOND_FORMAT_BGRA16,
    MULTICOND_FORMAT_R32I, MULTICOND_FORMAT_RG32I, MULTICOND_FORMAT_RGB32I, MULTICOND_FORMAT_RGBA32I,
    MULTICOND_FORMAT_BGRA32I,
    MULTICOND_FORMAT_R16F, MULTICOND_FORMAT_RG16F, MULTICOND_FORMAT_RGB16F, MULTICOND_FORMAT_RGBA16F,
    MULTICOND_FORMAT_BGRA16F,
    MULTICOND_FORMAT_R32F, MULTICOND_FORMAT_RG32F, MULTICOND_FORMAT_RGB32F, MULTICOND_FORMAT_RGBA32F,
    MULTICOND_FORMAT_BGRA32F,
};
enum { FORMATS = sizeof all_formats / sizeof *all_formats };

/* By place in the list above. */
static inline enum component component_of(int format)
{
    return (enum component)(format / 5);
}

static inline int channels_of(int format)
{
    static const int channels[] = {1, 2, 3, 4, 4};
    return channels[format % 5];
}

static inline int is_bgra(int format)
{
    return format % 5 == 4;
}

static inline size_t component_bytes(enum component component)
{
    static const size_t bytes[] = {1, 2, 4, 2, 4};
    return bytes[component];
}

static inline size_t pixel_bytes(int format)
{
    return component_bytes(component_of(format)) * (size_t)channels_of(format);
}

/* IEEE 754 binary16, to nearest, ties to even. */
static inline uint16_t half_of(float value)
{
    uint16_t sign = signbit(value) ? 0x8000 : 0;
    double magnitude = fabs((double)value);
    int exponent;
    double scaled;
    if (isnan(value)) {
        return 0x7e00;
    }
    if (magnitude >= 65520) {
        return (uint16_t)(sign | 0x7c00);
    }
    if (magnitude < 1.0 / 16384) {
        /* Subnormal: multiples of 2^-24. A carry makes the smallest normal number. */
        return (uint16_t)(sign | (uint16_t)nearbyint(magnitude * 16777216));
    }
    frexp(magnitude, &exponent);
    exponent -= 1;
    scaled = nearbyint(ldexp(magnitude, 10 - exponent));
    return (uint16_t)(sign | (uint16_t)((exponent + 15) * 1024 + ((int)scaled - 1024)));
}

/* A number of one pixel; `channel` as in RGBA. */
static inline void put_number(unsigned char *pixel, int format, int channel, double value)
{
    enum component component = component_of(format);
    uint16_t short_value;
    int32_t int_value;
    float float_value = (float)value;
    if (is_bgra(format) && channel != 3) {
        channel = 2 - channel;
    }
    pixel += (size_t)channel * component_bytes(component);
    switch (component) {
    case U8:
        *pixel = (unsigned char)value;
        break;
    case U16:
        short_value = (uint16_t)value;
        memcpy(pixel, &short_value, 2);
        break;
    case I32:
        int_value = (int32_t)value;
        memcpy(pixel, &int_value, 4);
        break;
    case F16:
        short_value = half_of(float_value);
        memcpy(pixel, &short_value, 2);
        break;
    case F32:
        memcpy(pixel, &float_value, 4);
        break;
    }
}

/* How an image lies in its memory: some bytes before, between and behind, and which way the rows go. */
typedef struct layout {
    size_t offset, between_pixels, between_rows, behind;
    int upwards, bottom_left;
} layout;

/* Odd numbers of bytes too: nothing has to be aligned. */
static const layout layouts[] = {
    {0, 0, 0, 0, 0, 0},
    {0, 0, 0, 0, 0, 1},
    {0, 0, 0, 0, 1, 0},
    {0, 0, 0, 0, 1, 1},
    {1, 0, 0, 0, 0, 0},
    {8, 0, 12, 3, 0, 0},
    {5, 3, 0, 1, 0, 0},
    {5, 4, 7, 9, 0, 1},
    {16, 12, 1, 0, 1, 0},
    {3, 1, 5, 7, 1, 1},
};
enum { LAYOUTS = sizeof layouts / sizeof *layouts };

typedef struct block {
    unsigned char *bytes;
    size_t size;
    multicond_image image;
} block;

static inline size_t row_bytes(const block *b)
{
    return (size_t)(b->image.row_stride < 0 ? -b->image.row_stride : b->image.row_stride);
}

/* Exactly the memory that the image needs, every byte of it `fill`. */
static inline block block_new(int format, uint32_t width, uint32_t height, layout l, int fill)
{
    block b;
    size_t stride = pixel_bytes(format) + l.between_pixels;
    size_t row = stride * (width - 1) + pixel_bytes(format) + l.between_rows;
    b.size = l.offset + row * (height - 1) + stride * (width - 1) + pixel_bytes(format) + l.behind;
    b.bytes = malloc(b.size);
    CHECK(b.bytes);
    memset(b.bytes, fill, b.size);
    b.image = image_of(b.bytes, all_formats[format], width, height);
    b.image.data_size = b.size;
    b.image.byte_offset = l.offset + (l.upwards ? row * (height - 1) : 0);
    b.image.pixel_stride = stride;
    b.image.row_stride = l.upwards ? -(int64_t)row : (int64_t)row;
    b.image.origin = l.bottom_left ? MULTICOND_ORIGIN_BOTTOM_LEFT : MULTICOND_ORIGIN_TOP_LEFT;
    return b;
}

/* Where the pixel is that is at (x, y) from the picture's top left. */
static inline unsigned char *pixel_at(const block *b, uint32_t x, uint32_t y)
{
    int64_t row = b->image.origin == MULTICOND_ORIGIN_BOTTOM_LEFT ? b->image.height - 1 - y : y;
    return b->bytes + (int64_t)b->image.byte_offset + row * b->image.row_stride + (int64_t)(x * b->image.pixel_stride);
}

#endif
