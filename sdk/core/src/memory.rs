//! Allocations whose size depends on input: if the memory is not there, that is an error and not the end of the process.

use crate::error::{Error, Result};

/// A vector of `length` equal values.
///
/// # Errors
/// [`ErrorKind::Memory`](crate::ErrorKind::Memory).
pub(crate) fn filled<T: Clone>(length: usize, value: T) -> Result<Vec<T>> {
    let mut values = with_capacity(length)?;
    values.resize(length, value);
    Ok(values)
}

/// An empty vector with room for `length` values.
///
/// # Errors
/// [`ErrorKind::Memory`](crate::ErrorKind::Memory).
pub(crate) fn with_capacity<T>(length: usize) -> Result<Vec<T>> {
    let mut values = Vec::new();
    grow(&mut values, length)?;
    Ok(values)
}

/// Makes room for `length` values in all.
///
/// # Errors
/// [`ErrorKind::Memory`](crate::ErrorKind::Memory).
pub(crate) fn grow<T>(values: &mut Vec<T>, length: usize) -> Result<()> {
    let more = length.saturating_sub(values.len());
    values.try_reserve_exact(more).map_err(|_| {
        let bytes = (length as u64).saturating_mul(size_of::<T>() as u64);
        Error::out_of_memory("memory", bytes)
    })
}

/// Checks that the system would give what is estimated, without using it: engines and their libraries may end the process
/// when an allocation fails. An estimate is above what is taken. Where addresses are limited (`ulimit -v`), all of it and
/// some more must be there; otherwise half of it, which is certainly needed.
///
/// # Errors
/// [`ErrorKind::Memory`](crate::ErrorKind::Memory).
pub(crate) fn reserve(estimate: u64) -> Result<()> {
    let bytes = match has_limited_addresses() {
        true => estimate.saturating_add(estimate / 4),
        false => estimate / 2,
    };
    let is_possible = machine().is_none_or(|all| bytes <= all);
    match usize::try_from(bytes) {
        Ok(size) if is_possible => {
            let mut probe = with_capacity::<u8>(size)?;
            // The compiler must not leave the allocation out.
            std::hint::black_box(&mut probe);
            Ok(())
        }
        _ => Err(Error::out_of_memory("memory", bytes)),
    }
}

/// Whether the process may use only so many addresses.
fn has_limited_addresses() -> bool {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max address space"));
    let soft = line.and_then(|line| line.split_whitespace().next());
    soft.is_some_and(|soft| soft != "unlimited")
}

/// Bytes of memory that this process can ever have: the machine's with its swap space, or what the container allows.
/// `None` where the system does not say.
fn machine() -> Option<u64> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let kilobytes = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse::<u64>().ok()
    };
    let all = kilobytes("MemTotal:")?.saturating_add(kilobytes("SwapTotal:").unwrap_or(0));
    let container = std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok();
    let container = container.and_then(|text| text.trim().parse().ok());
    Some(all.saturating_mul(1024).min(container.unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn memory_that_no_machine_has_is_refused() {
        for bytes in [u64::MAX, 1 << 62, 1 << 50] {
            assert_eq!(reserve(bytes).unwrap_err().kind(), ErrorKind::Memory);
        }
        reserve(1 << 20).unwrap();
        let error = filled(usize::MAX / 8, 0.0f32).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Memory);
        assert_eq!(filled(3, 7u8).unwrap(), [7, 7, 7]);
    }
}
