//! The log as TensorBoard event files.
//!
//! Implemented here because no crate for it is maintained: `tensorboard-rs` (2022) needs protobuf 2 and image 0.23,
//! `tboard` and `tfrecord` (2023) need prost 0.12, the first also `protoc` at build time, the second 130 crates.
//! Scalars need little: the fields below, of `tensorflow/core/util/event.proto` and `framework/summary.proto`, in
//! TFRecord records.

use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result};
use prost::Message;

use super::LogLine;

/// The first version of event files in which readers honour session starts.
const FILE_VERSION: &str = "brain.Event:2";

/// An open event file in a run's `events` folder.
pub(super) struct Events {
    file: File,
    path: PathBuf,
}

impl Events {
    /// Creates a file for a run that continues after `step`. Its first records make TensorBoard discard later steps in
    /// older files, as the log does.
    pub(super) fn open(folder: &Path, step: u64) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        let (file, path) = create(folder)?;
        let mut events = Self { file, path };
        events.record(&Event::new(0, What::FileVersion(FILE_VERSION.into())))?;
        let start = SessionLog {
            status: Status::Start.into(),
        };
        events.record(&Event::new(step + 1, What::SessionLog(start)))?;
        Ok(events)
    }

    /// Writes the values of a log line, named as in the log.
    pub(super) fn write(&mut self, line: &LogLine) -> Result<()> {
        let generator = line.generator.parts();
        let generator = generator.map(|(name, loss)| (format!("generator/{name}"), loss));
        let discriminator = line.discriminator.parts();
        let discriminator =
            discriminator.map(|(name, loss)| (format!("discriminator/{name}"), loss));
        let seconds = line.seconds.iter().flat_map(|seconds| seconds.parts());
        let seconds = seconds.map(|(part, seconds)| (format!("seconds/{part}"), seconds as f32));
        let others = [
            ("stage".into(), line.stage as f32),
            ("rate".into(), line.rate as f32),
            ("seconds_per_step".into(), line.seconds_per_step as f32),
            ("waiting".into(), line.waiting as f32),
        ];
        let values = generator
            .into_iter()
            .chain(discriminator)
            .chain(others)
            .chain(seconds);
        let summary = Summary {
            value: values
                .map(|(tag, number)| Value {
                    tag,
                    simple_value: Some(number),
                })
                .collect(),
        };
        self.record(&Event::new(line.step, What::Summary(summary)))
    }

    fn record(&mut self, event: &Event) -> Result<()> {
        self.file
            .write_all(&framed(&event.encode_to_vec()))
            .with_context(|| self.path.display().to_string())
    }
}

/// Creates a file whose name sorts after all older ones, because TensorBoard reads them in that order.
fn create(folder: &Path) -> Result<(File, PathBuf)> {
    let now = now();
    let (seconds, nanoseconds) = (now.as_secs(), now.subsec_nanos());
    let path = folder.join(format!(
        "events.out.tfevents.{seconds:010}.{nanoseconds:09}"
    ));
    let mut options = OpenOptions::new();
    let file = options.append(true).create_new(true).open(&path);
    Ok((file.with_context(|| path.display().to_string())?, path))
}

fn now() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

/// A TFRecord record: length, checksum of the length, bytes, checksum of the bytes.
fn framed(bytes: &[u8]) -> Vec<u8> {
    let length = (bytes.len() as u64).to_le_bytes();
    [
        &length[..],
        &checksum(&length).to_le_bytes(),
        bytes,
        &checksum(bytes).to_le_bytes(),
    ]
    .concat()
}

/// CRC-32C, masked as the format requires: CRCs over data that contains CRCs are weak without it.
fn checksum(bytes: &[u8]) -> u32 {
    crc32c::crc32c(bytes)
        .rotate_right(15)
        .wrapping_add(0xa282_ead8)
}

#[derive(Clone, PartialEq, Message)]
struct Event {
    /// Seconds since 1970.
    #[prost(double, tag = "1")]
    wall_time: f64,
    #[prost(int64, tag = "2")]
    step: i64,
    #[prost(oneof = "What", tags = "3, 5, 7")]
    what: Option<What>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
enum What {
    #[prost(string, tag = "3")]
    FileVersion(String),
    #[prost(message, tag = "5")]
    Summary(Summary),
    #[prost(message, tag = "7")]
    SessionLog(SessionLog),
}

#[derive(Clone, PartialEq, Message)]
struct Summary {
    #[prost(message, repeated, tag = "1")]
    value: Vec<Value>,
}

#[derive(Clone, PartialEq, Message)]
struct Value {
    #[prost(string, tag = "1")]
    tag: String,
    /// A member of a `oneof`, which is encoded even if it is 0.
    #[prost(float, optional, tag = "2")]
    simple_value: Option<f32>,
}

#[derive(Clone, PartialEq, Message)]
struct SessionLog {
    #[prost(enumeration = "Status", tag = "1")]
    status: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, prost::Enumeration)]
enum Status {
    Unspecified = 0,
    Start = 1,
}

impl Event {
    fn new(step: u64, what: What) -> Self {
        Self {
            wall_time: now().as_secs_f64(),
            step: step.try_into().unwrap_or(i64::MAX),
            what: Some(what),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_the_format() {
        // RFC 3720, B.4: the CRC-32C of 32 zeros is 8a9136aa; masked manually.
        assert_eq!(crc32c::crc32c(&[0; 32]), 0x8a91_36aa);
        let masked = 0x8a91_36aa_u32.rotate_right(15);
        assert_eq!(checksum(&[0; 32]), masked.wrapping_add(0xa282_ead8));
    }

    #[test]
    fn events_have_the_bytes_that_protobuf_asks_for() {
        let event = Event {
            wall_time: 1.0,
            step: 300,
            what: Some(What::Summary(Summary {
                value: vec![Value {
                    tag: "a".into(),
                    simple_value: Some(0.0),
                }],
            })),
        };
        let value = [0x0a, 1, b'a', 0x15, 0, 0, 0, 0];
        let mut expected = vec![0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0x10, 0xac, 0x02];
        expected.extend([0x2a, 10, 0x0a, 8]);
        expected.extend(value);
        assert_eq!(event.encode_to_vec(), expected);
        let start = Event {
            wall_time: 0.0,
            step: 21,
            what: Some(What::SessionLog(SessionLog { status: 1 })),
        };
        assert_eq!(start.encode_to_vec(), [0x10, 21, 0x3a, 2, 0x08, 1]);
    }
}
