// C++17 wrapper of multicond.h: objects that release themselves, errors as exceptions.
//
// Header only, needs nothing but the standard library. Structs, formats and flags are those of multicond.h, which also
// documents what each call does, whether it blocks and whether it may be called per frame. All calls are thread-safe
// unless stated otherwise. For what is missing here, call C with the pointers that get() returns.
//
//     multicond::Engine engine;
//     multicond::Model model("rooms.onnx");
//     multicond::Generator generator(engine, model);
//     generator.set_label("depth", multicond::label_image(MULTICOND_FORMAT_R32F, width, height, depth.data()));
//     generator.generate(multicond::image(MULTICOND_FORMAT_RGBA8, width, height, picture.data()));

#ifndef MULTICOND_HPP
#define MULTICOND_HPP

#include "multicond.h"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace multicond {

// A failed call. what() is the message of multicond_last_error_message().
class Error : public std::runtime_error {
public:
    Error(multicond_status status, const std::string& message) : std::runtime_error(message), status_(status) {}

    multicond_status status() const noexcept { return status_; }

private:
    multicond_status status_;
};

// Throws an Error unless the status is MULTICOND_STATUS_OK.
inline void check(multicond_status status) {
    if (status != MULTICOND_STATUS_OK) {
        throw Error(status, multicond_last_error_message());
    }
}

// Throws an Error if the library has another ABI version than the header. Constructors call it.
inline void check_abi() {
    const std::uint32_t found = multicond_abi_version();
    if (found != MULTICOND_ABI_VERSION) {
        throw Error(MULTICOND_STATUS_NOT_SUPPORTED,
                    "libmulticond " + std::string(multicond_version_string()) + " has ABI version " +
                        std::to_string(found) + ", but this program was compiled for version " +
                        std::to_string(MULTICOND_ABI_VERSION));
    }
}

// Returns a struct of multicond.h with struct_size set and all other members zero.
template <class Struct>
Struct make() noexcept {
    Struct made{};
    made.struct_size = sizeof(Struct);
    return made;
}

// Describes tightly packed pixels, top row first, that a picture is written to.
inline multicond_image image(multicond_format format, std::uint32_t width, std::uint32_t height, void* data) noexcept {
    auto made = make<multicond_image>();
    made.format = format;
    made.data = data;
    made.width = width;
    made.height = height;
    return made;
}

// As image(), for a label, which is only read.
inline multicond_image label_image(multicond_format format, std::uint32_t width, std::uint32_t height,
                                   const void* data) noexcept {
    return image(format, width, height, const_cast<void*>(data));
}

namespace detail {

// Deleter for objects of the C interface.
template <auto release>
struct Releaser {
    template <class Object>
    void operator()(Object* object) const noexcept {
        release(object);
    }
};

}  // namespace detail

// An engine on a device. Any number of generators can share one.
class Engine {
public:
    // Blocks: it loads libraries and tests the GPU.
    explicit Engine(const multicond_engine_options& options = make<multicond_engine_options>()) {
        check_abi();
        multicond_engine* created = nullptr;
        check(multicond_engine_create(&options, &created));
        handle_.reset(created);
    }

    // Gets the engine in use and its device. The strings are valid as long as this object.
    multicond_engine_info info() const {
        auto info = make<multicond_engine_info>();
        check(multicond_engine_get_info(get(), &info));
        return info;
    }

    // Gets reports on all engines, the fastest first. The first call blocks: it tests every engine. The strings are
    // valid as long as this object.
    std::vector<multicond_engine_report> reports() const {
        std::uint32_t count = 0;
        check(multicond_engine_get_report_count(get(), &count));
        std::vector<multicond_engine_report> reports(count, make<multicond_engine_report>());
        for (std::uint32_t index = 0; index < count; ++index) {
            check(multicond_engine_get_report(get(), index, &reports[index]));
        }
        return reports;
    }

    // Gets whether images can be in this kind of memory.
    bool supports_memory(multicond_memory memory) const {
        std::uint32_t supported = 0;
        check(multicond_engine_supports_memory(get(), memory, &supported));
        return supported != 0;
    }

    multicond_engine* get() const noexcept { return handle_.get(); }

private:
    std::unique_ptr<multicond_engine, detail::Releaser<multicond_engine_release>> handle_;
};

// A model file in memory. Generators do not need it after their creation.
class Model {
public:
    // Loads a model file. `path` is UTF-8.
    explicit Model(const std::string& path) {
        check_abi();
        multicond_model* loaded = nullptr;
        check(multicond_model_load(path.c_str(), &loaded));
        handle_.reset(loaded);
    }

    // Loads a model file from memory. `data` is copied.
    Model(const void* data, std::size_t size) {
        check_abi();
        multicond_model* loaded = nullptr;
        check(multicond_model_load_memory(data, size, &loaded));
        handle_.reset(loaded);
    }

    // Gets the description of the model. All strings of a model are valid as long as this object.
    multicond_model_info info() const {
        auto info = make<multicond_model_info>();
        check(multicond_model_get_info(get(), &info));
        return info;
    }

    // Gets the description of a label by index.
    multicond_label_info label(std::uint32_t index) const {
        auto info = make<multicond_label_info>();
        check(multicond_model_get_label(get(), index, &info));
        return info;
    }

    // Gets the index of a label by name; nullopt if the model does not have it.
    std::optional<std::uint32_t> find_label(const std::string& name) const {
        std::uint32_t label = 0;
        return found(multicond_model_find_label(get(), name.c_str(), &label)) ? std::optional(label) : std::nullopt;
    }

    // Gets the name of a class by id.
    std::string_view class_name(std::uint32_t label, std::uint32_t class_id) const {
        const char* name = nullptr;
        check(multicond_model_get_class_name(get(), label, class_id, &name));
        return name;
    }

    // Gets the id of a class by name; nullopt if the label does not have it.
    std::optional<std::int32_t> find_class(std::uint32_t label, const std::string& name) const {
        std::uint32_t id = 0;
        const bool has_it = found(multicond_model_find_class(get(), label, name.c_str(), &id));
        return has_it ? std::optional(static_cast<std::int32_t>(id)) : std::nullopt;
    }

    // Estimates the memory of a generator for pictures of a size, in bytes.
    std::uint64_t estimate_memory(std::uint32_t width, std::uint32_t height) const {
        std::uint64_t bytes = 0;
        check(multicond_model_estimate_memory(get(), width, height, &bytes));
        return bytes;
    }

    multicond_model* get() const noexcept { return handle_.get(); }

private:
    // Returns false for MULTICOND_STATUS_LABEL and throws for other failures.
    static bool found(multicond_status status) {
        if (status == MULTICOND_STATUS_LABEL) {
            return false;
        }
        check(status);
        return true;
    }

    std::unique_ptr<multicond_model, detail::Releaser<multicond_model_release>> handle_;
};

// A model loaded into an engine, for pictures of one size.
class Generator {
public:
    // Progress callback, called on the thread that generates the picture with a value that grows from 0 to 1. Returns
    // false to cancel. An exception cancels too and is rethrown by generate() or wait(). The callback must not call this
    // generator.
    using Progress = std::function<bool(float)>;

    // Blocks: it loads the model, allocates all buffers and runs the model once.
    Generator(const Engine& engine, const Model& model,
              const multicond_generator_options& options = make<multicond_generator_options>()) {
        check_abi();
        multicond_generator* created = nullptr;
        check(multicond_generator_create(engine.get(), model.get(), &options, &created));
        handle_.reset(created);
    }

    Generator(Generator&&) noexcept = default;

    // The previous generator is destroyed as by the destructor.
    Generator& operator=(Generator&& other) noexcept {
        Generator old(std::move(other));
        std::swap(listener_, old.listener_);
        std::swap(handle_, old.handle_);
        return *this;
    }

    // Cancels a picture in progress and waits for it.
    ~Generator() = default;

    // Changes the size of the pictures. All labels are unset.
    void resize(std::uint32_t width, std::uint32_t height) {
        check(multicond_generator_resize(get(), width, height));
    }

    // Sets a label. The pixels are not copied: they must stay valid until the label is set or unset again.
    void set_label(const std::string& name, const multicond_image& pixels,
                   const multicond_label_options& options = make<multicond_label_options>()) {
        check(multicond_generator_set_label(get(), name.c_str(), &pixels, &options));
    }

    // Sets the confidence of a label, from 0 to 1 at each pixel. The pixels are not copied: they must stay valid until
    // the confidence is set or unset again, or the label is unset.
    void set_confidence(const std::string& name, const multicond_image& pixels,
                        const multicond_confidence_options& options = make<multicond_confidence_options>()) {
        check(multicond_generator_set_confidence(get(), name.c_str(), &pixels, &options));
    }

    // Unsets the confidence of a label, which then counts as 1 everywhere.
    void unset_confidence(const std::string& name) {
        check(multicond_generator_unset_confidence(get(), name.c_str()));
    }

    // Unsets a label, which is then missing everywhere, and its confidence.
    void unset_label(const std::string& name) { check(multicond_generator_unset_label(get(), name.c_str())); }

    // Sets the progress callback; none by default. An empty one removes it.
    void set_progress(Progress progress) {
        auto listener = progress ? std::make_unique<Listener>(std::move(progress)) : nullptr;
        check(multicond_generator_set_progress_callback(get(), listener ? &Listener::call : nullptr, listener.get()));
        // The old one is no longer called from here on.
        listener_ = std::move(listener);
    }

    // Generates the picture for the current labels. Blocks.
    void generate(const multicond_image& output) { finish(multicond_generator_generate(get(), &output)); }

    // Starts generate() on the generator's own thread. Do not touch the pixels of labels and output until wait() has
    // returned or poll() has returned false.
    void generate_async(const multicond_image& output) { check(multicond_generator_generate_async(get(), &output)); }

    // Returns whether the asynchronous picture is in progress. wait() then reports its result.
    bool poll() const {
        std::uint32_t running = 0;
        check(multicond_generator_poll(get(), &running));
        return running != 0;
    }

    // Waits for the asynchronous picture. Throws if it failed.
    void wait() { finish(multicond_generator_wait(get())); }

    // Cancels the picture in progress: generate() or wait() throws an Error with MULTICOND_STATUS_CANCELLED.
    void cancel() { check(multicond_generator_cancel(get())); }

    // Gets the statistics of the last picture that was completed.
    multicond_statistics statistics() const {
        auto statistics = make<multicond_statistics>();
        check(multicond_generator_get_statistics(get(), &statistics));
        return statistics;
    }

    multicond_generator* get() const noexcept { return handle_.get(); }

private:
    struct Listener {
        explicit Listener(Progress callback) : progress(std::move(callback)) {}

        // Exceptions must not propagate into C: finish() rethrows them.
        static std::int32_t call(float done, void* user_data) noexcept {
            auto& listener = *static_cast<Listener*>(user_data);
            listener.thrown = nullptr;
            try {
                return listener.progress(done) ? 0 : 1;
            } catch (...) {
                listener.thrown = std::current_exception();
                return 1;
            }
        }

        Progress progress;
        std::exception_ptr thrown;
    };

    void finish(multicond_status status) {
        // For other statuses, another thread may be generating a picture and writing to the listener.
        if (status == MULTICOND_STATUS_CANCELLED && listener_ && listener_->thrown) {
            std::rethrow_exception(std::exchange(listener_->thrown, nullptr));
        }
        check(status);
    }

    // Declared before the handle, so destroyed after it: until then a picture in progress may call it.
    std::unique_ptr<Listener> listener_;
    std::unique_ptr<multicond_generator, detail::Releaser<multicond_generator_release>> handle_;
};

}  // namespace multicond

#endif  // MULTICOND_HPP
