//! An allocator that counts allocations per thread.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
};

/// Counts the allocations of each thread and forwards them to the system allocator.
pub(crate) struct Counting;

thread_local! {
    static LARGEST: Cell<usize> = const { Cell::new(0) };
    /// Negative if a thread frees memory that another one has allocated.
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

/// The memory use of a piece of work.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Account {
    /// Bytes of the largest single allocation.
    pub(crate) largest: usize,
    /// Peak of the bytes in use.
    pub(crate) peak: usize,
}

impl Account {
    pub(crate) fn larger(self, other: Self) -> Self {
        Self {
            largest: self.largest.max(other.largest),
            peak: self.peak.max(other.peak),
        }
    }
}

/// Runs `work` and measures its memory use.
pub(crate) fn measure<T>(work: impl FnOnce() -> T) -> (T, Account) {
    let before = HELD.get();
    LARGEST.set(0);
    PEAK.set(before);
    let result = work();
    let account = Account {
        largest: LARGEST.get(),
        peak: (PEAK.get() - before).unsigned_abs(),
    };
    (result, account)
}

fn take(bytes: usize) {
    LARGEST.set(LARGEST.get().max(bytes));
    HELD.set(HELD.get() + bytes as isize);
    PEAK.set(PEAK.get().max(HELD.get()));
}

fn give(bytes: usize) {
    HELD.set(HELD.get() - bytes as isize);
}

// SAFETY: all calls are forwarded to the system allocator; the counters neither allocate nor have destructors.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        take(layout.size());
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        take(layout.size());
        // SAFETY: as the caller promises.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        give(layout.size());
        take(size);
        // SAFETY: as the caller promises.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        give(layout.size());
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }
}
