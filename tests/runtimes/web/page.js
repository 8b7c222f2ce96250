// Runs the models of an exchange folder (exchange.py) in ONNX Runtime Web and posts the pictures to the server.

const options = new URLSearchParams(location.search);
const provider = options.get("provider");
const runs = Number(options.get("runs"));
const types = { int32: Int32Array, float32: Float32Array };

async function numbers(given) {
  const bytes = await (await fetch(`folder/${given.file}`)).arrayBuffer();
  return new types[given.type](bytes);
}

async function picture(ort, session, test) {
  const feeds = {};
  for (const given of test.inputs) {
    feeds[given.name] = new ort.Tensor(given.type, await numbers(given), given.shape);
  }
  let fastest = Infinity;
  let image;
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    ({ image } = await session.run(feeds));
    fastest = Math.min(fastest, performance.now() - start);
  }
  if (String(image.dims) !== String(test.shape)) {
    throw new Error(`the picture is ${image.dims}, expected ${test.shape}`);
  }
  return [image.data, fastest / 1000];
}

async function all() {
  const ort = await import(`./ort/ort.${provider}.min.mjs`);
  ort.env.wasm.wasmPaths = new URL("ort/", location).href;
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "error";
  const { models } = await (await fetch("folder/cases.json")).json();
  const version = `${ort.env.versions.web} in ${navigator.userAgent.match(/Chrome\/\d+/)}`;
  const results = {};
  for (const model of models) {
    const cases = {};
    let session;
    const start = performance.now();
    const load = ort.InferenceSession.create(`folder/${model.file}`, { executionProviders: [provider] });
    await load.then((loaded) => (session = loaded)).catch((error) => (session = error));
    results[model.name] = { load_s: (performance.now() - start) / 1000, cases };
    for (const test of model.cases) {
      try {
        if (session instanceof Error || typeof session === "string") throw session;
        const [data, run_s] = await picture(ort, session, test);
        await fetch(`result/${model.name}.${test.name}.bin`, { method: "POST", body: data });
        cases[test.name] = { run_s };
      } catch (error) {
        cases[test.name] = { error: String(error) };
      }
    }
    await session.release?.();
    await say("so-far", { version, models: results });
  }
}

const say = (path, result) => fetch(path, { method: "POST", body: JSON.stringify(result) });
all().then(
  () => say("end", {}),
  (error) => say("end", { error: String(error?.stack ?? error) }),
);
