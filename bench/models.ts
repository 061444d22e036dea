/**
 * Rows per second of models in files: ours next to scikit-learn and ONNX Runtime, on the same rows, one after the
 * other in short turns, each in one thread.
 *
 * Usage: npm run bench:models. It needs Python with scikit-learn (PYTHON names another than /usr/bin/python3).
 */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { loadModel } from '../src/model/load.ts';
import { numbersToTable } from '../src/model/table.ts';
import { Blocks, median } from './blocks.ts';
import { Sklearn } from './sklearn.ts';

const MODELS = ['linear', 'scaler', 'forest', 'boosting'] as const;
const TITLES = {
  linear: 'linear',
  scaler: 'scaler and linear',
  forest: 'forest 100×8',
  boosting: 'boosting 100×3',
};
const BATCHES = [1, 16, 64, 256, 1024];
const WIDTH = 10;
/** Each is timed this long, this many times, for a cell. */
const TURN_MS = 90;
const TURNS = 5;
const WARM_UP_MS = 60;

interface Contestant {
  readonly name: string;
  /** Rows per second over about so many milliseconds. */
  readonly time: (batch: number, ms: number) => Promise<number>;
}

const folder = await mkdtemp(join(tmpdir(), 'bench-models-'));
try {
  await main();
} finally {
  await rm(folder, { recursive: true });
}

async function main(): Promise<void> {
  const python = process.env['PYTHON'] ?? '/usr/bin/python3';
  await using sklearn = existsSync(python) ? await Sklearn.open(python, folder) : undefined;
  if (sklearn === undefined) {
    console.log(
      'scikit-learn trains these models: install it, on Debian with apt-get install python3-sklearn.',
    );
    process.exitCode = 1;
    return;
  }
  const { versions } = sklearn;
  const rows = await numbersOf('rows.f64');
  console.log(
    `${cpus()[0]?.model}, ${cpus().length} cores; Node ${process.version}, scikit-learn ${versions.sklearn} ` +
      `(Python ${versions.python}, numpy ${versions.numpy}), ONNX Runtime ${await onnxVersion()}\n` +
      'thousand rows/s, and how many times as many as the other\n',
  );
  console.log(line('', 'batch', 'ours', 'scikit-learn', '', 'ONNX Runtime', ''));
  const behind: string[] = [];
  for (const name of MODELS) {
    const contestants = [
      await ours(name, rows),
      { name: 'sklearn', time: (batch: number, ms: number) => sklearn.time(name, batch, ms) },
      await onnx(name, rows),
    ];
    for (const batch of BATCHES) {
      const [we = NaN, they = NaN, runtime = NaN] = await timed(contestants, batch);
      if (!(we > they)) behind.push(`scikit-learn in ${TITLES[name]} at ${batch}`);
      if (!(we > runtime)) behind.push(`ONNX Runtime in ${TITLES[name]} at ${batch}`);
      console.log(
        line(
          batch === BATCHES[0] ? TITLES[name] : '',
          batch.toString(),
          thousands(we),
          thousands(they),
          times(we / they),
          thousands(runtime),
          times(we / runtime),
        ),
      );
    }
  }
  console.log(`\n${behind.length === 0 ? 'Ahead in every cell.' : `Behind ${behind.join(', ')}.`}`);
}

/** The median turn of each; the turns alternate, so that whatever else runs here disturbs all alike. */
async function timed(contestants: readonly Contestant[], batch: number): Promise<number[]> {
  const turns = contestants.map((): number[] => []);
  for (const { time } of contestants) await time(batch, WARM_UP_MS);
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [at, { time }] of contestants.entries()) turns[at]?.push(await time(batch, TURN_MS));
  }
  return turns.map(median);
}

async function ours(name: string, rows: Float64Array): Promise<Contestant> {
  const model = await loadModel(join(folder, `${name}.pkl`));
  compare(
    name,
    (await model.predict(numbersToTable(rows, WIDTH))).values,
    await numbersOf(`${name}.f64`),
    1e-12,
  );
  return {
    name: 'ours',
    time: async (batch, ms) => {
      const tables = pieces(rows, batch).map((piece) => numbersToTable(piece, WIDTH));
      let at = 0;
      const blocks = new Blocks(batch, ms);
      while (blocks.isOpen) {
        for (let calls = blocks.start(); calls > 0; calls--) {
          await model.predict(tables[at] as (typeof tables)[number]);
          at = at + 1 === tables.length ? 0 : at + 1;
        }
        blocks.end();
      }
      return blocks.rowsPerSecond();
    },
  };
}

async function onnx(name: string, rows: Float64Array): Promise<Contestant> {
  const session = await InferenceSession.create(join(folder, `${name}.onnx`), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  const feedOf = (piece: Float64Array): Record<string, Tensor> => ({
    rows: new Tensor('float32', Float32Array.from(piece), [piece.length / WIDTH, WIDTH]),
  });
  const said = (await session.run(feedOf(rows)))['predictions']?.data as Float32Array;
  compare(`${name}.onnx`, Float64Array.from(said), await numbersOf(`${name}.f64`), 1e-4);
  return {
    name: 'onnx',
    time: async (batch, ms) => {
      const feeds = pieces(rows, batch).map(feedOf);
      let at = 0;
      const blocks = new Blocks(batch, ms);
      while (blocks.isOpen) {
        for (let calls = blocks.start(); calls > 0; calls--) {
          await session.run(feeds[at] as (typeof feeds)[number]);
          at = at + 1 === feeds.length ? 0 : at + 1;
        }
        blocks.end();
      }
      return blocks.rowsPerSecond();
    },
  };
}

/** What is fast and wrong is not worth timing. */
function compare(name: string, found: Float64Array, expected: Float64Array, tolerance: number): void {
  const at = found.findIndex(
    (value, i) => !(Math.abs(value - (expected[i] ?? NaN)) <= tolerance * Math.max(1, Math.abs(value))),
  );
  if (found.length === expected.length && at < 0) return;
  throw new Error(`${name} predicts ${found[at]} for row ${at}, scikit-learn ${expected[at]}`);
}

async function numbersOf(file: string): Promise<Float64Array> {
  const bytes = await readFile(join(folder, file));
  return new Float64Array(Uint8Array.from(bytes).buffer);
}

/** Other rows each time: of a batch that comes again the processor knows every branch. */
function pieces(rows: Float64Array, batch: number): Float64Array[] {
  const length = batch * WIDTH;
  return Array.from({ length: rows.length / length }, (_, i) => rows.subarray(i * length, (i + 1) * length));
}

async function onnxVersion(): Promise<string> {
  const { env } = await import('onnxruntime-node');
  return env.versions.node ?? env.versions.common;
}

function thousands(rowsPerSecond: number): string {
  const value = rowsPerSecond / 1e3;
  return value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en');
}

function times(ratio: number): string {
  return `${ratio < 10 ? ratio.toFixed(1) : ratio.toFixed(0)}×`;
}

function line(model: string, batch: string, ...cells: readonly string[]): string {
  const widths = [8, 14, 6, 14, 6];
  return `${model.padEnd(18)}${batch.padStart(6)}${cells.map((cell, i) => cell.padStart(widths[i] ?? 8)).join('')}`;
}
