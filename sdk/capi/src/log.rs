//! Log messages of the library, passed to a callback.

use std::{
    ffi::{CString, c_char, c_void},
    fmt::Write,
    sync::{Once, PoisonError, RwLock},
};

use tracing::{Event, Level, Subscriber, field::Visit};
use tracing_subscriber::{Layer, layer::Context, prelude::*};

use super::{boundary::guard, c_string::c_string, image::unknown, status::multicond_status};

/// Severity of a log message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum multicond_log_level {
    /// A failure.
    Error = 1,
    /// Something differs from what was requested, for example another engine is used.
    Warning = 2,
    /// Information, for example which engine is used.
    Info = 3,
    /// Details of each picture, and ONNX Runtime's own messages.
    Debug = 4,
}

/// Log callback. `level` is a `multicond_log_level`; `message` is one line, valid during the call.
///
/// It is called from any thread, also from several at once. It must not call multicond, throw or longjmp.
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

/// Sets the log callback of the process; none by default. NULL removes it. It receives messages of severity `level` (a
/// `multicond_log_level`) and above.
///
/// Once the function has returned, the previous callback is no longer called. Thread-safe, but must not be called from
/// a callback. Blocks while the previous callback runs.
///
/// # Safety
/// `callback` can be called with `user_data` until another one is set.
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
            // A Rust program may already have its own subscriber, which then receives everything.
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
