/*
 * OpenGL for ar_object.c: an EGL context without a window, and the drawing of the captured labels and the object into
 * the same buffers. The depth test resolves visibility.
 */

#ifndef EXAMPLES_AR_GL_H
#define EXAMPLES_AR_GL_H

#define GL_GLEXT_PROTOTYPES
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/gl.h>
#include <GL/glext.h>

#include "ar_capture.h"

/* Object ids: 0 for missing, the captured classes counted from 1, and the object. */
enum { OBJECT_ID = 200, IDS = 201 };

/* The labels with the object, as OpenGL stores them: bottom row first. */
typedef struct {
    uint8_t *ids;
    float *depth;
    uint8_t *normals; /* RGBA8 */
} buffers;

/* Mesa draws without a window, and on the CPU if there is no GPU. */
static int open_gl(EGLDisplay *display, EGLContext *context) {
    static const EGLint ATTRIBUTES[] = {EGL_CONTEXT_MAJOR_VERSION, 3, EGL_CONTEXT_MINOR_VERSION, 3, EGL_NONE};
    EGLConfig config = NULL;
    EGLint configs = 0;
    static const EGLint CONFIG[] = {EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT, EGL_NONE};
    *display = eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL);
    if (*display == EGL_NO_DISPLAY || !eglInitialize(*display, NULL, NULL)) {
        return complain("EGL has no display without a window (error 0x%x); Mesa's libegl-mesa0 and libgl1-mesa-dri do",
                        (unsigned)eglGetError());
    }
    if (!eglBindAPI(EGL_OPENGL_API) || !eglChooseConfig(*display, CONFIG, &config, 1, &configs) || configs == 0) {
        return complain("EGL has no OpenGL (error 0x%x)", (unsigned)eglGetError());
    }
    *context = eglCreateContext(*display, config, EGL_NO_CONTEXT, ATTRIBUTES);
    if (*context == EGL_NO_CONTEXT || !eglMakeCurrent(*display, EGL_NO_SURFACE, EGL_NO_SURFACE, *context)) {
        return complain("EGL cannot make a context of OpenGL 3.3 (error 0x%x)", (unsigned)eglGetError());
    }
    return 1;
}

static void close_gl(EGLDisplay display, EGLContext context) {
    if (display != EGL_NO_DISPLAY) {
        eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
        if (context != EGL_NO_CONTEXT) {
            eglDestroyContext(display, context);
        }
        eglTerminate(display);
        eglReleaseThread();
    }
}

/* One triangle that covers the picture and draws the captured labels. Missing pixels keep the clear value. */
static const char *const CAPTURE_VERTEX =
    "#version 330\n"
    "void main() { gl_Position = vec4(gl_VertexID == 1 ? 3 : -1, gl_VertexID == 2 ? 3 : -1, 0, 1); }\n";

static const char *const CAPTURE_FRAGMENT =
    "#version 330\n"
    "uniform usampler2D classes, depths, normals;\n"
    "uniform float near, far;\n"
    "layout(location = 0) out float id;\n"
    "layout(location = 1) out vec4 normal;\n"
    "void main() {\n"
    "    ivec2 pixel = ivec2(gl_FragCoord.x, textureSize(classes, 0).y - 1 - int(gl_FragCoord.y));\n"
    "    float z = float(texelFetch(depths, pixel, 0).r) / 512;\n"
    "    gl_FragDepth = z > 127.99 ? 1.0 : far / (far - near) * (1 - near / z);\n"
    "    id = float(texelFetch(classes, pixel, 0).r) / 255;\n"
    "    uvec3 n = texelFetch(normals, pixel, 0).rgb;\n"
    "    normal = n == uvec3(128) ? vec4(128) / 255 : vec4(normalize((vec3(n) - 127) / 127) * 0.5 + 0.5, 1);\n"
    "}\n";

static const char *const OBJECT_VERTEX =
    "#version 330\n"
    "uniform mat4 place, projection;\n"
    "layout(location = 0) in vec3 position;\n"
    "layout(location = 1) in vec3 direction;\n"
    "out vec3 turned;\n"
    "void main() {\n"
    "    turned = mat3(place) * direction;\n"
    "    gl_Position = projection * place * vec4(position, 1);\n"
    "}\n";

static const char *const OBJECT_FRAGMENT =
    "#version 330\n"
    "uniform float object;\n"
    "in vec3 turned;\n"
    "layout(location = 0) out float id;\n"
    "layout(location = 1) out vec4 normal;\n"
    "void main() {\n"
    "    id = object;\n"
    "    normal = vec4(normalize(turned) * 0.5 + 0.5, 1);\n"
    "}\n";

static void attach_shader(GLuint program, GLenum kind, const char *source) {
    GLuint shader = glCreateShader(kind);
    glShaderSource(shader, 1, &source, NULL);
    glCompileShader(shader);
    glAttachShader(program, shader);
    glDeleteShader(shader);
}

static GLuint make_program(const char *vertex_source, const char *fragment_source) {
    GLuint program = glCreateProgram();
    attach_shader(program, GL_VERTEX_SHADER, vertex_source);
    attach_shader(program, GL_FRAGMENT_SHADER, fragment_source);
    glLinkProgram(program);
    GLint linked = 0;
    glGetProgramiv(program, GL_LINK_STATUS, &linked);
    if (!linked) {
        char log[1024] = "";
        glGetProgramInfoLog(program, sizeof log, NULL, log);
        complain("a shader is refused: %s", log);
    }
    glUseProgram(program);
    return linked ? program : 0;
}

static void bind_texture(GLuint program, const char *name, int number, GLint internal, GLenum format, GLenum type,
                         const png_picture *picture) {
    GLuint texture;
    glGenTextures(1, &texture);
    glActiveTexture(GL_TEXTURE0 + (GLenum)number);
    glBindTexture(GL_TEXTURE_2D, texture);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
    glTexImage2D(GL_TEXTURE_2D, 0, internal, (GLsizei)picture->width, (GLsizei)picture->height, 0, format, type,
                 picture->data);
    glUniform1i(glGetUniformLocation(program, name), number);
}

static int draw_capture(const capture *capture) {
    GLuint program = make_program(CAPTURE_VERTEX, CAPTURE_FRAGMENT);
    const png_picture *labels = capture->labels;
    bind_texture(program, "classes", 0, GL_R8UI, GL_RED_INTEGER, GL_UNSIGNED_BYTE, &labels[SEMANTICS]);
    bind_texture(program, "depths", 1, GL_R16UI, GL_RED_INTEGER, GL_UNSIGNED_SHORT, &labels[DEPTH]);
    bind_texture(program, "normals", 2, GL_RGB8UI, GL_RGB_INTEGER, GL_UNSIGNED_BYTE, &labels[NORMALS]);
    glUniform1f(glGetUniformLocation(program, "near"), NEAR_PLANE);
    glUniform1f(glGetUniformLocation(program, "far"), FAR_PLANE);
    /* Depth is written even where it is the far plane's, with the class that is known of it. */
    glDepthFunc(GL_ALWAYS);
    glDrawArrays(GL_TRIANGLES, 0, 3);
    return program != 0;
}

/* From the object's space to the camera's, column by column: it stands at the place, turned a little to the left. */
static void place_object(const stand *place, GLfloat matrix[16]) {
    const double turn = -0.6;
    vector up = place->normal, right = unit(cross(up, (vector){0, 0, 1})), front = cross(right, up);
    vector x = plus(plus((vector){0, 0, 0}, cos(turn), right), -sin(turn), front);
    vector z = plus(plus((vector){0, 0, 0}, sin(turn), right), cos(turn), front);
    const vector columns[4] = {x, up, z, place->point};
    for (int i = 0; i < 4; i++) {
        matrix[4 * i] = (GLfloat)columns[i].x;
        matrix[4 * i + 1] = (GLfloat)columns[i].y;
        matrix[4 * i + 2] = (GLfloat)columns[i].z;
        matrix[4 * i + 3] = i == 3;
    }
}

static int draw_object(const capture *capture, const mesh *mesh, const stand *place) {
    GLuint program = make_program(OBJECT_VERTEX, OBJECT_FRAGMENT);
    const GLfloat n = NEAR_PLANE, f = FAR_PLANE, focal = (GLfloat)(2 * FOCAL_LENGTH);
    const GLfloat projection[16] = {
        focal, 0, 0, 0, 0, focal * (GLfloat)capture->width / (GLfloat)capture->height, 0, 0, 0, 0,
        -(f + n) / (f - n), -1, 0, 0, -2 * f * n / (f - n), 0};
    GLfloat matrix[16];
    place_object(place, matrix);
    glUniformMatrix4fv(glGetUniformLocation(program, "place"), 1, GL_FALSE, matrix);
    glUniformMatrix4fv(glGetUniformLocation(program, "projection"), 1, GL_FALSE, projection);
    glUniform1f(glGetUniformLocation(program, "object"), OBJECT_ID / 255.0f);
    GLuint buffer;
    glGenBuffers(1, &buffer);
    glBindBuffer(GL_ARRAY_BUFFER, buffer);
    glBufferData(GL_ARRAY_BUFFER, (GLsizeiptr)(sizeof(vertex) * (size_t)mesh->count), mesh->vertices, GL_STATIC_DRAW);
    glEnableVertexAttribArray(0);
    glVertexAttribPointer(0, 3, GL_FLOAT, GL_FALSE, sizeof(vertex), NULL);
    glEnableVertexAttribArray(1);
    glVertexAttribPointer(1, 3, GL_FLOAT, GL_FALSE, sizeof(vertex), (const char *)NULL + sizeof(float[3]));
    glDepthFunc(GL_LESS);
    glDrawArrays(GL_TRIANGLES, 0, mesh->count);
    return program != 0;
}

static void attach_buffer(GLenum attachment, GLenum format, const capture *capture) {
    GLuint buffer;
    glGenRenderbuffers(1, &buffer);
    glBindRenderbuffer(GL_RENDERBUFFER, buffer);
    glRenderbufferStorage(GL_RENDERBUFFER, format, (GLsizei)capture->width, (GLsizei)capture->height);
    glFramebufferRenderbuffer(GL_FRAMEBUFFER, attachment, GL_RENDERBUFFER, buffer);
}

/* Draws into buffers of the frame's size, and reads them back. What was made in OpenGL goes with its context. */
static int draw_labels(const capture *capture, const mesh *mesh, const stand *place, buffers *composed) {
    static const GLenum DRAWN[2] = {GL_COLOR_ATTACHMENT0, GL_COLOR_ATTACHMENT1};
    GLuint framebuffer, array;
    glGenFramebuffers(1, &framebuffer);
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
    attach_buffer(GL_COLOR_ATTACHMENT0, GL_R8, capture);
    attach_buffer(GL_COLOR_ATTACHMENT1, GL_RGBA8, capture);
    attach_buffer(GL_DEPTH_ATTACHMENT, GL_DEPTH_COMPONENT32F, capture);
    if (glCheckFramebufferStatus(GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE) {
        return complain("OpenGL cannot draw into buffers of %ux%u", capture->width, capture->height);
    }
    glDrawBuffers(2, DRAWN);
    glGenVertexArrays(1, &array);
    glBindVertexArray(array);
    glPixelStorei(GL_PACK_ALIGNMENT, 1);
    glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
    glViewport(0, 0, (GLsizei)capture->width, (GLsizei)capture->height);
    glEnable(GL_DEPTH_TEST);
    if (!draw_capture(capture) || !draw_object(capture, mesh, place)) {
        return 0;
    }
    GLsizei width = (GLsizei)capture->width, height = (GLsizei)capture->height;
    glReadBuffer(GL_COLOR_ATTACHMENT0);
    glReadPixels(0, 0, width, height, GL_RED, GL_UNSIGNED_BYTE, composed->ids);
    glReadBuffer(GL_COLOR_ATTACHMENT1);
    glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE, composed->normals);
    glReadPixels(0, 0, width, height, GL_DEPTH_COMPONENT, GL_FLOAT, composed->depth);
    GLenum error = glGetError();
    return error == GL_NO_ERROR || complain("OpenGL failed with error 0x%x", error);
}

/* Draws the captured labels with the object in its place. */
static int compose(const capture *capture, const mesh *mesh, const stand *place, buffers *composed) {
    EGLDisplay display = EGL_NO_DISPLAY;
    EGLContext context = EGL_NO_CONTEXT;
    int done = open_gl(&display, &context) && draw_labels(capture, mesh, place, composed);
    close_gl(display, context);
    return done;
}

#endif
