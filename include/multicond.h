/*
 * multicond: spatially multi-conditional image generation, label images in, pictures out.
 *
 * Made from sdk/src/capi by `cargo xtask header`; do not edit. docs/c-api.md is the guide.
 *
 * Rules for every function
 *
 * - Functions that can fail return a multicond_status, 0 for success; multicond_last_error_message() says in one
 *   line where, what, and what was expected. A result is written only on success, but for objects, which are NULL on
 *   failure.
 * - Objects are opaque and counted. Whoever creates or retains one releases it; NULL may be released; an object keeps
 *   alive what it needs, so they may be released in any order.
 * - Structs begin with struct_size, which the caller sets to sizeof. Zero is the default of every other member that is
 *   not said to be required. New members come at the end: programs built for older headers go on working, and a newer
 *   program that sets a member which an older library does not know is told NOT_SUPPORTED.
 * - Enumerations are passed as int32_t. A number that means nothing is an error.
 * - Texts are UTF-8 and end with a zero byte.
 * - Every function may be called from any thread. Two calls of one generator at once: the second is told BUSY.
 * - Nothing aborts or exits, no exception crosses. What is NULL or means nothing is an error; pointers to memory that
 *   is not as said cannot be found out.
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


// The version of this interface. It changes only when a program built for another one would break.
#define MULTICOND_ABI_VERSION 1

// How a call ended. Every function that can fail returns one; 0 is success.
enum multicond_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Done.
  MULTICOND_STATUS_OK = 0,
  // An argument is NULL or means nothing.
  MULTICOND_STATUS_INVALID_ARGUMENT = 1,
  // A file cannot be read.
  MULTICOND_STATUS_FILE = 2,
  // A model file cannot be used.
  MULTICOND_STATUS_MODEL = 3,
  // A label is not one of the model's, or not as the model has it.
  MULTICOND_STATUS_LABEL = 4,
  // A width or height does not fit.
  MULTICOND_STATUS_SIZE = 5,
  // The device is not there, or failed.
  MULTICOND_STATUS_DEVICE = 6,
  // More memory would be needed than is allowed.
  MULTICOND_STATUS_MEMORY = 7,
  // Somebody cancelled.
  MULTICOND_STATUS_CANCELLED = 8,
  // The generator is at work on another picture.
  MULTICOND_STATUS_BUSY = 9,
  // This version cannot do that.
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

// What a device may or may not be able to do.
enum multicond_capability
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Images in CUDA memory.
  MULTICOND_CAPABILITY_CUDA_MEMORY = 1,
  // Half precision by `multicond_device_options.fp16`.
  MULTICOND_CAPABILITY_FP16 = 2,
  // TensorFloat-32 by `multicond_device_options.tf32`.
  MULTICOND_CAPABILITY_TF32 = 3,
  // CUDA graphs by `multicond_device_options.cuda_graph`.
  MULTICOND_CAPABILITY_CUDA_GRAPH = 4,
  // `multicond_external_memory_import` of an opaque POSIX file descriptor.
  MULTICOND_CAPABILITY_EXTERNAL_MEMORY_OPAQUE_FD = 16,
  // `multicond_external_memory_import` of an opaque Win32 handle.
  MULTICOND_CAPABILITY_EXTERNAL_MEMORY_OPAQUE_WIN32 = 17,
  // `multicond_external_memory_import` of a Direct3D 12 heap or resource.
  MULTICOND_CAPABILITY_EXTERNAL_MEMORY_D3D12 = 18,
  // `multicond_external_semaphore_import` of an opaque POSIX file descriptor.
  MULTICOND_CAPABILITY_EXTERNAL_SEMAPHORE_OPAQUE_FD = 32,
  // `multicond_external_semaphore_import` of an opaque Win32 handle.
  MULTICOND_CAPABILITY_EXTERNAL_SEMAPHORE_OPAQUE_WIN32 = 33,
  // `multicond_external_semaphore_import` of a Direct3D 12 fence.
  MULTICOND_CAPABILITY_EXTERNAL_SEMAPHORE_D3D12_FENCE = 34,
  // `multicond_external_semaphore_import` of a Vulkan timeline semaphore.
  MULTICOND_CAPABILITY_EXTERNAL_SEMAPHORE_VULKAN_TIMELINE = 35,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum multicond_capability multicond_capability;
#else
typedef int32_t multicond_capability;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Which numbers stand for the colours of an output.
enum multicond_color_space
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // As on a screen (IEC 61966-2-1).
  MULTICOND_COLOR_SPACE_SRGB = 0,
  // Linear light with the same primaries.
  MULTICOND_COLOR_SPACE_LINEAR = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum multicond_color_space multicond_color_space;
#else
typedef int32_t multicond_color_space;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What pictures can be generated on.
enum multicond_device_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // The first that is there of CUDA, CPU and tract.
  MULTICOND_DEVICE_KIND_AUTO = 0,
  // ONNX Runtime with TensorRT on an NVIDIA GPU. Builds an engine for each picture size first, which can take
  // minutes; it is kept for later runs.
  MULTICOND_DEVICE_KIND_TENSORRT = 1,
  // ONNX Runtime with CUDA on an NVIDIA GPU.
  MULTICOND_DEVICE_KIND_CUDA = 2,
  // ONNX Runtime on the CPU.
  MULTICOND_DEVICE_KIND_CPU = 3,
  // tract, which is built in.
  MULTICOND_DEVICE_KIND_TRACT = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum multicond_device_kind multicond_device_kind;
#else
typedef int32_t multicond_device_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What a pixel is: how many numbers, in which order, of which type, in the machine's byte order.
enum multicond_format
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // One 8-bit unsigned integer.
  MULTICOND_FORMAT_R8 = 1,
  // Two 8-bit unsigned integers.
  MULTICOND_FORMAT_RG8 = 2,
  // Three 8-bit unsigned integers.
  MULTICOND_FORMAT_RGB8 = 3,
  // Four 8-bit unsigned integers.
  MULTICOND_FORMAT_RGBA8 = 4,
  // Four 8-bit unsigned integers, blue first.
  MULTICOND_FORMAT_BGRA8 = 5,
  // One 16-bit unsigned integer.
  MULTICOND_FORMAT_R16 = 17,
  // Two 16-bit unsigned integers.
  MULTICOND_FORMAT_RG16 = 18,
  // Three 16-bit unsigned integers.
  MULTICOND_FORMAT_RGB16 = 19,
  // Four 16-bit unsigned integers.
  MULTICOND_FORMAT_RGBA16 = 20,
  // Four 16-bit unsigned integers, blue first.
  MULTICOND_FORMAT_BGRA16 = 21,
  // One 32-bit signed integer.
  MULTICOND_FORMAT_R32I = 33,
  // Two 32-bit signed integers.
  MULTICOND_FORMAT_RG32I = 34,
  // Three 32-bit signed integers.
  MULTICOND_FORMAT_RGB32I = 35,
  // Four 32-bit signed integers.
  MULTICOND_FORMAT_RGBA32I = 36,
  // Four 32-bit signed integers, blue first.
  MULTICOND_FORMAT_BGRA32I = 37,
  // One 16-bit float.
  MULTICOND_FORMAT_R16F = 49,
  // Two 16-bit floats.
  MULTICOND_FORMAT_RG16F = 50,
  // Three 16-bit floats.
  MULTICOND_FORMAT_RGB16F = 51,
  // Four 16-bit floats.
  MULTICOND_FORMAT_RGBA16F = 52,
  // Four 16-bit floats, blue first.
  MULTICOND_FORMAT_BGRA16F = 53,
  // One 32-bit float.
  MULTICOND_FORMAT_R32F = 65,
  // Two 32-bit floats.
  MULTICOND_FORMAT_RG32F = 66,
  // Three 32-bit floats.
  MULTICOND_FORMAT_RGB32F = 67,
  // Four 32-bit floats.
  MULTICOND_FORMAT_RGBA32F = 68,
  // Four 32-bit floats, blue first.
  MULTICOND_FORMAT_BGRA32F = 69,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum multicond_format multicond_format;
#else
typedef int32_t multicond_format;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What a handle of another interface is.
enum multicond_handle_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // An opaque POSIX file descriptor.
  MULTICOND_HANDLE_KIND_OPAQUE_FD = 1,
  // An opaque Win32 NT handle.
  MULTICOND_HANDLE_KIND_OPAQUE_WIN32 = 2,
  // A Direct3D 12 heap, as a Win32 handle.
  MULTICOND_HANDLE_KIND_D3D12_HEAP = 3,
  // A Direct3D 12 committed resource, as a Win32 handle.
  MULTICOND_HANDLE_KIND_D3D12_RESOURCE = 4,
  // A Direct3D 12 fence, as a Win32 handle.
  MULTICOND_HANDLE_KIND_D3D12_FENCE = 5,
  // A Vulkan timeline semaphore, as a file descriptor.
  MULTICOND_HANDLE_KIND_VULKAN_TIMELINE_FD = 6,
  // A Vulkan timeline semaphore, as a Win32 handle.
  MULTICOND_HANDLE_KIND_VULKAN_TIMELINE_WIN32 = 7,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum multicond_handle_kind multicond_handle_kind;
#else
typedef int32_t multicond_handle_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Bits of `multicond_label_options.flags`.
enum multicond_label_flags
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Unsigned integers stand for 0 to 1, as in textures.
  MULTICOND_LABEL_FLAGS_NORMALIZED = 1,
  // A pixel is missing whose channels all hold `missing_value`, as stored; those that the label has, not more.
  MULTICOND_LABEL_FLAGS_HAS_MISSING_VALUE = 2,
  // The depth buffer stores 1 at the near plane.
  MULTICOND_LABEL_FLAGS_DEPTH_REVERSED = 4,
  // Normals are stored as (n + 1) / 2, from 0 to 1.
  MULTICOND_LABEL_FLAGS_NORMAL_PACKED = 8,
  // Normals are in world space; `view` rotates them.
  MULTICOND_LABEL_FLAGS_NORMAL_WORLD = 16,
  // View space has y pointing down.
  MULTICOND_LABEL_FLAGS_NORMAL_Y_DOWN = 32,
  // View space has z pointing into the picture, away from the camera.
  MULTICOND_LABEL_FLAGS_NORMAL_Z_FORWARD = 64,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum multicond_label_flags multicond_label_flags;
#else
typedef int32_t multicond_label_flags;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What a label's values are.
enum multicond_label_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Class ids, one a pixel.
  MULTICOND_LABEL_KIND_CATEGORICAL = 0,
  // Real numbers in a physical unit.
  MULTICOND_LABEL_KIND_CONTINUOUS = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum multicond_label_kind multicond_label_kind;
#else
typedef int32_t multicond_label_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// How much a message matters.
enum multicond_log_level
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // Something failed.
  MULTICOND_LOG_LEVEL_ERROR = 1,
  // Something is not as asked for, for example another device runs.
  MULTICOND_LOG_LEVEL_WARNING = 2,
  // What is used, for example which device.
  MULTICOND_LOG_LEVEL_INFO = 3,
  // What happens, picture by picture, and ONNX Runtime's own messages.
  MULTICOND_LOG_LEVEL_DEBUG = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum multicond_log_level multicond_log_level;
#else
typedef int32_t multicond_log_level;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What a label's numbers are, after scale and bias.
enum multicond_meaning
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // The label's own unit, or class ids.
  MULTICOND_MEANING_PLAIN = 0,
  // Colour on the sRGB curve, for a label in linear light.
  MULTICOND_MEANING_SRGB = 1,
  // Indices into `class_table`, for example an engine's object ids. What is beyond the table, or no class of
  // the model, is missing.
  MULTICOND_MEANING_CLASS_TABLE = 2,
  // A depth buffer of a perspective projection, 0 to 1. What still holds the far plane's number, which buffers
  // are cleared to, is missing. An OpenGL depth buffer holds the same numbers as the others.
  MULTICOND_MEANING_DEVICE_DEPTH = 3,
  // A depth buffer by terms: d = depth_a + depth_b / z.
  MULTICOND_MEANING_DEVICE_DEPTH_TERMS = 4,
  // A renderer's normals, of any length; one of none, as buffers are cleared to, is missing. Packed in 8 bits, that
  // is (127, 127, 127) or (128, 128, 128).
  MULTICOND_MEANING_NORMAL = 5,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum multicond_meaning multicond_meaning;
#else
typedef int32_t multicond_meaning;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// Where an image's memory is.
enum multicond_memory
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  // The process's own.
  MULTICOND_MEMORY_HOST = 0,
  // A GPU's: `data` is a CUDA device pointer.
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
  // The picture's top, as in Direct3D, Vulkan and picture files.
  MULTICOND_ORIGIN_TOP_LEFT = 0,
  // The picture's bottom, as in OpenGL.
  MULTICOND_ORIGIN_BOTTOM_LEFT = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum multicond_origin multicond_origin;
#else
typedef int32_t multicond_origin;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

// What pictures are generated on. Shared by any number of models and generators, on any threads.
typedef struct multicond_device multicond_device;

// Memory of another interface. There are none yet.
typedef struct multicond_external_memory multicond_external_memory;

// A semaphore of another interface. There are none yet.
typedef struct multicond_external_semaphore multicond_external_semaphore;

// A model on a device, ready for pictures of one size. Any thread may use it; one that comes while a picture is
// made is told BUSY. Generators on different threads run at once.
typedef struct multicond_generator multicond_generator;

// An opened model file. Shared by any number of generators, on any threads. Once they are created it is not
// needed any more; releasing it gives the file's memory back.
typedef struct multicond_model multicond_model;

// Hears a message: its `multicond_log_level`, and one line that is valid during the call. Called on whatever
// thread has something to say, several at a time. It must not call multicond, throw, or jump out.
typedef void (*multicond_log_callback)(int32_t level, const char *message, void *user_data);

// Which device to run on, and how. Zero is every member's default.
typedef struct multicond_device_options {
  // sizeof(multicond_device_options).
  uint32_t struct_size;
  // A `multicond_device_kind`.
  int32_t kind;
  // Not 0: where the device asked for is not there, the next best one runs, with a warning in the log.
  // 0: that is an error.
  uint32_t allow_fallback;
  // CUDA's number of the GPU.
  uint32_t gpu;
  // Not 0: TensorRT may use half precision. Pictures differ by rounding.
  uint32_t fp16;
  // Not 0: CUDA may use TensorFloat-32. Pictures differ by rounding.
  uint32_t tf32;
  // ONNX Runtime's library file or its folder. NULL: it is looked for in `$MULTICOND_ORT`, beside
  // libmulticond and the program, in `$ORT_DYLIB_PATH`, multicond's cache folder and the system's folders.
  const char *ort_library;
  // Where TensorRT keeps what it builds; NULL: `engines` in multicond's cache folder.
  const char *engine_cache;
  // Bytes that CUDA's arena may take; 0: any.
  uint64_t gpu_memory_limit;
  // Not 0: the GPU's work for a picture is recorded once, as a CUDA graph, and replayed for the next ones.
  uint32_t cuda_graph;
  // Reserved, 0.
  uint32_t reserved;
} multicond_device_options;

// What runs.
typedef struct multicond_device_info {
  // sizeof(multicond_device_info), set by the caller.
  uint32_t struct_size;
  // The `multicond_device_kind` that runs, never `AUTO`.
  int32_t kind;
  // The engine's name. Valid as long as the device.
  const char *engine;
} multicond_device_info;

// What is known about one kind of device on this machine. Texts are valid as long as the device.
typedef struct multicond_device_report {
  // sizeof(multicond_device_report), set by the caller.
  uint32_t struct_size;
  // A `multicond_device_kind`.
  int32_t kind;
  // 1: it can run models here. 0: `reason` says why not.
  uint32_t available;
  // 1: this device runs on it.
  uint32_t runs;
  // The engine's name.
  const char *engine;
  // The engine's version, empty if it is not there.
  const char *version;
  // The engine's library, empty if it has none.
  const char *path;
  // Why it is not available, empty if it is.
  const char *reason;
} multicond_device_report;

// What a model is. Texts are valid as long as the model.
typedef struct multicond_model_info {
  // sizeof(multicond_model_info), set by the caller.
  uint32_t struct_size;
  // Labels that it takes.
  uint32_t label_count;
  // Its name.
  const char *name;
  // The system that merges the labels, for example "tlam".
  const char *system;
  // Notice that must go with the model, for example of the training data's licence; empty if there is none.
  const char *notice;
  // Sides of a picture are padded to multiples of this, and what is made of the padding is cut off.
  uint32_t tile;
  // Longest side of a picture.
  uint32_t max_side;
  // Width of the pictures that it was trained on, where it does best.
  uint32_t trained_width;
  // Height of the pictures that it was trained on.
  uint32_t trained_height;
  // Trained numbers.
  uint64_t parameters;
  // Multiply-adds for each pixel, from the labels to the picture.
  uint64_t multiply_adds_per_pixel;
} multicond_model_info;

// What a label is. Texts are valid as long as the model.
typedef struct multicond_label_info {
  // sizeof(multicond_label_info), set by the caller.
  uint32_t struct_size;
  // A `multicond_label_kind`.
  int32_t kind;
  // Its name, for `multicond_generator_set_label`.
  const char *name;
  // Unit of a continuous label, for example "m"; empty for a categorical one.
  const char *unit;
  // Numbers a pixel.
  uint32_t channels;
  // Classes of a categorical label; 0 for a continuous one.
  uint32_t class_count;
  // The id that stands for "not known" in a categorical label, as any that no class has; 0 for a continuous
  // one, where a number that is not finite stands for it.
  int32_t missing_class;
  // Reserved, 0.
  uint32_t reserved;
} multicond_label_info;

// How a generator runs. Zero is every member's default. None of it changes the picture.
typedef struct multicond_generator_options {
  // sizeof(multicond_generator_options).
  uint32_t struct_size;
  // Width of the pictures; 0: the model's trained width.
  uint32_t width;
  // Height of the pictures; 0: the model's trained height.
  uint32_t height;
  // Threads; 0: half of the processor's, to leave the others to the application.
  uint32_t threads;
  // Not 0: idle threads keep their core, which takes a little off a picture's time and the cores from everybody
  // else.
  uint32_t spin;
  // Not 0: every picture is made afresh, nothing is taken over from the last one.
  uint32_t no_reuse;
  // Bytes that the generator may take, by `multicond_model_estimate_memory`; 0: any.
  uint64_t memory_limit;
  // Pixels a tile of the merge; 0: the device's measured best.
  uint32_t tile_pixels;
  // Reserved, 0.
  uint32_t reserved;
} multicond_generator_options;

// Pixels in the caller's memory. Only `format`, `data`, `width` and `height` must be set besides the size; zero
// is every other member's default.
typedef struct multicond_image {
  // sizeof(multicond_image).
  uint32_t struct_size;
  // A `multicond_format`.
  int32_t format;
  // The memory. That of a label is only read.
  void *data;
  // Bytes from `data` on that pixels may lie in, to have that checked; 0: not checked.
  uint64_t data_size;
  // Pixels a row.
  uint32_t width;
  // Rows.
  uint32_t height;
  // Bytes from `data` to the first row's first pixel.
  uint64_t byte_offset;
  // Bytes from one pixel to the next; 0: they follow each other.
  uint64_t pixel_stride;
  // Bytes from one row to the next; 0: they follow each other. Negative where the first row comes last in
  // memory.
  int64_t row_stride;
  // A `multicond_origin`.
  int32_t origin;
  // A `multicond_memory`.
  int32_t memory;
  // CUDA's number of the GPU, for CUDA memory.
  uint32_t device_id;
  // A `multicond_color_space`, for outputs.
  int32_t color_space;
  // The CUstream or cudaStream_t that makes or uses CUDA memory; NULL: the default stream. Copies are enqueued
  // there and waited for.
  void *stream;
} multicond_image;

// What the numbers of a label's image mean. Zero is every member's default.
//
// A stored number v becomes scale * v + bias, and then what `meaning` makes of it.
typedef struct multicond_label_options {
  // sizeof(multicond_label_options).
  uint32_t struct_size;
  // `multicond_label_flags`, or-ed.
  uint32_t flags;
  // Factor; 0 stands for 1.
  float scale;
  // Added after scaling.
  float bias;
  // With HAS_MISSING_VALUE: the number that missing pixels hold.
  double missing_value;
  // NULL, or an image of R8 of the same size: 0 where the label is missing.
  const struct multicond_image *validity;
  // A `multicond_meaning`.
  int32_t meaning;
  // Ids in `class_table`.
  uint32_t class_count;
  // CLASS_TABLE: the class id of each number. Read when a picture is generated.
  const int32_t *class_table;
  // DEVICE_DEPTH: the near plane, in scene units.
  float near_plane;
  // DEVICE_DEPTH: the far plane; 0: infinitely far.
  float far_plane;
  // DEVICE_DEPTH_TERMS.
  float depth_a;
  // DEVICE_DEPTH_TERMS.
  float depth_b;
  // Depth: metres a scene unit; 0 stands for 1.
  float metres_per_unit;
  // NORMAL_WORLD: the rotation from world to view space, row by row.
  float view[9];
} multicond_label_options;

// Hears how much of a picture is done, from 0 to 1, on the thread that makes it. Returns 0 to go on, anything else
// to cancel. It must not call multicond with this generator, throw, or jump out.
typedef int32_t (*multicond_progress_callback)(float done, void *user_data);

// What the last picture took.
typedef struct multicond_statistics {
  // sizeof(multicond_statistics), set by the caller.
  uint32_t struct_size;
  // 1: the picture was rendered. 0: nothing had changed, and the last one was given out again.
  uint32_t rendered;
  // Pixels of the picture, with those that pad it to whole tiles.
  uint64_t pixels;
  // Pixels of which a label changed since the last picture.
  uint64_t changed;
  // Pixels that went through the merge: the changed ones, alike ones counted once (on tract, once for each of 16
  // places in a tile).
  uint64_t merged;
  // Nanoseconds to read the labels and find what changed.
  uint64_t decode_ns;
  // Nanoseconds from the labels to the concept tensor.
  uint64_t merge_ns;
  // Nanoseconds from the concept tensor to the picture.
  uint64_t render_ns;
  // Nanoseconds from the picture to the output.
  uint64_t write_ns;
  // Nanoseconds altogether.
  uint64_t total_ns;
} multicond_statistics;

// A handle of another interface's memory or semaphore.
typedef struct multicond_external_handle {
  // sizeof(multicond_external_handle).
  uint32_t struct_size;
  // A `multicond_handle_kind`.
  int32_t kind;
  // The file descriptor, if it is one. A successful import takes it over.
  int32_t fd;
  // Reserved, 0.
  uint32_t reserved;
  // The Win32 handle, if it is one. The caller keeps it.
  void *win32_handle;
  // Bytes of the memory; 0 for a semaphore.
  uint64_t byte_size;
} multicond_external_handle;

// A semaphore that is waited for before, or signalled after, a picture.
typedef struct multicond_semaphore_value {
  // sizeof(multicond_semaphore_value).
  uint32_t struct_size;
  // Reserved, 0.
  uint32_t reserved;
  // The semaphore.
  struct multicond_external_semaphore *semaphore;
  // The value of the timeline.
  uint64_t value;
} multicond_semaphore_value;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The `MULTICOND_ABI_VERSION` that the library was built with. A program compares it with its header's before
// anything else. Does not block; any thread.
MULTICOND_API
uint32_t multicond_abi_version(void);

// The library's version, for example "0.1.0". Static. Does not block; any thread.
MULTICOND_API const char *multicond_version_string(void);

// What the last failed call of this thread said, in one line: where, what, and what was expected.
//
// Never NULL; empty if no call has failed. Valid until the next call of this thread fails. A call that succeeds
// leaves it as it is. Does not block; any thread.
MULTICOND_API
const char *multicond_last_error_message(void);

// The name of a status, for example "MULTICOND_STATUS_OK". Never NULL. Does not block; any thread.
MULTICOND_API const char *multicond_status_string(int32_t status);

// Has messages up to `level` told to `callback`, for the whole process; NULL: to nobody, as at first.
//
// When it returns, the earlier callback is not called any more. Any thread, but not within a callback.
//
// Safety:
// `callback` may be called with `user_data` until another one is set.
MULTICOND_API
multicond_status multicond_set_log_callback(multicond_log_callback callback,
                                            int32_t level,
                                            void *user_data);

// Creates a device; release it with `multicond_device_release`. `options` may be NULL.
//
// Loads ONNX Runtime, and asks a GPU whether it works: takes a while, not for every frame. On failure `*device`
// is NULL. Any thread.
//
// Safety:
// Pointers are as said here and in `multicond_device_options`.
MULTICOND_API
multicond_status multicond_device_create(const struct multicond_device_options *options,
                                         struct multicond_device **device);

// Holds a device once more. NULL is allowed. Does not block; any thread.
//
// Safety:
// `device` is NULL or has not been released.
MULTICOND_API void multicond_device_retain(struct multicond_device *device);

// Lets a device go; generators that run on it keep it. NULL is allowed. Any thread.
//
// Safety:
// As for `multicond_device_retain`.
MULTICOND_API void multicond_device_release(struct multicond_device *device);

// Tells what runs. Does not block; any thread.
//
// Safety:
// `device` has not been released; `info` is as said there.
MULTICOND_API
multicond_status multicond_device_get_info(const struct multicond_device *device,
                                           struct multicond_device_info *info);

// How many kinds of device `multicond_device_get_report` tells about; 0 for NULL. Does not block; any thread.
//
// Safety:
// `device` is NULL or has not been released.
MULTICOND_API
uint32_t multicond_device_report_count(const struct multicond_device *device);

// Tells whether a kind of device, by `index`, can run on this machine, and why not. The first call tries them
// all, which takes a while; not for every frame. Any thread.
//
// Safety:
// `device` has not been released; `report` is as said there.
MULTICOND_API
multicond_status multicond_device_get_report(const struct multicond_device *device,
                                             uint32_t index,
                                             struct multicond_device_report *report);

// Tells whether a device can do something: `*supported` becomes 1 or 0. A `multicond_capability` that this
// version does not know is not supported. Does not block; any thread.
//
// Safety:
// `device` has not been released, `supported` may be written.
MULTICOND_API
multicond_status multicond_device_get_capability(const struct multicond_device *device,
                                                 int32_t capability,
                                                 uint32_t *supported);

// Opens a model file; release it with `multicond_model_release`. On failure `*model` is NULL. Reads the whole
// file. Any thread.
//
// Safety:
// `path` is a text in UTF-8, `model` may be written.
MULTICOND_API
multicond_status multicond_model_load(const char *path,
                                      struct multicond_model **model);

// Opens a model that is in memory, which is copied; release it with `multicond_model_release`. On failure
// `*model` is NULL. Any thread.
//
// Safety:
// `data` points to `size` bytes, `model` may be written.
MULTICOND_API
multicond_status multicond_model_load_memory(const void *data,
                                             uint64_t size,
                                             struct multicond_model **model);

// Holds a model once more. NULL is allowed. Does not block; any thread.
//
// Safety:
// `model` is NULL or has not been released.
MULTICOND_API void multicond_model_retain(struct multicond_model *model);

// Lets a model go; generators made of it do not need it. NULL is allowed. Any thread.
//
// Safety:
// As for `multicond_model_retain`.
MULTICOND_API void multicond_model_release(struct multicond_model *model);

// Tells what a model is. Does not block; any thread.
//
// Safety:
// `model` has not been released; `info` is as said there.
MULTICOND_API
multicond_status multicond_model_get_info(const struct multicond_model *model,
                                          struct multicond_model_info *info);

// Tells what the model's label number `label` is. Does not block; any thread.
//
// Safety:
// `model` has not been released; `info` is as said there.
MULTICOND_API
multicond_status multicond_model_get_label(const struct multicond_model *model,
                                           uint32_t label,
                                           struct multicond_label_info *info);

// Finds the number of the label called `name`; LABEL if the model has none. Does not block; any thread.
//
// Safety:
// `model` has not been released, `name` is a text, `label` may be written.
MULTICOND_API
multicond_status multicond_model_find_label(const struct multicond_model *model,
                                            const char *name,
                                            uint32_t *label);

// Finds the id of the class called `name` of a categorical label; LABEL if it has none. Does not block; any thread.
//
// Safety:
// `model` has not been released, `name` is a text, `class_id` may be written.
MULTICOND_API
multicond_status multicond_model_find_class(const struct multicond_model *model,
                                            uint32_t label,
                                            const char *name,
                                            uint32_t *class_id);

// Tells the name of a class of a categorical label: `*name` is valid as long as the model. Does not block; any
// thread.
//
// Safety:
// `model` has not been released, `name` may be written.
MULTICOND_API
multicond_status multicond_model_get_class_name(const struct multicond_model *model,
                                                uint32_t label,
                                                uint32_t class_id,
                                                const char **name);

// Tells about how many bytes a generator takes for pictures of this size, before it is created. Does not block;
// any thread.
//
// Safety:
// `model` has not been released, `bytes` may be written.
MULTICOND_API
multicond_status multicond_model_estimate_memory(const struct multicond_model *model,
                                                 uint32_t width,
                                                 uint32_t height,
                                                 uint64_t *bytes);

// Creates a generator; release it with `multicond_generator_release`. `device` may be NULL for the default one,
// `options` may be NULL.
//
// Loads the model into the engine, allocates, and runs it once, so that the first picture takes no longer than
// later ones: not for every frame. On failure `*generator` is NULL. Any thread.
//
// Safety:
// Objects have not been released, pointers are as said in `multicond_generator_options`.
MULTICOND_API
multicond_status multicond_generator_create(const struct multicond_device *device,
                                            const struct multicond_model *model,
                                            const struct multicond_generator_options *options,
                                            struct multicond_generator **generator);

// Holds a generator once more. NULL is allowed. Does not block; any thread.
//
// Safety:
// `generator` is NULL or has not been released.
MULTICOND_API void multicond_generator_retain(struct multicond_generator *generator);

// Lets a generator go. A picture under way is cancelled and waited for. NULL is allowed. Any thread.
//
// Safety:
// As for `multicond_generator_retain`.
MULTICOND_API
void multicond_generator_release(struct multicond_generator *generator);

// Makes a generator ready for pictures of another size, as creating one would, without loading the model again.
// All labels are unset, and have to be set anew. On failure the generator and its labels are as they were, if the
// size is not allowed; if there is no memory, a size has to be set before the next picture. Any thread.
//
// Safety:
// `generator` has not been released.
MULTICOND_API
multicond_status multicond_generator_resize(struct multicond_generator *generator,
                                            uint32_t width,
                                            uint32_t height);

// Tells the size of the pictures that a generator makes. Does not block; may be called for every frame; any thread.
//
// Safety:
// `generator` has not been released, `width` and `height` may be written.
MULTICOND_API
multicond_status multicond_generator_get_size(struct multicond_generator *generator,
                                              uint32_t *width,
                                              uint32_t *height);

// Sets a label to an image of the generator's size, in place of an earlier one. `options` may be NULL.
//
// The image may have more channels than the label; those beyond are left out. The structs are copied; pixels, the
// validity mask's and the class table are read by each picture until the label is set or unset again: they must be
// there, and must not change while a picture is made. A label that is not set is missing. Does not block; may be called for every frame; any thread.
//
// Safety:
// `generator` has not been released, pointers are as said here and in the structs.
MULTICOND_API
multicond_status multicond_generator_set_label(struct multicond_generator *generator,
                                               const char *name,
                                               const struct multicond_image *image,
                                               const struct multicond_label_options *options);

// Unsets a label: it is missing from now on. One that is not set is fine. Does not block; may be called for every
// frame; any thread.
//
// Safety:
// `generator` has not been released, `name` is a text.
MULTICOND_API
multicond_status multicond_generator_unset_label(struct multicond_generator *generator,
                                                 const char *name);

// Has `callback` told the progress of each picture; NULL: nobody, as at first. Does not block; any thread.
//
// Safety:
// `generator` has not been released; `callback` may be called with `user_data`, on the thread that makes a picture,
// until another one is set.
MULTICOND_API
multicond_status multicond_generator_set_progress_callback(struct multicond_generator *generator,
                                                           multicond_progress_callback callback,
                                                           void *user_data);

// Tells what the last picture took that was made; one that failed or was cancelled leaves it as it was. Does not block; may be called for every frame; any thread.
//
// Safety:
// `generator` has not been released; `statistics` is as said there.
MULTICOND_API
multicond_status multicond_generator_get_statistics(struct multicond_generator *generator,
                                                    struct multicond_statistics *statistics);

// Makes the picture of the labels that are set, in `output`: RGB, RGBA or BGRA of 8 or 16 bits or floats, of the
// generator's size. Integers stand for 0 to 1, alpha becomes 1. It may be the memory of a label.
//
// Blocks until the picture is there; made to be called for every frame, and then allocates nothing. On failure the
// output is as it was. Any thread.
//
// Safety:
// `generator` has not been released; pixels of labels may be read, those of `output` written.
MULTICOND_API
multicond_status multicond_generate(struct multicond_generator *generator,
                                    const struct multicond_image *output);

// As `multicond_generate`, but in the background, on a thread of the generator's own. Does not block.
//
// Labels' pixels and the output's belong to the generator until `multicond_wait` has returned or `multicond_poll`
// has said that it is done. Until then other functions of this generator answer BUSY, but for poll, wait and
// cancel. The outcome is what `multicond_wait` returns; that of an earlier picture, if nobody asked, is forgotten.
//
// Safety:
// As for `multicond_generate`, until then.
MULTICOND_API
multicond_status multicond_generate_async(struct multicond_generator *generator,
                                          const struct multicond_image *output);

// Tells whether a picture that was started is still being made: `*running` becomes 1 or 0. Does not block; any
// thread.
//
// Safety:
// `generator` has not been released, `running` may be written.
MULTICOND_API
multicond_status multicond_poll(struct multicond_generator *generator,
                                uint32_t *running);

// Waits for the picture that was started last, and returns how it ended, once: a second call, and one with nothing
// started, returns OK at once. Any thread.
//
// Safety:
// `generator` has not been released.
MULTICOND_API
multicond_status multicond_wait(struct multicond_generator *generator);

// Ends the picture under way, made by whichever function; that returns CANCELLED, soon. Without one it does
// nothing. The next picture is what it would have been. Does not block; any thread.
//
// Safety:
// `generator` has not been released.
MULTICOND_API
multicond_status multicond_cancel(struct multicond_generator *generator);

// Imports memory of another interface. Reserved: NOT_SUPPORTED, and `*memory` is NULL. Any thread.
//
// Safety:
// `device` has not been released, `handle` is as said there, `memory` may be written.
MULTICOND_API
multicond_status multicond_external_memory_import(const struct multicond_device *device,
                                                  const struct multicond_external_handle *handle,
                                                  struct multicond_external_memory **memory);

// Points an image's `data` to imported memory, for `multicond_generator_set_label` and outputs. Reserved:
// NOT_SUPPORTED. Any thread.
//
// Safety:
// `memory` has not been released, `image` may be written.
MULTICOND_API
multicond_status multicond_external_memory_map(struct multicond_external_memory *memory,
                                               struct multicond_image *image);

// Lets imported memory go. NULL is allowed, and all there is yet. Any thread.
MULTICOND_API void multicond_external_memory_release(struct multicond_external_memory *_memory);

// Imports a semaphore of another interface. Reserved: NOT_SUPPORTED, and `*semaphore` is NULL. Any thread.
//
// Safety:
// `device` has not been released, `handle` is as said there, `semaphore` may be written.
MULTICOND_API
multicond_status multicond_external_semaphore_import(const struct multicond_device *device,
                                                     const struct multicond_external_handle *handle,
                                                     struct multicond_external_semaphore **semaphore);

// Lets an imported semaphore go. NULL is allowed, and all there is yet. Any thread.
MULTICOND_API
void multicond_external_semaphore_release(struct multicond_external_semaphore *_semaphore);

// As `multicond_generate_async`, after `wait_for` and before `signal`, either of which may be NULL. Reserved:
// NOT_SUPPORTED. Any thread.
//
// Safety:
// As for `multicond_generate_async`; semaphores have not been released.
MULTICOND_API
multicond_status multicond_generate_synchronized(struct multicond_generator *generator,
                                                 const struct multicond_image *output,
                                                 const struct multicond_semaphore_value *wait_for,
                                                 const struct multicond_semaphore_value *signal);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* MULTICOND_H */
