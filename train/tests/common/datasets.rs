//! Writes small valid datasets of every layout.

use std::{
    fs,
    path::{Path, PathBuf},
};

use exr::prelude::{
    AnyChannel, AnyChannels, AttributeValue, Blocks, Compression, Encoding, FlatSamples, Image,
    Layer, LayerAttributes, LineOrder, Vec2, WritableImage, f16,
};
use hdf5_writer::{
    DatasetBuilder, FILTER_DEFLATE, FilterDescription, H5WriteElement, Hdf5Builder, WriteOptions,
};
use image::{ImageBuffer, Luma, Rgb, RgbImage};
use indicatif::ProgressBar;
use multicond::Size;
use multicond_train::data::{Dataset, OpenOptions, PrepareOptions, prepare};
use serde_json::json;
use tempfile::TempDir;

const WIDTH: u32 = 24;
const HEIGHT: u32 = 14;
/// Number of frames in each dataset.
const FRAMES: u32 = 2;
/// Number of names in a file of NYU Depth v2.
const NYU_NAMES: usize = 894;

/// A dataset on disk.
pub(crate) struct Made {
    _folder: TempDir,
    /// The path to open.
    pub(crate) root: PathBuf,
    pub(crate) options: OpenOptions,
}

impl Made {
    fn new(write: impl FnOnce(&Path), options: OpenOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("dataset");
        fs::create_dir(&root).unwrap();
        write(&root);
        Self {
            _folder: folder,
            root,
            options,
        }
    }

    pub(crate) fn open(&self) -> anyhow::Result<Dataset> {
        Dataset::open_with(&self.root, &self.options)
    }

    /// All of its files.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let mut folders = vec![self.root.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push(path);
                }
            }
        }
        files.sort();
        files
    }
}

fn options(derive: &[&str]) -> OpenOptions {
    OpenOptions {
        split: Some("all".into()),
        derive: derive.iter().map(|text| text.parse().unwrap()).collect(),
        field_of_view: Some(60.0),
        ..OpenOptions::default()
    }
}

fn shade(x: u32, y: u32) -> u8 {
    (x * x + 3 * x * y + 7 * y) as u8
}

fn color(frame: u32, x: u32, y: u32) -> Rgb<u8> {
    Rgb([shade(x, y), shade(y, x), shade(x + y, frame)])
}

fn metres(frame: u32, x: u32, y: u32) -> f32 {
    (512 + 64 * frame + 16 * x + 8 * y) as f32 / 512.0
}

fn save_rgb(path: &Path, color: impl Fn(u32, u32) -> Rgb<u8>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    RgbImage::from_fn(WIDTH, HEIGHT, color).save(path).unwrap();
}

fn save_gray8(path: &Path, value: impl Fn(u32, u32) -> u8) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let pixel = |x, y| Luma([value(x, y)]);
    ImageBuffer::from_fn(WIDTH, HEIGHT, pixel)
        .save(path)
        .unwrap();
}

fn save_gray16(path: &Path, value: impl Fn(u32, u32) -> u16) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let pixel = |x, y| Luma([value(x, y)]);
    ImageBuffer::from_fn(WIDTH, HEIGHT, pixel)
        .save(path)
        .unwrap();
}

fn save_json(path: &Path, value: &serde_json::Value) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, serde_json::to_vec(value).unwrap()).unwrap();
}

fn direction(x: u32, y: u32) -> Rgb<u8> {
    Rgb([127 + x as u8, 127 - y as u8, 245])
}

pub(crate) fn taskonomy() -> Made {
    Made::new(write_taskonomy, options(&[]))
}

fn write_taskonomy(root: &Path) {
    fs::write(root.join("classes.json"), r#"["wall", "floor", "chair"]"#).unwrap();
    let splits = "id,train,val,test\npoint_0,1,0,0\npoint_1,0,1,0\n";
    fs::write(root.join("splits.csv"), splits).unwrap();
    for frame in 0..FRAMES {
        let path = |domain: &str| {
            let name = format!("point_{frame}_view_0_domain_{domain}.png");
            root.join(domain).join(name)
        };
        save_rgb(&path("rgb"), |x, y| color(frame, x, y));
        save_gray8(&path("segment_semantic"), |x, y| ((x + y) / 10) as u8);
        save_gray16(&path("segment_instance"), |x, _| (x / 8) as u16);
        save_gray16(&path("depth_zbuffer"), |x, y| {
            (512.0 * metres(frame, x, y)) as u16
        });
        save_rgb(&path("normal"), direction);
        save_rgb(&path("principal_curvature"), |x, y| {
            Rgb([128 + x as u8, 128 - y as u8, 0])
        });
        save_gray16(&path("edge_texture"), |x, y| 1000 * (x + y) as u16);
        save_rgb(&path("albedo"), |x, y| color(frame, y, x));
        let camera = json!({ "field_of_view_rads": 1.1, "point_uuid": "0" });
        save_json(&path("point_info").with_extension("json"), &camera);
    }
}

pub(crate) fn cityscapes() -> Made {
    let write = |root: &Path| {
        for frame in 0..FRAMES {
            let path = |folder: &str, ending: &str| {
                let name = format!("bonn_00000{frame}_000019_{ending}");
                root.join(folder).join("train/bonn").join(name)
            };
            save_rgb(&path("leftImg8bit", "leftImg8bit.png"), |x, y| {
                color(frame, x, y)
            });
            save_gray8(&path("gtFine", "gtFine_labelIds.png"), |x, y| {
                ((x + y) % 34) as u8
            });
            save_gray16(&path("gtFine", "gtFine_instanceIds.png"), |x, _| {
                26_000 + (x / 8) as u16
            });
            save_gray16(&path("disparity", "disparity.png"), |x, y| {
                (1 + 256 * (x + y)) as u16
            });
            let camera = json!({
                "extrinsic": { "baseline": 0.209313, "pitch": 0.038 },
                "intrinsic": { "fx": 26.5, "fy": 26.25, "u0": 12.5, "v0": 6.75 },
            });
            save_json(&path("camera", "camera.json"), &camera);
        }
    };
    Made::new(write, options(&["normals=depth"]))
}

/// The encoding of Blender's OpenEXR files.
pub(crate) const BLENDERS: Encoding = Encoding {
    compression: Compression::ZIP16,
    blocks: Blocks::ScanLines,
    line_order: LineOrder::Increasing,
};

/// Other encodings of OpenEXR files.
pub(crate) fn encodings() -> [Encoding; 8] {
    let lines = |compression| Encoding {
        compression,
        ..BLENDERS
    };
    let tiles = |compression| Encoding {
        blocks: Blocks::Tiles(Vec2(8, 8)),
        ..lines(compression)
    };
    [
        lines(Compression::Uncompressed),
        lines(Compression::RLE),
        lines(Compression::ZIP1),
        tiles(Compression::ZIP16),
        lines(Compression::PIZ),
        tiles(Compression::PIZ),
        lines(Compression::PXR24),
        lines(Compression::B44),
    ]
}

const FRAMES_TOML: &str = r#"
classes = ["wall", "chair"]

[[objects]]
name = "Chair*"
class = "chair"

[depth]
measured = "to_centre"
"#;

fn camera() -> serde_json::Value {
    json!({
        "version": 1,
        "width": WIDTH,
        "height": HEIGHT,
        "intrinsics": { "fx": 26.5, "fy": 26.25, "cx": 12.0, "cy": 7.0 },
        "camera_to_world": [[1, 0, 0, 0], [0, 0, -1, 0], [0, 1, 0, 1.5], [0, 0, 0, 1]],
        "metres_per_unit": 0.5,
        "objects": [
            { "name": "Chair.001", "index": 1 },
            { "name": "Back", "index": 2, "class": "wall" },
        ],
    })
}

/// Multi-layer OpenEXR files.
pub(crate) fn frames(encoding: Encoding) -> Made {
    let write = |root: &Path| {
        fs::write(root.join("frames.toml"), FRAMES_TOML).unwrap();
        for frame in 0..FRAMES {
            write_layers(&root.join(format!("{frame}.exr")), frame, encoding);
            save_json(&root.join(format!("{frame}.json")), &camera());
        }
    };
    let derive = [
        "curvature=depth",
        "occlusion_edges=depth",
        "edges=canny",
        "instances=semantics",
    ];
    Made::new(write, options(&derive))
}

const MATTE: &str = "ViewLayer.CryptoObject";
const MATTES: [(&str, u32); 2] = [("Chair.001", 0x3f12_3456), ("Back", 0x4a65_4321)];

fn write_layers(path: &Path, frame: u32, encoding: Encoding) {
    let gray = |x, y| f32::from(shade(x, y)) / 255.0;
    let matte = |x: u32| f32::from_bits(MATTES[(x / 12) as usize].1);
    let channels = vec![
        halves("ViewLayer.Combined.R", gray),
        halves("ViewLayer.Combined.G", |x, y| gray(y, x)),
        halves("ViewLayer.Combined.B", gray),
        floats("ViewLayer.Depth.Z", |x, y| metres(frame, x, y)),
        floats("ViewLayer.Normal.X", |x, _| x as f32 / 48.0),
        floats("ViewLayer.Normal.Y", |_, _| -0.5),
        floats("ViewLayer.Normal.Z", |_, y| y as f32 / 24.0),
        halves("ViewLayer.DiffCol.R", gray),
        halves("ViewLayer.DiffCol.G", gray),
        halves("ViewLayer.DiffCol.B", gray),
        whole_numbers("ViewLayer.IndexOB.X", |x, _| 1 + x / 12),
        floats("ViewLayer.CryptoObject00.R", |x, _| matte(x)),
        floats("ViewLayer.CryptoObject00.G", |_, _| 1.0),
        floats("ViewLayer.CryptoObject00.B", |_, _| 0.0),
        floats("ViewLayer.CryptoObject00.A", |_, _| 0.0),
    ];
    let mut attributes = LayerAttributes::default();
    let ids: serde_json::Map<_, _> = MATTES
        .iter()
        .map(|(name, id)| ((*name).to_owned(), json!(format!("{id:08x}"))))
        .collect();
    let manifest = serde_json::to_string(&ids).unwrap();
    for (entry, text) in [("name", MATTE), ("manifest", &manifest)] {
        let name = format!("cryptomatte/1a2b3c4/{entry}");
        let text = AttributeValue::Text(text.into());
        attributes.other.insert(name.as_str().into(), text);
    }
    let channels = AnyChannels::sort(channels.into_iter().collect());
    let size = (WIDTH as usize, HEIGHT as usize);
    let layer = Layer::new(size, attributes, encoding, channels);
    let image = Image::from_layer(layer);
    image.write().non_parallel().to_file(path).unwrap();
}

type ExrChannel = AnyChannel<FlatSamples>;

fn halves(name: &str, value: impl Fn(u32, u32) -> f32) -> ExrChannel {
    let values = pixels(|x, y| f16::from_f32(value(x, y)));
    AnyChannel::new(name, FlatSamples::F16(values))
}

fn floats(name: &str, value: impl Fn(u32, u32) -> f32) -> ExrChannel {
    AnyChannel::new(name, FlatSamples::F32(pixels(value)))
}

fn whole_numbers(name: &str, value: impl Fn(u32, u32) -> u32) -> ExrChannel {
    AnyChannel::new(name, FlatSamples::U32(pixels(value)))
}

fn pixels<T>(value: impl Fn(u32, u32) -> T) -> Vec<T> {
    let places = (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| (x, y)));
    places.map(|(x, y)| value(x, y)).collect()
}

const FILES_TOML: &str = r##"
classes = ["wall", "chair"]

[[colors]]
color = "#ff0000"
class = "wall"

[[colors]]
color = "#00ff00"
class = "chair"

[files]
picture = "rgb/{frame}.jpg"
depth = "{frame}/depth.exr"
normals = "{frame}/normals.png"
albedo = "{frame}/albedo.png"
semantics = "{frame}/classes.png"
instances = "{frame}/objects.png"
camera = "{frame}/camera.json"

[normals]
space = "camera_forward"
range = "unsigned"
"##;

/// Rendered frames with a file per label.
pub(crate) fn frames_apart() -> Made {
    let write = |root: &Path| {
        fs::write(root.join("frames.toml"), FILES_TOML).unwrap();
        for frame in 0..FRAMES {
            let path = |name: &str| root.join(frame.to_string()).join(name);
            let picture = root.join(format!("rgb/{frame}.jpg"));
            save_rgb(&picture, |x, y| color(frame, x, y));
            save_rgb(&path("normals.png"), direction);
            save_rgb(&path("albedo.png"), |x, y| color(frame, y, x));
            save_rgb(&path("classes.png"), |x, _| match x / 12 {
                0 => Rgb([255, 0, 0]),
                _ => Rgb([0, 255, 0]),
            });
            save_gray16(&path("objects.png"), |x, _| (x / 8) as u16);
            save_json(&path("camera.json"), &camera());
            write_depth(&path("depth.exr"), frame);
        }
    };
    Made::new(write, options(&["edges=texture"]))
}

fn write_depth(path: &Path, frame: u32) {
    let depth = floats("Y", |x, y| metres(frame, x, y));
    let channels = AnyChannels::sort([depth].into_iter().collect());
    let size = (WIDTH as usize, HEIGHT as usize);
    let layer = Layer::new(size, LayerAttributes::default(), BLENDERS, channels);
    let image = Image::from_layer(layer);
    image.write().non_parallel().to_file(path).unwrap();
}

/// A table of files, as CSV or JSONL.
pub(crate) fn table(extension: &str) -> Made {
    let write = |root: &Path| {
        fs::write(root.join("classes.json"), r#"["wall", "floor", "chair"]"#).unwrap();
        let columns = [
            ("image", "png"),
            ("semantics", "png"),
            ("depth", "npy"),
            ("edges", "exr"),
            ("normals", "png"),
            ("instances", "png"),
        ];
        let mut rows = Vec::new();
        for frame in 0..FRAMES {
            let name = |column: &str| {
                let (_, extension) = columns.iter().find(|(name, _)| *name == column).unwrap();
                format!("files/{column}_{frame}.{extension}")
            };
            let path = |column: &str| root.join(name(column));
            save_rgb(&path("image"), |x, y| color(frame, x, y));
            save_gray8(&path("semantics"), |x, y| ((x + y) / 10) as u8);
            save_rgb(&path("normals"), direction);
            save_gray16(&path("instances"), |x, _| (x / 8) as u16);
            write_depth(&path("edges"), frame);
            fs::write(path("depth"), npy(&pixels(|x, y| metres(frame, x, y)))).unwrap();
            let mut row: Vec<(&str, String)> = columns
                .iter()
                .map(|(column, _)| (*column, name(column)))
                .collect();
            row.push(("name", format!("frame {frame}")));
            row.push(("split", if frame == 0 { "train" } else { "val" }.into()));
            rows.push(row);
        }
        let text: String = match extension {
            "csv" => {
                let line = |cells: Vec<&str>| cells.join(",") + "\n";
                let head = line(rows[0].iter().map(|(column, _)| *column).collect());
                let rows = rows
                    .iter()
                    .map(|row| line(row.iter().map(|(_, cell)| cell.as_str()).collect()));
                std::iter::once(head).chain(rows).collect()
            }
            _ => {
                let line = |row: &Vec<(&str, String)>| {
                    let cells = row
                        .iter()
                        .map(|(column, cell)| ((*column).to_owned(), json!(cell)));
                    json!(cells.collect::<serde_json::Map<_, _>>()).to_string() + "\n"
                };
                rows.iter().map(line).collect()
            }
        };
        fs::write(root.join(format!("table.{extension}")), text).unwrap();
    };
    Made::new(write, options(&["curvature=depth"]))
}

fn npy(values: &[f32]) -> Vec<u8> {
    let header =
        format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({HEIGHT}, {WIDTH}), }}");
    let header = format!("{header:<117}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.bytes());
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    bytes
}

pub(crate) fn pictures() -> Made {
    let write = |root: &Path| {
        save_rgb(&root.join("a.png"), |x, y| color(0, x, y));
        save_gray16(&root.join("deep/b.png"), |x, y| 999 * (x + y) as u16);
        save_rgb(&root.join("deep/c.jpg"), |x, y| color(1, x, y));
    };
    Made::new(write, options(&["edges=canny"]))
}

pub(crate) fn prepared() -> Made {
    let write = |root: &Path| {
        fs::remove_dir(root).unwrap();
        let made = taskonomy();
        let source = made.open().unwrap();
        let options = PrepareOptions {
            size: Some(Size {
                width: 12,
                height: 8,
            }),
            ..PrepareOptions::default()
        };
        prepare(&source, root, &options, &ProgressBar::hidden()).unwrap();
    };
    Made::new(write, options(&["edges=canny"]))
}

pub(crate) fn nyu() -> Made {
    let write = |root: &Path| {
        let names = vec![1, NYU_NAMES as u64];
        let names = DatasetBuilder::typed_data("names", names, &[0u8; NYU_NAMES]).unwrap();
        let builder = Hdf5Builder::new()
            .dataset(stack("images", 3, |c, x, y| shade(x + c, y)))
            .dataset(stack("depths", 1, |_, x, y| metres(0, x, y)))
            .dataset(stack("rawDepths", 1, |_, x, y| metres(1, x, y)))
            .dataset(stack("labels", 1, |_, x, y| {
                ((x + y) % NYU_NAMES as u32) as u16
            }))
            .dataset(stack("instances", 1, |_, x, _| (x / 8) as u8))
            .dataset(names);
        let plan = builder.into_plan().unwrap();
        let bytes = plan.encode(WriteOptions::default()).unwrap();
        fs::write(root.join("nyu_depth_v2_labeled.mat"), bytes).unwrap();
    };
    Made::new(write, options(&["normals=depth"]))
}

/// Frames in the file's order `[frame, (channel,) column, row]`, with a chunk size that does not divide the sides.
fn stack<T: H5WriteElement>(
    name: &str,
    channels: u32,
    value: impl Fn(u32, u32, u32) -> T,
) -> DatasetBuilder {
    let mut values = Vec::new();
    for frame in 0..FRAMES {
        for channel in 0..channels {
            for x in 0..WIDTH {
                values.extend((0..HEIGHT).map(|y| value(channel + frame, x, y)));
            }
        }
    }
    let mut shape = [FRAMES, WIDTH, HEIGHT].map(u64::from).to_vec();
    let mut chunk = [1, WIDTH / 2 + 1, HEIGHT / 2 + 1].map(u64::from).to_vec();
    if channels > 1 {
        shape.insert(1, channels.into());
        chunk.insert(1, 1);
    }
    DatasetBuilder::typed_data(name, shape, &values)
        .unwrap()
        .chunked(chunk)
        .filter(FilterDescription {
            id: FILTER_DEFLATE,
            name: None,
            client_data: vec![3],
        })
}
