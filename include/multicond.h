/*
 * multicond: spatially multi-conditional image generation. Label images in, pictures out.
 *
 * Generated from sdk/capi/src by `cargo xtask header`; do not edit. Guide: docs/c-api.md.
 *
 * Rules for all functions
 *
 * - Names. A function of an object is multicond_<type>_<verb> and takes the object as its first argument, except that
 *   _create and _load return it through their last. Functions of the library itself are multicond_<verb>, or
 *   multicond_<noun> if they only return something.
 * - Errors. Functions that can fail return a multicond_status; 0 is success. multicond_last_error_message() then gets a
 *   line that says what failed. Results are written on success only, but object pointers are set to NULL on failure.
 * - Objects are opaque and reference-counted. The caller of _create or _load owns a reference, _retain adds one,
 *   _release drops one and accepts NULL. Objects may be released in any order: each holds references to those it needs.
 * - Structs begin with struct_size, which the caller sets to sizeof the struct. Zero is the default of all members that
 *   are not documented as required. New versions add members at the end. An older program works with a newer library;
 *   a newer program gets NOT_SUPPORTED from an older library if it sets a member that the library does not know.
 * - Enumerations are passed as int32_t. A value that is not in the enumeration is an error.
 * - Strings are UTF-8 and null-terminated.
 * - Threads. All functions are thread-safe. A generator does one thing at a time: a call that needs it meanwhile
 *   returns BUSY at once. Functions that do not block may be called per frame.
 * - Robustness. Invalid arguments are errors. The library does not abort or exit, and throws no exceptions. It cannot
 *   detect invalid pointers; "Safety" lists what the caller must ensure.
 *
 * Versions
 *
 * MULTICOND_ABI_VERSION and the MULTICOND_VERSION macros describe this header; multicond_abi_version() and
 * multicond_version() describe the library that was found at run time. A program works with every library that has the
 * same ABI version and is not older than its header. Compare the ABI versions before anything else.
 */


#ifndef MULTICOND_H
#define MULTICOND_H

#include <stdint.h>

#if defined(_WIN32) && !defined(MULTICOND_STATIC)
#define MULTICOND_API __declspec(dllimport)
#elif defined(__GNUC__)
#define MULTICOND_API __attribute__((visibility("default")))
#else
#define MULTICOND_API
#endif


// Version of the binary interface. It changes only when programs built with an older header no longer work.
#define MULTICOND_ABI_VERSION 1

// Major version of the header.
#define MULTICOND_VERSION_MAJOR 0

// Minor version of the header.
#define MULTICOND_VERSION_MINOR 1

// Patch version of the header.
#define MULTICOND_VERSION_PATCH 0

// Version of the header as one number: major * 1000000 + minor * 1000 + patch.
#define MULTICOND_VERSION 1000

// Result of a function. 0 is success.
enum multicond_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Success.
  MULTICOND_STATUS_OK = 0,
  // An argument is NULL or has a value that is not allowed.
  MULTICOND_STATUS_INVALID_ARGUMENT = 1,
  // A file cannot be read.
  MULTICOND_STATUS_FILE = 2,
  // A model file cannot be used, or made a picture with NaN or infinities.
  MULTICOND_STATUS_MODEL = 3,
  // The model does not have this label, or the image does not fit it.
  MULTICOND_STATUS_LABEL = 4,
  // A width or height is not allowed.
  MULTICOND_STATUS_SIZE = 5,
  // The engine is not available or has failed.
  MULTICOND_STATUS_ENGINE = 6,
  // The memory limit would be exceeded, or there is not enough memory.
  MULTICOND_STATUS_MEMORY = 7,
  // The picture was cancelled.
  MULTICOND_STATUS_CANCELLED = 8,
  // The generator is generating another picture.
  MULTICOND_STATUS_BUSY = 9,
  // Not supported by this version.
  MULTICOND_STATUS_NOT_SUPPORTED = 10,
  // A bug in multicond. Please report it.
  MULTICOND_STATUS_INTERNAL = 11,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum multicond_status multicond_status;
#else
typedef int32_t multicond_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Colour encoding of an output.
enum multicond_color_space
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // sRGB (IEC 61966-2-1).
  MULTICOND_COLOR_SPACE_SRGB = 0,
  // Linear, with the primaries of sRGB.
  MULTICOND_COLOR_SPACE_LINEAR = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum multicond_color_space multicond_color_space;
#else
typedef int32_t multicond_color_space;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Bits of `multicond_confidence_options.flags`.
enum multicond_confidence_flags
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // The image is a mask of 8-bit integers: every value but 0 is a confidence of 1.
  MULTICOND_CONFIDENCE_FLAGS_MASK = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum multicond_confidence_flags multicond_confidence_flags;
#else
typedef int32_t multicond_confidence_flags;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Pixel format: number, order and type of the channels, in native byte order.
enum multicond_format
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // 1 channel, 8-bit unsigned integer.
  MULTICOND_FORMAT_R8 = 1,
  // 2 channels, 8-bit unsigned integer.
  MULTICOND_FORMAT_RG8 = 2,
  // 3 channels, 8-bit unsigned integer.
  MULTICOND_FORMAT_RGB8 = 3,
  // 4 channels, 8-bit unsigned integer.
  MULTICOND_FORMAT_RGBA8 = 4,
  // 4 channels, 8-bit unsigned integer, in the order blue, green, red, alpha.
  MULTICOND_FORMAT_BGRA8 = 5,
  // 1 channel, 16-bit unsigned integer.
  MULTICOND_FORMAT_R16 = 17,
  // 2 channels, 16-bit unsigned integer.
  MULTICOND_FORMAT_RG16 = 18,
  // 3 channels, 16-bit unsigned integer.
  MULTICOND_FORMAT_RGB16 = 19,
  // 4 channels, 16-bit unsigned integer.
  MULTICOND_FORMAT_RGBA16 = 20,
  // 4 channels, 16-bit unsigned integer, in the order blue, green, red, alpha.
  MULTICOND_FORMAT_BGRA16 = 21,
  // 1 channel, 32-bit signed integer.
  MULTICOND_FORMAT_R32I = 33,
  // 2 channels, 32-bit signed integer.
  MULTICOND_FORMAT_RG32I = 34,
  // 3 channels, 32-bit signed integer.
  MULTICOND_FORMAT_RGB32I = 35,
  // 4 channels, 32-bit signed integer.
  MULTICOND_FORMAT_RGBA32I = 36,
  // 4 channels, 32-bit signed integer, in the order blue, green, red, alpha.
  MULTICOND_FORMAT_BGRA32I = 37,
  // 1 channel, 16-bit float.
  MULTICOND_FORMAT_R16F = 49,
  // 2 channels, 16-bit float.
  MULTICOND_FORMAT_RG16F = 50,
  // 3 channels, 16-bit float.
  MULTICOND_FORMAT_RGB16F = 51,
  // 4 channels, 16-bit float.
  MULTICOND_FORMAT_RGBA16F = 52,
  // 4 channels, 16-bit float, in the order blue, green, red, alpha.
  MULTICOND_FORMAT_BGRA16F = 53,
  // 1 channel, 32-bit float.
  MULTICOND_FORMAT_R32F = 65,
  // 2 channels, 32-bit float.
  MULTICOND_FORMAT_RG32F = 66,
  // 3 channels, 32-bit float.
  MULTICOND_FORMAT_RGB32F = 67,
  // 4 channels, 32-bit float.
  MULTICOND_FORMAT_RGBA32F = 68,
  // 4 channels, 32-bit float, in the order blue, green, red, alpha.
  MULTICOND_FORMAT_BGRA32F = 69,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum multicond_format multicond_format;
#else
typedef int32_t multicond_format;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Bits of `multicond_label_options.flags`.
enum multicond_label_flags
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Unsigned integers are normalised to 0 to 1, as in textures.
  MULTICOND_LABEL_FLAGS_NORMALIZED = 1,
  // A pixel is missing if all channels of the label hold `missing_value`.
  MULTICOND_LABEL_FLAGS_HAS_MISSING_VALUE = 2,
  // Reversed depth: the depth buffer holds 1 at the near plane.
  MULTICOND_LABEL_FLAGS_DEPTH_REVERSED = 4,
  // Normals are stored as (n + 1) / 2.
  MULTICOND_LABEL_FLAGS_NORMAL_PACKED = 8,
  // Normals are in world space; `view` rotates them to view space.
  MULTICOND_LABEL_FLAGS_NORMAL_WORLD = 16,
  // In view space, y points down.
  MULTICOND_LABEL_FLAGS_NORMAL_Y_DOWN = 32,
  // In view space, z points away from the camera.
  MULTICOND_LABEL_FLAGS_NORMAL_Z_FORWARD = 64,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum multicond_label_flags multicond_label_flags;
#else
typedef int32_t multicond_label_flags;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Kind of a label.
enum multicond_label_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // One class id per pixel.
  MULTICOND_LABEL_KIND_CATEGORICAL = 0,
  // Real numbers in a unit.
  MULTICOND_LABEL_KIND_CONTINUOUS = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum multicond_label_kind multicond_label_kind;
#else
typedef int32_t multicond_label_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Severity of a log message.
enum multicond_log_level
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // A failure.
  MULTICOND_LOG_LEVEL_ERROR = 1,
  // Something differs from what was requested, for example another engine is used.
  MULTICOND_LOG_LEVEL_WARNING = 2,
  // Information, for example which engine is used.
  MULTICOND_LOG_LEVEL_INFO = 3,
  // Details of each picture, and ONNX Runtime's own messages.
  MULTICOND_LOG_LEVEL_DEBUG = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum multicond_log_level multicond_log_level;
#else
typedef int32_t multicond_log_level;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Meaning of the values of a label image, after scale and bias.
enum multicond_meaning
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Values in the label's unit, or class ids.
  MULTICOND_MEANING_PLAIN = 0,
  // sRGB-encoded colour; converted to linear.
  MULTICOND_MEANING_SRGB = 1,
  // Indices into `class_table`, for example object ids. Values outside the table, or whose entry is no class of the
  // model, are missing.
  MULTICOND_MEANING_CLASS_TABLE = 2,
  // Depth buffer of a perspective projection, from 0 to 1; also in OpenGL. Pixels at the far plane, the clear value,
  // are missing.
  MULTICOND_MEANING_DEVICE_DEPTH = 3,
  // Depth buffer with d = depth_a + depth_b / z for the distance z.
  MULTICOND_MEANING_DEVICE_DEPTH_TERMS = 4,
  // Normals of any length. Pixels with a zero vector are missing; packed in 8 bits, these are (127, 127, 127) and
  // (128, 128, 128).
  MULTICOND_MEANING_NORMAL = 5,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum multicond_meaning multicond_meaning;
#else
typedef int32_t multicond_meaning;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Kind of memory.
enum multicond_memory
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Host memory.
  MULTICOND_MEMORY_HOST = 0,
  // Memory of an NVIDIA GPU; `data` is a CUDA device pointer.
  MULTICOND_MEMORY_CUDA = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum multicond_memory multicond_memory;
#else
typedef int32_t multicond_memory;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Which row of an image comes first.
enum multicond_origin
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // The top row, as in Direct3D, Vulkan and image files.
  MULTICOND_ORIGIN_TOP_LEFT = 0,
  // The bottom row, as in OpenGL.
  MULTICOND_ORIGIN_BOTTOM_LEFT = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum multicond_origin multicond_origin;
#else
typedef int32_t multicond_origin;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// An engine on a device. Any number of generators can share one. Thread-safe, reference-counted.
typedef struct multicond_engine multicond_engine;

// A model loaded into an engine, for pictures of one size. Thread-safe, reference-counted.
//
// While a picture is in progress, most functions return BUSY. Different generators can run at the same time.
typedef struct multicond_generator multicond_generator;

// A model file in memory. Any number of generators can be created from one; they do not need it afterwards.
// Thread-safe, reference-counted.
typedef struct multicond_model multicond_model;

// Log callback. `level` is a `multicond_log_level`; `message` is one line, valid during the call.
//
// It is called from any thread, also from several at once. It must not call multicond, throw or longjmp.
typedef void (*multicond_log_callback)(int32_t level, const char *message, void *user_data);

// Selects an engine and a device. Zero is the default of every member.
typedef struct multicond_engine_options {
  // sizeof(multicond_engine_options).
  uint32_t struct_size;
  // 0: it is an error if the engine is not available. Otherwise the next best engine is used, with a warning in the
  // log.
  uint32_t allow_fallback;
  // Name of the engine, for example "cuda" or "tract"; `multicond_engine_get_report` lists all. NULL or "auto": the
  // fastest one available, except those that can take minutes to prepare a model.
  const char *engine;
  // Device to run on: "cpu", "gpu" (the first GPU) or "gpu:N". NULL or "auto": the engine's own kind of device.
  const char *device;
  // Settings of the named engine, for example "tf32=true,memory_limit=1000000000". NULL: none.
  // `multicond_engine_report.settings` lists them.
  const char *settings;
  // Path of ONNX Runtime's library, or of its folder. NULL: search `$MULTICOND_ORT`, the folders of libmulticond and
  // of the program, `$ORT_DYLIB_PATH`, multicond's cache folder and the system's library folders.
  const char *ort_library;
} multicond_engine_options;

// Describes the engine in use. Strings are valid as long as the engine object.
typedef struct multicond_engine_info {
  // sizeof(multicond_engine_info), set by the caller.
  uint32_t struct_size;
  // Reserved, 0.
  uint32_t reserved;
  // Name that selects the engine, never "auto".
  const char *name;
  // Display name, for example "ONNX Runtime with CUDA".
  const char *title;
  // Version of the engine.
  const char *version;
  // Path of its library; empty if it is built in.
  const char *library;
  // Device in use, for example "cpu" or "gpu:0".
  const char *device;
} multicond_engine_info;

// Describes one of the engines that this library knows. Strings are valid as long as the engine object.
typedef struct multicond_engine_report {
  // sizeof(multicond_engine_report), set by the caller.
  uint32_t struct_size;
  // 1: the engine can run on this machine. 0: it cannot, see `reason`.
  uint32_t available;
  // 1: this engine object uses it.
  uint32_t runs;
  // 1: "auto" selects it.
  uint32_t automatic;
  // Name that selects the engine.
  const char *name;
  // Display name.
  const char *title;
  // Kind of device that it runs on: "cpu" or "gpu".
  const char *device;
  // Version; empty if it is not available.
  const char *version;
  // Path of its library; empty if it is built in or not available.
  const char *library;
  // Why it is not available; empty if it is.
  const char *reason;
  // What it needs: hardware and libraries.
  const char *requirements;
  // Settings, one per line, each a name, a colon and a description. Empty if it has none.
  const char *settings;
} multicond_engine_report;

// Describes a model. Strings are valid as long as the model.
typedef struct multicond_model_info {
  // sizeof(multicond_model_info), set by the caller.
  uint32_t struct_size;
  // Number of labels.
  uint32_t label_count;
  // Name of the model.
  const char *name;
  // Name of the method that merges the labels, for example "tlam".
  const char *system;
  // Notice that must accompany the model, for example the licence of its training data; empty if there is none.
  const char *notice;
  // Width and height of a picture are padded to multiples of this; the output is cropped.
  uint32_t size_multiple;
  // Largest width and height of a picture.
  uint32_t max_side;
  // Width that the model was trained at; results are best at this size.
  uint32_t trained_width;
  // Height that the model was trained at.
  uint32_t trained_height;
  // Number of trained parameters.
  uint64_t parameters;
  // Multiply-adds per pixel.
  uint64_t multiply_adds_per_pixel;
  // 1 if labels may have a confidence, see `multicond_generator_set_confidence`; 0 if not.
  uint32_t confidence;
  // Reserved, 0.
  uint32_t reserved;
} multicond_model_info;

// Describes a label. Strings are valid as long as the model.
typedef struct multicond_label_info {
  // sizeof(multicond_label_info), set by the caller.
  uint32_t struct_size;
  // A `multicond_label_kind`.
  int32_t kind;
  // Name of the label, for `multicond_generator_set_label`.
  const char *name;
  // Unit of a continuous label, for example "m"; empty if it is categorical.
  const char *unit;
  // Values per pixel.
  uint32_t channels;
  // Number of classes of a categorical label; 0 if it is continuous.
  uint32_t class_count;
  // Class id of missing pixels of a categorical label; any other id that no class has is missing too. 0 if the label
  // is continuous: values that are not finite or of a magnitude of 1e30 or more are missing, and distances of zero or
  // less, or of 1e8 or more.
  int32_t missing_class;
  // Reserved, 0.
  uint32_t reserved;
} multicond_label_info;

// How a generator runs. Zero is the default of every member.
//
// Apart from `width` and `height`, the members affect speed and memory, not the picture, except for rounding.
typedef struct multicond_generator_options {
  // sizeof(multicond_generator_options).
  uint32_t struct_size;
  // Width of the pictures in pixels; 0: the width that the model was trained at.
  uint32_t width;
  // Height of the pictures in pixels; 0: the height that the model was trained at.
  uint32_t height;
  // Number of threads; 0: half of the hardware threads, so that the others are left to the application.
  uint32_t threads;
  // Not 0: idle threads spin instead of sleeping. This saves a little time per picture and keeps the cores busy.
  uint32_t spin;
  // Not 0: every picture is computed in full; results of the previous picture are not reused.
  uint32_t no_reuse;
  // Memory limit in bytes, compared with an estimate for these options, as `multicond_model_estimate_memory` makes it
  // for default ones; 0: no limit.
  uint64_t memory_limit;
  // Pixels per tile of the merge; 0: the default of the engine.
  uint32_t tile_pixels;
  // Not 0: the generator is prepared for confidences, if the model takes any. Otherwise the first picture with one
  // takes longer and allocates.
  uint32_t confidence;
} multicond_generator_options;

// An image in the caller's memory. `format`, `data`, `width` and `height` are required; zero is the default of the
// other members.
typedef struct multicond_image {
  // sizeof(multicond_image).
  uint32_t struct_size;
  // A `multicond_format`.
  int32_t format;
  // Start of the memory, owned by the caller. The memory of a label is only read.
  void *data;
  // Size of the memory in bytes; pixels outside of it are an error. 0: not checked.
  uint64_t data_size;
  // Width in pixels.
  uint32_t width;
  // Height in pixels.
  uint32_t height;
  // Bytes from `data` to the first pixel of the first row.
  uint64_t byte_offset;
  // Bytes from one pixel to the next; 0: tightly packed.
  uint64_t pixel_stride;
  // Bytes from one row to the next; 0: tightly packed. Negative if the first row is the last in memory.
  int64_t row_stride;
  // A `multicond_origin`.
  int32_t origin;
  // A `multicond_memory`.
  int32_t memory;
  // CUDA memory: CUDA's ordinal of the GPU.
  uint32_t gpu;
  // Outputs: a `multicond_color_space`.
  int32_t color_space;
  // CUDA memory: the CUstream or cudaStream_t that copies are enqueued on; NULL: the default stream. The library
  // waits for its copies.
  void *stream;
} multicond_image;

// How the values of a label image are interpreted. Zero is the default of every member.
//
// A stored value v becomes scale * v + bias, which is then converted as `meaning` says.
typedef struct multicond_label_options {
  // sizeof(multicond_label_options).
  uint32_t struct_size;
  // Bitwise OR of `multicond_label_flags`.
  uint32_t flags;
  // Scale; 0 means 1.
  float scale;
  // Bias, added after scaling.
  float bias;
  // With HAS_MISSING_VALUE: the stored value of missing pixels, before scale and bias.
  double missing_value;
  // NULL, or a validity mask: an R8 image of the same size that is 0 where the label is missing.
  const struct multicond_image *validity;
  // A `multicond_meaning`.
  int32_t meaning;
  // CLASS_TABLE: number of entries of `class_table`.
  uint32_t class_count;
  // CLASS_TABLE: the class id for each value. It is not copied; every picture reads it.
  const int32_t *class_table;
  // DEVICE_DEPTH: distance of the near plane in scene units. Required.
  float near_plane;
  // DEVICE_DEPTH: distance of the far plane in scene units; 0: infinite.
  float far_plane;
  // DEVICE_DEPTH_TERMS: the constant term.
  float depth_a;
  // DEVICE_DEPTH_TERMS: the factor of 1 / z. Required.
  float depth_b;
  // DEVICE_DEPTH, DEVICE_DEPTH_TERMS: metres per scene unit; 0 means 1.
  float metres_per_unit;
  // NORMAL_WORLD: the rotation from world to view space, row-major. Required.
  float view[9];
} multicond_label_options;

// How the values of a confidence image are interpreted. Zero is the default of every member.
typedef struct multicond_confidence_options {
  // sizeof(multicond_confidence_options).
  uint32_t struct_size;
  // Bitwise OR of `multicond_confidence_flags`.
  uint32_t flags;
} multicond_confidence_options;

// Progress callback. `done` grows from 0 to 1. Returns 0 to continue, any other value to cancel the picture.
//
// It is called on the thread that generates the picture. It must not call functions of this generator, throw or
// longjmp.
typedef int32_t (*multicond_progress_callback)(float done, void *user_data);

// Statistics of a picture.
typedef struct multicond_statistics {
  // sizeof(multicond_statistics), set by the caller.
  uint32_t struct_size;
  // 1: the picture was rendered. 0: no label had changed, and the previous picture was written again.
  uint32_t rendered;
  // Pixels of the picture, including padding to `multicond_model_info.size_multiple`.
  uint64_t pixels;
  // Pixels with a label that changed since the previous picture.
  uint64_t changed;
  // Pixels that were merged: the changed ones without duplicates. The engine "tract" merges a duplicate up to 16
  // times, once for each position modulo 16.
  uint64_t merged;
  // Nanoseconds spent on reading the labels and finding changes.
  uint64_t decode_ns;
  // Nanoseconds spent on merging the labels to the concept tensor.
  uint64_t merge_ns;
  // Nanoseconds spent on rendering the picture from the concept tensor.
  uint64_t render_ns;
  // Nanoseconds spent on writing the output.
  uint64_t write_ns;
  // Nanoseconds in total.
  uint64_t total_ns;
} multicond_statistics;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// Gets the `MULTICOND_ABI_VERSION` of the library. If it differs from the header's, call nothing else. Thread-safe.
// Does not block.
MULTICOND_API
uint32_t multicond_abi_version(void);

// Gets the version of the library in the form of `MULTICOND_VERSION`. Thread-safe. Does not block.
MULTICOND_API uint32_t multicond_version(void);

// Gets the version of the library, for example "0.1.0". The string is static. Thread-safe. Does not block.
MULTICOND_API
const char *multicond_version_string(void);

// Gets the message of the last failed call on this thread: one line that says what failed, where, and what was
// expected.
//
// Never NULL; empty if no call has failed. The string belongs to the library and is valid until the next call on this
// thread fails; calls that succeed do not change it. Thread-safe. Does not block.
MULTICOND_API
const char *multicond_last_error_message(void);

// Gets the name of a `multicond_status`, for example "MULTICOND_STATUS_OK", or "unknown status". The string is static.
// Thread-safe. Does not block.
MULTICOND_API
const char *multicond_status_string(int32_t status);

// Sets the log callback of the process; none by default. NULL removes it. It receives messages of severity `level` (a
// `multicond_log_level`) and above.
//
// Once the function has returned, the previous callback is no longer called. Thread-safe, but must not be called from
// a callback. Blocks while the previous callback runs.
//
// Safety:
// `callback` can be called with `user_data` until another one is set.
MULTICOND_API
multicond_status multicond_set_log_callback(multicond_log_callback callback,
                                            int32_t level,
                                            void *user_data);

// Creates an engine object. The caller owns it and releases it with `multicond_engine_release`. `options` may be NULL.
//
// On failure `*engine` is NULL. Thread-safe. Blocks: it loads libraries and tests the GPU. Do not call it per frame.
//
// Safety:
// `options` is NULL or as described in `multicond_engine_options`; `engine` is writable.
MULTICOND_API
multicond_status multicond_engine_create(const struct multicond_engine_options *options,
                                         struct multicond_engine **engine);

// Increments the reference count. NULL is allowed. Thread-safe. Does not block.
//
// Safety:
// `engine` is NULL or has not been released.
MULTICOND_API void multicond_engine_retain(struct multicond_engine *engine);

// Decrements the reference count and destroys the object when it reaches 0. Generators hold a reference to their
// engine. NULL is allowed. Thread-safe. May block while resources are freed.
//
// Safety:
// As for `multicond_engine_retain`.
MULTICOND_API
void multicond_engine_release(struct multicond_engine *engine);

// Gets the engine in use and its device. Thread-safe. Does not block.
//
// Safety:
// `engine` has not been released; `info` points to a struct whose size is set.
MULTICOND_API
multicond_status multicond_engine_get_info(const struct multicond_engine *engine,
                                           struct multicond_engine_info *info);

// Gets the number of reports, one per engine that this library knows. Thread-safe.
//
// The first call of this function or of `multicond_engine_get_report` blocks: it tests every engine. Do not call it
// per frame.
//
// Safety:
// `engine` has not been released; `count` is writable.
MULTICOND_API
multicond_status multicond_engine_get_report_count(const struct multicond_engine *engine,
                                                   uint32_t *count);

// Gets a report by index. The fastest engine comes first. Thread-safe.
//
// The first call blocks, as for `multicond_engine_get_report_count`. Do not call it per frame.
//
// Safety:
// `engine` has not been released; `report` points to a struct whose size is set.
MULTICOND_API
multicond_status multicond_engine_get_report(const struct multicond_engine *engine,
                                             uint32_t index,
                                             struct multicond_engine_report *report);

// Gets whether images can be in a `multicond_memory`: sets `*supported` to 1 or 0. A value that this version does not
// know is not supported. Thread-safe. The first call may block while it loads the GPU's driver.
//
// Safety:
// `engine` has not been released; `supported` is writable.
MULTICOND_API
multicond_status multicond_engine_supports_memory(const struct multicond_engine *engine,
                                                  int32_t memory,
                                                  uint32_t *supported);

// Loads a model file. The caller owns the model and releases it with `multicond_model_release`. On failure `*model` is
// NULL.
//
// Thread-safe. Blocks: it reads and checks the whole file. Do not call it per frame.
//
// Safety:
// `path` is a string; `model` is writable.
MULTICOND_API
multicond_status multicond_model_load(const char *path,
                                      struct multicond_model **model);

// Loads a model file from memory. `data` is copied. The caller owns the model and releases it with
// `multicond_model_release`. On failure `*model` is NULL.
//
// Thread-safe. Blocks: it checks the whole file. Do not call it per frame.
//
// Safety:
// `data` points to `size` readable bytes; `model` is writable.
MULTICOND_API
multicond_status multicond_model_load_memory(const void *data,
                                             uint64_t size,
                                             struct multicond_model **model);

// Increments the reference count. NULL is allowed. Thread-safe. Does not block.
//
// Safety:
// `model` is NULL or has not been released.
MULTICOND_API void multicond_model_retain(struct multicond_model *model);

// Decrements the reference count and destroys the object when it reaches 0. Generators do not need their model. NULL
// is allowed. Thread-safe. Does not block.
//
// Safety:
// As for `multicond_model_retain`.
MULTICOND_API
void multicond_model_release(struct multicond_model *model);

// Gets the description of a model. Thread-safe. Does not block.
//
// Safety:
// `model` has not been released; `info` points to a struct whose size is set.
MULTICOND_API
multicond_status multicond_model_get_info(const struct multicond_model *model,
                                          struct multicond_model_info *info);

// Gets the description of a label by index. Thread-safe. Does not block.
//
// Safety:
// `model` has not been released; `info` points to a struct whose size is set.
MULTICOND_API
multicond_status multicond_model_get_label(const struct multicond_model *model,
                                           uint32_t label,
                                           struct multicond_label_info *info);

// Gets the index of a label by name. Returns LABEL if the model does not have it. Thread-safe. Does not block.
//
// Safety:
// `model` has not been released; `name` is a string; `label` is writable.
MULTICOND_API
multicond_status multicond_model_find_label(const struct multicond_model *model,
                                            const char *name,
                                            uint32_t *label);

// Gets the id of a class by name. Returns LABEL if the label does not have it. Thread-safe. Does not block.
//
// Safety:
// `model` has not been released; `name` is a string; `class_id` is writable.
MULTICOND_API
multicond_status multicond_model_find_class(const struct multicond_model *model,
                                            uint32_t label,
                                            const char *name,
                                            uint32_t *class_id);

// Gets the name of a class by id. The string belongs to the model and is valid as long as it. Thread-safe. Does not
// block.
//
// Safety:
// `model` has not been released; `name` is writable.
MULTICOND_API
multicond_status multicond_model_get_class_name(const struct multicond_model *model,
                                                uint32_t label,
                                                uint32_t class_id,
                                                const char **name);

// Estimates the memory of a generator with default options for pictures of a size, in bytes; UINT64_MAX if the model
// cannot make such pictures. Thread-safe. Does not block.
//
// Safety:
// `model` has not been released; `bytes` is writable.
MULTICOND_API
multicond_status multicond_model_estimate_memory(const struct multicond_model *model,
                                                 uint32_t width,
                                                 uint32_t height,
                                                 uint64_t *bytes);

// Creates a generator. The caller owns it and releases it with `multicond_generator_release`. `engine` may be NULL for
// the fastest one available; `options` may be NULL. The generator holds a reference to the engine and does not need
// the model any more.
//
// On failure `*generator` is NULL. Thread-safe. Blocks: it loads the model, allocates all buffers and runs the model
// once. Do not call it per frame.
//
// Safety:
// `engine` is NULL or has not been released; `model` has not been released; `options` is NULL or as described in
// `multicond_generator_options`; `generator` is writable.
MULTICOND_API
multicond_status multicond_generator_create(const struct multicond_engine *engine,
                                            const struct multicond_model *model,
                                            const struct multicond_generator_options *options,
                                            struct multicond_generator **generator);

// Increments the reference count. NULL is allowed. Thread-safe. Does not block.
//
// Safety:
// `generator` is NULL or has not been released.
MULTICOND_API void multicond_generator_retain(struct multicond_generator *generator);

// Decrements the reference count and destroys the object when it reaches 0: a picture in progress is cancelled. NULL
// is allowed. Thread-safe. Blocks until the cancelled picture has ended.
//
// Safety:
// As for `multicond_generator_retain`.
MULTICOND_API
void multicond_generator_release(struct multicond_generator *generator);

// Changes the size of the pictures without loading the model again. All labels are unset.
//
// If the size is not allowed or exceeds the memory limit, nothing changes. If the engine fails, resize the generator
// again before the next picture. Thread-safe. Blocks: it allocates buffers and runs the model once. Do not call it per
// frame.
//
// Safety:
// `generator` has not been released.
MULTICOND_API
multicond_status multicond_generator_resize(struct multicond_generator *generator,
                                            uint32_t width,
                                            uint32_t height);

// Gets the size of the pictures. Thread-safe. Does not block. May be called per frame.
//
// Safety:
// `generator` has not been released; `width` and `height` are writable.
MULTICOND_API
multicond_status multicond_generator_get_size(const struct multicond_generator *generator,
                                              uint32_t *width,
                                              uint32_t *height);

// Sets a label to an image of the generator's size. It replaces an earlier image. `options` may be NULL.
//
// The image may have more channels than the label; the additional ones are ignored. The structs are copied. The
// pixels, the validity mask and the class table remain the caller's and are not copied: every picture reads them until
// the label is set or unset again. They must stay valid, and must not change while a picture is in progress. A label
// that is not set is missing everywhere.
//
// Thread-safe. Does not block. May be called per frame.
//
// Safety:
// `generator` has not been released; `name` is a string; `image` and `options` are as described in the structs.
MULTICOND_API
multicond_status multicond_generator_set_label(struct multicond_generator *generator,
                                               const char *name,
                                               const struct multicond_image *image,
                                               const struct multicond_label_options *options);

// Unsets a label, which is then missing everywhere, and its confidence. Does nothing if the label is not set.
// Thread-safe. Does not block. May be called per frame.
//
// Safety:
// `generator` has not been released; `name` is a string.
MULTICOND_API
multicond_status multicond_generator_unset_label(struct multicond_generator *generator,
                                                 const char *name);

// Sets the confidence of a label to an image of the generator's size: how far each pixel can be relied on, from 0 (as if
// the label were missing there) to 1 (as without a confidence). It replaces an earlier one. `options` may be NULL.
//
// The first channel of the image counts: 8-bit and 16-bit unsigned integers stand for 0 to 1, floats for themselves;
// NaN and values below 0 count as 0, values above 1 as 1. The structs are copied. The pixels remain the caller's and are
// not copied: every picture reads them until the confidence is set or unset again, or the label is unset. A picture
// fails if a label has a confidence but is not set itself.
//
// Returns LABEL if the model takes no confidences, see `multicond_model_info`. Create generators that get confidences
// with `multicond_generator_options.confidence`. Thread-safe. Does not block. May be called per frame.
//
// Safety:
// `generator` has not been released; `name` is a string; `image` and `options` are as described in the structs.
MULTICOND_API
multicond_status multicond_generator_set_confidence(struct multicond_generator *generator,
                                                    const char *name,
                                                    const struct multicond_image *image,
                                                    const struct multicond_confidence_options *options);

// Unsets the confidence of a label, which then counts as 1 everywhere. Does nothing if it is not set. Thread-safe. Does
// not block. May be called per frame.
//
// Safety:
// `generator` has not been released; `name` is a string.
MULTICOND_API
multicond_status multicond_generator_unset_confidence(struct multicond_generator *generator,
                                                      const char *name);

// Sets the progress callback; none by default. NULL removes it. Thread-safe. Does not block.
//
// Safety:
// `generator` has not been released; `callback` can be called with `user_data`, on the thread that generates a
// picture, until another one is set or the generator is destroyed.
MULTICOND_API
multicond_status multicond_generator_set_progress_callback(struct multicond_generator *generator,
                                                           multicond_progress_callback callback,
                                                           void *user_data);

// Gets the statistics of the last picture that was completed. All members are 0 before the first one. Thread-safe.
// Does not block. May be called per frame.
//
// Safety:
// `generator` has not been released; `statistics` points to a struct whose size is set.
MULTICOND_API
multicond_status multicond_generator_get_statistics(const struct multicond_generator *generator,
                                                    struct multicond_statistics *statistics);

// Generates the picture for the current labels and writes it to `output`.
//
// The output has the generator's size and three or four channels: 8-bit or 16-bit unsigned integers, which stand for 0
// to 1, or floats. Alpha is set to 1. The output may use the memory of a label. On failure it is unchanged.
//
// Thread-safe. Blocks until the picture is done. Call it per frame: with the engine "onnxruntime" on the CPU it
// allocates no memory after the first frames.
//
// Safety:
// `generator` has not been released; pixels of the labels are readable, those of `output` writable.
MULTICOND_API
multicond_status multicond_generator_generate(struct multicond_generator *generator,
                                              const struct multicond_image *output);

// Starts `multicond_generator_generate` on the generator's own thread and returns at once.
//
// Until `multicond_generator_wait` has returned or `multicond_generator_poll` has set `*running` to 0, the pixels of
// labels and output must not be touched, and functions of this generator other than poll, wait, cancel, retain and
// release return BUSY. `multicond_generator_wait` returns the result. The result of an earlier picture is discarded.
//
// Thread-safe. Does not block. May be called per frame.
//
// Safety:
// As for `multicond_generator_generate`, until the picture is done.
MULTICOND_API
multicond_status multicond_generator_generate_async(struct multicond_generator *generator,
                                                    const struct multicond_image *output);

// Gets whether an asynchronous picture is in progress: sets `*running` to 1 or 0. Thread-safe. Does not block. May be
// called per frame.
//
// Safety:
// `generator` has not been released; `running` is writable.
MULTICOND_API
multicond_status multicond_generator_poll(const struct multicond_generator *generator,
                                          uint32_t *running);

// Waits for the asynchronous picture and returns its result. A result is returned once; without one, the function
// returns OK at once; in the generator's progress callback it returns BUSY. Thread-safe. Blocks. May be called per
// frame.
//
// Safety:
// `generator` has not been released.
MULTICOND_API
multicond_status multicond_generator_wait(struct multicond_generator *generator);

// Cancels the picture in progress: `multicond_generator_generate` or `multicond_generator_wait` returns CANCELLED.
// Does nothing if no picture is in progress; the next picture is not affected. Thread-safe. Does not block.
//
// Safety:
// `generator` has not been released.
MULTICOND_API
multicond_status multicond_generator_cancel(struct multicond_generator *generator);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* MULTICOND_H */
