//! Memory of the process, seen from outside.

/// Gives memory that was freed back to the system. Loading leaves behind the file and its copies, which
/// glibc would keep.
pub(super) fn trim() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        unsafe extern "C" {
            fn malloc_trim(pad: usize) -> std::ffi::c_int;
        }
        // SAFETY: any thread may call it at any time (malloc_trim(3)).
        unsafe { malloc_trim(0) };
    }
}
