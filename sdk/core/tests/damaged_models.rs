//! Damaged models: each is an error, or a model with other numbers. None ends the process, takes longer than it should,
//! or asks for more memory than a picture needs. `MULTICOND_DAMAGED_MODELS` sets their number.

#![allow(clippy::unwrap_used, reason = "tests panic on purpose")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    env,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use multicond::{ErrorKind, Fit, Generator, Picture, model::ModelFile};
use multicond_format::model::Network;
use multicond_test_support::{
    engines,
    small::{self, frame},
};
use prost::Message;

/// In a normal run.
const USUAL: usize = 3000;
/// One in so many models that pass the checks is loaded into each engine, which takes longer.
const LOADED: usize = 4;
const LONGEST: Duration = Duration::from_secs(10);
const MOST_BYTES: usize = 1 << 30;

struct Watched;

static LARGEST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: the system's allocator, watched.
unsafe impl GlobalAlloc for Watched {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LARGEST.fetch_max(layout.size(), Ordering::Relaxed);
        // SAFETY: as the caller says.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller says.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        LARGEST.fetch_max(size, Ordering::Relaxed);
        // SAFETY: as the caller says.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Watched = Watched;

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        // splitmix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }
}

/// Numbers that programs trip over.
const NUMBERS: [u64; 12] = [
    0,
    1,
    2,
    127,
    1 << 14,
    1 << 31,
    u32::MAX as u64,
    1 << 40,
    1 << 62,
    1 << 63,
    u64::MAX,
    u64::MAX - 1,
];

/// Changes bytes: bits, bytes, numbers, and parts that are repeated, moved or left out.
fn damage(whole: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    for _ in 0..=random.below(3) {
        let at = random.below(bytes.len());
        let length = 1 + random.below(24.min(bytes.len() - at));
        match random.below(7) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = random.next() as u8,
            2 => {
                let mut number = Vec::new();
                prost::encoding::encode_varint(NUMBERS[random.below(NUMBERS.len())], &mut number);
                let end = (at + number.len()).min(bytes.len());
                bytes.splice(at..end, number);
            }
            3 => drop(bytes.drain(at..at + length)),
            4 => {
                let part = bytes[at..at + length].to_vec();
                bytes.splice(at..at, part);
            }
            5 => {
                let from = random.below(bytes.len() - length + 1);
                let to = at.min(bytes.len() - length);
                bytes.copy_within(from..from + length, to);
            }
            _ => bytes.truncate(at.max(1)),
        }
        if bytes.is_empty() {
            bytes.push(0);
        }
    }
    bytes
}

/// Changes the meaning, so that the messages stay whole: operators, names, attributes, dimensions, the manifest.
fn confuse(whole: &[u8], random: &mut Random) -> Vec<u8> {
    use multicond_format::model::proto::ModelProto;
    const OPERATORS: [&str; 16] = [
        "Concat",
        "Reshape",
        "Conv",
        "MatMul",
        "Tile",
        "Expand",
        "Pad",
        "Resize",
        "Range",
        "Slice",
        "Split",
        "ConstantOfShape",
        "Gather",
        "Transpose",
        "Softmax",
        "ReduceMax",
    ];
    let mut model = ModelProto::decode(whole).unwrap();
    let graph = model.graph.as_mut().unwrap();
    let number = |random: &mut Random| match random.below(2) {
        0 => NUMBERS[random.below(NUMBERS.len())] as i64,
        _ => random.below(9) as i64 - 4,
    };
    for _ in 0..=random.below(2) {
        let (nodes, weights) = (graph.node.len(), graph.initializer.len());
        let index = random.below(nodes);
        let other = graph.node[random.below(nodes)].clone();
        let weight = random.below(weights);
        match random.below(8) {
            0 => graph.node[index].op_type = OPERATORS[random.below(OPERATORS.len())].into(),
            1 => graph.node[index].attribute = other.attribute,
            2 => graph.node[index].input = other.input,
            3 => {
                let name = graph.initializer[weight].name.clone();
                graph.node[index].input.push(name);
            }
            4 => {
                let dims = &mut graph.initializer[weight].dims;
                let place = random.below(dims.len().max(1));
                match dims.get_mut(place) {
                    Some(side) => *side = number(random),
                    None => dims.push(number(random)),
                }
            }
            5 => graph.initializer[weight].data_type = random.below(18) as i32,
            6 => {
                for attribute in &mut graph.node[index].attribute {
                    attribute.i = Some(number(random));
                    attribute
                        .ints
                        .iter_mut()
                        .for_each(|each| *each = number(random));
                }
            }
            _ => {
                let entry = &mut model.metadata_props[1].value;
                let digits = entry.match_indices(|c: char| c.is_ascii_digit());
                let places: Vec<usize> = digits.map(|(place, _)| place).collect();
                let at = places[random.below(places.len())];
                entry.replace_range(at..=at, &(number(random) as u64).to_string());
            }
        }
    }
    model.encode_to_vec()
}

/// Ends the process, with the case, if one takes too long.
fn watch(case: Arc<AtomicU64>) {
    thread::spawn(move || {
        let (mut seen, mut since) = (0, Instant::now());
        loop {
            thread::sleep(Duration::from_millis(200));
            let now = case.load(Ordering::Relaxed);
            if now != seen {
                (seen, since) = (now, Instant::now());
            } else if since.elapsed() > LONGEST {
                eprintln!("case {now} takes longer than {LONGEST:?}");
                std::process::exit(101);
            }
        }
    });
}

#[test]
fn damage_is_an_error_or_another_model() {
    let count = env::var("MULTICOND_DAMAGED_MODELS").ok();
    let count = count.map_or(USUAL, |text| text.parse().unwrap());
    let whole = small::model().encode_to_vec();
    let case = Arc::new(AtomicU64::new(0));
    watch(case.clone());
    let engines = engines::available();
    let (mut refused, mut loaded, mut made) = (0, 0, 0);
    for seed in 0..count {
        case.store(seed as u64 + 1, Ordering::Relaxed);
        let mut random = Random(seed as u64);
        let bytes = match seed % 2 {
            0 => damage(&whole, &mut random),
            _ => confuse(&whole, &mut random),
        };
        let _ = Network::check(&bytes).and_then(|network| network.check_shape(&[1, 3, 64, 64]));
        let file = match ModelFile::from_bytes("damaged", bytes) {
            Ok(file) => file,
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Model, "case {seed}: {error}");
                refused += 1;
                continue;
            }
        };
        if random.below(LOADED) != 0 {
            continue;
        }
        for engine in &engines {
            loaded += 1;
            let options = engines::options(engine).with_fit(Fit::Pad);
            let kinds = [
                ErrorKind::Model,
                ErrorKind::Engine,
                ErrorKind::Size,
                ErrorKind::Label,
            ];
            let mut generator = match Generator::new(file.clone(), &options) {
                Ok(generator) => generator,
                Err(error) => {
                    assert!(kinds.contains(&error.kind()), "case {seed}: {error}");
                    continue;
                }
            };
            match generator.generate(&frame(20, 12), &mut Picture::default()) {
                Ok(()) => made += 1,
                Err(error) => assert!(kinds.contains(&error.kind()), "case {seed}: {error}"),
            }
        }
    }
    println!("{count} models: {refused} refused, {loaded} loaded, {made} pictures");
    assert!(refused > count / 2 && (made > 0 || engines.is_empty()));
    let largest = LARGEST.load(Ordering::Relaxed);
    assert!(largest < MOST_BYTES, "an allocation of {largest} bytes");
}
