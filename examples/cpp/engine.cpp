// A game loop that continues while pictures are generated. The main view is generated asynchronously, with double
// buffering of labels and pictures. A mirror of another size is generated on its own thread at the same time, with the
// same multicond::Engine.
//
//     c++ -std=c++17 -pthread examples/cpp/engine.cpp -o engine $(pkg-config --cflags --libs multicond)
//     ./engine examples/rooms/model.onnx 20

#include <multicond.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <limits>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

const char* const usage =
    "usage: engine MODEL.onnx [FRAMES]\n"
    "\n"
    "Generates FRAMES pictures (default 20) of a ball that bounces through a room, and of a mirror at the same time.\n";

// Objects of the scene.
enum Object : std::uint8_t { wall, ground, ceiling, ball, objects };
using ClassTable = std::array<std::int32_t, objects>;

ClassTable find_classes(const multicond::Model& model) {
    const auto semantics = model.find_label("semantics");
    if (!semantics) {
        throw std::runtime_error("the model has no label semantics");
    }
    ClassTable table{};
    const std::array<const char*, objects> names = {"wall", "floor", "ceiling", "decor"};
    for (std::size_t object = 0; object < objects; ++object) {
        // Objects without a class are missing.
        table[object] = model.find_class(*semantics, names[object]).value_or(-1);
    }
    return table;
}

// The label buffers of a frame, as a renderer would fill them.
class Labels {
public:
    Labels(std::uint32_t width, std::uint32_t height)
        : width_(width), height_(height), ids_(pixels()), depth_(pixels()), normals_(3 * pixels()) {}

    // Draws the scene at a time, from the front or mirrored from the back.
    void draw(double seconds, bool mirrored) {
        const float radius = 0.4f;
        const float across = static_cast<float>(std::sin(seconds)) * (mirrored ? -1.2f : 1.2f);
        const float up = static_cast<float>(std::fabs(std::cos(3 * seconds))) - 1.1f;
        for (std::uint32_t row = 0; row < height_; ++row) {
            for (std::uint32_t column = 0; column < width_; ++column) {
                const float x = ((static_cast<float>(column) + 0.5f) / static_cast<float>(width_) - 0.5f) / 0.65f;
                const float y = (0.5f - (static_cast<float>(row) + 0.5f) / static_cast<float>(height_)) / 0.65f;
                draw_room(row, column, x, y);
                draw_ball(row, column, x, y, {across, up, mirrored ? -3.0f : -2.4f}, radius);
            }
        }
    }

    // Sets these buffers as the labels of a generator.
    void set(multicond::Generator& generator, const ClassTable& classes) const {
        auto by_table = multicond::make<multicond_label_options>();
        by_table.meaning = MULTICOND_MEANING_CLASS_TABLE;
        by_table.class_table = classes.data();
        by_table.class_count = static_cast<std::uint32_t>(classes.size());
        generator.set_label("semantics", image(MULTICOND_FORMAT_R8, ids_.data()), by_table);
        generator.set_label("depth", image(MULTICOND_FORMAT_R32F, depth_.data()));
        generator.set_label("normals", image(MULTICOND_FORMAT_RGB32F, normals_.data()));
    }

private:
    using Vector = std::array<float, 3>;

    std::size_t pixels() const { return std::size_t{width_} * height_; }

    multicond_image image(multicond_format format, const void* data) const {
        return multicond::label_image(format, width_, height_, data);
    }

    void put(std::uint32_t row, std::uint32_t column, Object object, float depth, const Vector& normal) {
        const std::size_t pixel = std::size_t{row} * width_ + column;
        ids_[pixel] = object;
        depth_[pixel] = depth;
        for (std::size_t axis = 0; axis < 3; ++axis) {
            normals_[3 * pixel + axis] = normal[axis];
        }
    }

    // Intersection with the five planes of the room.
    void draw_room(std::uint32_t row, std::uint32_t column, float x, float y) {
        const float infinity = std::numeric_limits<float>::infinity();
        const float side = x != 0 ? 2.0f / std::fabs(x) : infinity;
        const float flat = y < 0 ? -1.5f / y : y > 0 ? 1.1f / y : infinity;
        if (flat < side && flat < 4.5f) {
            put(row, column, y < 0 ? ground : ceiling, flat, {0, y < 0 ? 1.0f : -1.0f, 0});
        } else if (side < 4.5f) {
            put(row, column, wall, side, {x < 0 ? 1.0f : -1.0f, 0, 0});
        } else {
            put(row, column, wall, 4.5f, {0, 0, 1});
        }
    }

    void draw_ball(std::uint32_t row, std::uint32_t column, float x, float y, const Vector& middle, float radius) {
        const Vector ray = {x, y, -1};
        float square = 0, along = 0, rest = -radius * radius;
        for (std::size_t axis = 0; axis < 3; ++axis) {
            square += ray[axis] * ray[axis];
            along += ray[axis] * middle[axis];
            rest += middle[axis] * middle[axis];
        }
        const float under_root = along * along - square * rest;
        if (under_root > 0) {
            const float depth = (along - std::sqrt(under_root)) / square;
            put(row, column, ball, depth,
                {(depth * x - middle[0]) / radius, (depth * y - middle[1]) / radius, (-depth - middle[2]) / radius});
        }
    }

    std::uint32_t width_, height_;
    std::vector<std::uint8_t> ids_;
    std::vector<float> depth_, normals_;
};

class Picture {
public:
    Picture(std::uint32_t width, std::uint32_t height)
        : width_(width), height_(height), bytes_(4 * std::size_t{width} * height) {}

    multicond_image image() { return multicond::image(MULTICOND_FORMAT_RGBA8, width_, height_, bytes_.data()); }

private:
    std::uint32_t width_, height_;
    std::vector<std::uint8_t> bytes_;
};

multicond::Generator make_generator(const multicond::Engine& engine, const multicond::Model& model,
                                    std::uint32_t width, std::uint32_t height) {
    auto options = multicond::make<multicond_generator_options>();
    options.width = width;
    options.height = height;
    // Leave the other cores to the game and the other generator.
    options.threads = 1;
    return {engine, model, options};
}

double milliseconds(std::uint64_t nanoseconds) {
    return static_cast<double>(nanoseconds) / 1e6;
}

// The main view.
class MainView {
public:
    MainView(const multicond::Engine& engine, const multicond::Model& model, std::uint32_t width, std::uint32_t height)
        : classes_(find_classes(model)),
          labels_{Labels(width, height), Labels(width, height)},
          pictures_{Picture(width, height), Picture(width, height)},
          generator_(make_generator(engine, model, width, height)) {
        generator_.set_progress([this](float done) {
            // Called on the generator's thread.
            done_ = done;
            return true;
        });
    }

    // Runs until `frames` pictures have been shown.
    void play(int frames) {
        labels_[current_].draw(seconds_, false);
        begin();
        for (int shown = 0, ticks = 0; shown < frames;) {
            tick();
            ++ticks;
            // The generator reads one set of labels while the game draws the other.
            labels_[1 - current_].draw(seconds_, false);
            if (generator_.poll()) {
                continue;
            }
            generator_.wait();
            show(shown++, ticks);
            ticks = 0;
            current_ = 1 - current_;
            begin();
        }
        generator_.wait();
    }

    // A scene cut: cancels the picture in progress, which is out of date.
    void cut() {
        labels_[current_].draw(seconds_ + 100, false);
        begin();
        generator_.cancel();
        try {
            generator_.wait();
            std::printf("the picture was done before it was cancelled\n");
        } catch (const multicond::Error& error) {
            if (error.status() != MULTICOND_STATUS_CANCELLED) {
                throw;
            }
            std::printf("cancelled at %.0f %%: %s\n", 100 * static_cast<double>(done_), error.what());
        }
        generator_.generate(pictures_[current_].image());
        std::printf("the next picture took %.1f ms\n", milliseconds(generator_.statistics().total_ns));
    }

private:
    void begin() {
        done_ = 0;
        labels_[current_].set(generator_, classes_);
        generator_.generate_async(pictures_[current_].image());
    }

    // Stands for the other work of a game.
    void tick() {
        seconds_ += 1.0 / 240;
        std::this_thread::sleep_for(std::chrono::milliseconds(4));
    }

    // Stands for presenting the picture while the next one is generated.
    void show(int number, int ticks) const {
        const auto took = generator_.statistics();
        std::printf("picture %d: %.1f ms (labels %.1f, merge %.1f, render %.1f, output %.1f), %.0f pixels changed, "
                    "%d ticks in the meantime\n",
                    number, milliseconds(took.total_ns), milliseconds(took.decode_ns), milliseconds(took.merge_ns),
                    milliseconds(took.render_ns), milliseconds(took.write_ns), static_cast<double>(took.changed),
                    ticks);
    }

    ClassTable classes_;
    std::array<Labels, 2> labels_;
    std::array<Picture, 2> pictures_;
    std::size_t current_ = 0;
    double seconds_ = 0;
    std::atomic<float> done_{0};
    // Last member, so that it is destroyed before the buffers that it reads.
    multicond::Generator generator_;
};

struct MirrorResult {
    int pictures = 0;
    double milliseconds = 0;
};

// Generates pictures of the mirror until `stop` is set.
MirrorResult run_mirror(const multicond::Engine& engine, const multicond::Model& model, const std::atomic<bool>& stop) {
    const std::uint32_t width = 96, height = 64;
    const ClassTable classes = find_classes(model);
    Labels labels(width, height);
    Picture picture(width, height);
    auto generator = make_generator(engine, model, width, height);
    labels.set(generator, classes);
    MirrorResult result;
    do {
        labels.draw(result.pictures / 30.0, true);
        generator.generate(picture.image());
        result.milliseconds += milliseconds(generator.statistics().total_ns);
        ++result.pictures;
    } while (!stop);
    return result;
}

void run(const std::string& path, int frames) {
    auto options = multicond::make<multicond_engine_options>();
    options.allow_fallback = 1;
    const multicond::Engine engine(options);
    const multicond::Model model(path);
    const auto info = model.info();
    std::printf("%s on %s, %ux%u pixels and a mirror\n", info.name, engine.info().title, info.trained_width,
                info.trained_height);

    MainView view(engine, model, info.trained_width, info.trained_height);
    std::atomic<bool> stop{false};
    auto mirror = std::async(std::launch::async, [&] { return run_mirror(engine, model, stop); });
    try {
        view.play(frames);
        view.cut();
    } catch (...) {
        // The destructor of the future waits for the mirror.
        stop = true;
        throw;
    }
    stop = true;
    const MirrorResult result = mirror.get();
    std::printf("mirror: %d pictures, %.1f ms each\n", result.pictures, result.milliseconds / result.pictures);
}

}  // namespace

int main(int count, char** arguments) {
    char* end = nullptr;
    const long frames = count > 2 ? std::strtol(arguments[2], &end, 10) : 20;
    if (count < 2 || count > 3 || (end && *end) || frames < 1 || frames > 1000000) {
        std::fputs(usage, stderr);
        return 2;
    }
    try {
        run(arguments[1], static_cast<int>(frames));
        return 0;
    } catch (const multicond::Error& error) {
        std::fprintf(stderr, "engine: %s (%s)\n", error.what(), multicond_status_string(error.status()));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "engine: %s\n", error.what());
    }
    return 2;
}
