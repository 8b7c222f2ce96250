//! Log messages, for the application's log.

use std::{
    ffi::{CString, c_char, c_void},
    fmt::Write,
    sync::{Once, PoisonError, RwLock},
};

use tracing::{Event, Level, Subscriber, field::Visit};
use tracing_subscriber::{Layer, layer::Context, prelude::*};

use super::{boundary::guard, c_string::c_string, image::unknown, status::multicond_status};

/// How much a message matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum multicond_log_level {
    /// Something failed.
    Error = 1,
    /// Something is not as asked for, for example another engine runs.
    Warning = 2,
    /// What is used, for example which engine.
    Info = 3,
    /// What happens, picture by picture, and ONNX Runtime's own messages.
    Debug = 4,
}

/// Log callback: gets a `multicond_log_level`, and one line that is valid during the call. Called on any thread, on
/// several at a time. It must not call multicond, throw, or longjmp.
pub type multicond_log_callback =
    Option<unsafe extern "C" fn(level: i32, message: *const c_char, user_data: *mut c_void)>;

#[derive(Clone, Copy)]
struct Listener {
    call: unsafe extern "C" fn(i32, *const c_char, *mut c_void),
    user_data: *mut c_void,
    level: i32,
}

// SAFETY: by the callback's contract it may be called from any thread.
unsafe impl Send for Listener {}
// SAFETY: as above.
unsafe impl Sync for Listener {}

static LISTENER: RwLock<Option<Listener>> = RwLock::new(None);

/// Sets the log callback for the whole process, which gets messages up to `level`; NULL removes it. None by default.
///
/// When it returns, the earlier callback is not called any more. Thread-safe, but must not be called from a callback.
///
/// # Safety
/// `callback` may be called with `user_data` until another one is set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn multicond_set_log_callback(
    callback: multicond_log_callback,
    level: i32,
    user_data: *mut c_void,
) -> multicond_status {
    guard(|| {
        if callback.is_some() && !(1..=4).contains(&level) {
            return Err(unknown("level", level, "multicond_log_level"));
        }
        static START: Once = Once::new();
        START.call_once(|| {
            // A program in Rust may already have a subscriber of its own; that one hears everything then.
            let _ = tracing_subscriber::registry().with(ToListener).try_init();
        });
        let listener = callback.map(|call| Listener {
            call,
            user_data,
            level,
        });
        *LISTENER.write().unwrap_or_else(PoisonError::into_inner) = listener;
        Ok(())
    })
}

struct ToListener;

impl<S: Subscriber> Layer<S> for ToListener {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let level = match *event.metadata().level() {
            Level::ERROR => multicond_log_level::Error,
            Level::WARN => multicond_log_level::Warning,
            Level::INFO => multicond_log_level::Info,
            Level::DEBUG => multicond_log_level::Debug,
            Level::TRACE => return,
        } as i32;
        let target = event.metadata().target();
        if !(target.starts_with("multicond") || target == "onnxruntime") {
            return;
        }
        // Held while the callback runs, so that setting another one waits for it.
        let listener = LISTENER.read().unwrap_or_else(PoisonError::into_inner);
        let Some(listener) = listener.filter(|listener| level <= listener.level) else {
            return;
        };
        let mut line = Line(String::new());
        event.record(&mut line);
        let message: CString = c_string(&line.0);
        // SAFETY: `multicond_set_log_callback`'s caller vouched for it.
        unsafe { (listener.call)(level, message.as_ptr(), listener.user_data) };
    }
}

/// An event as text: the message, then the fields.
struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        // Writing to a string cannot fail.
        let _ = match field.name() {
            "message" => write!(self.0, "{value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}
