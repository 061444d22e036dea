import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../service/errors.ts';
import { build } from './formats/build.ts';
import { openOnnx } from './formats/onnx/serve.ts';
import { parseFile } from './parsed-file.ts';
import { ModelLoadError } from './load-error.ts';
import type { LoadLimits } from './load-limits.ts';
import type { Predictions, Table } from './predictor.ts';
import { measureRowMs } from './row-cost.ts';
import { SERVING_LIMITS } from './serving-limits.ts';
import type { Answer, OpenAnswer, Question } from './thread.ts';

type Predict = (table: Table) => Predictions | Promise<Predictions>;

const { file, limits } = workerData as { file: Uint8Array; limits: LoadLimits };
const port = parentPort;

try {
  const { answer, predict } = await open();
  if (predict !== undefined) serve(predict);
  port?.postMessage(answer);
} catch (error) {
  if (!(error instanceof ModelLoadError)) throw error;
  port?.postMessage({ refused: error.message } satisfies OpenAnswer);
}

async function open(): Promise<{ answer: OpenAnswer; predict: Predict | undefined }> {
  const { parsed, sha256 } = parseFile(file, limits);
  const ofFile = { format: parsed.format, sizeBytes: file.length, sha256 };
  if (parsed.library === 'ONNX') {
    const served = await openOnnx(parsed);
    return { answer: { kept: { ...served.about, ...ofFile } }, predict: (table) => served.predict(table) };
  }
  const served = build(parsed);
  const predict = (table: Table): Predictions => served.predict(table);
  const rowMs = measureRowMs(predict, served.about.featureCount ?? 1);
  if (rowMs <= SERVING_LIMITS.rowMsMax) return { answer: { parsed, sha256, rowMs }, predict: undefined };
  return { answer: { kept: { ...served.about, ...ofFile } }, predict };
}

/** One question after the other: the runtime of ONNX would else hold the tensors of all of them. */
function serve(predict: Predict): void {
  let before = Promise.resolve();
  port?.on('message', ({ id, table }: Question) => {
    before = before.then(async () => {
      port.postMessage(await answerTo(predict, id, table));
    });
  });
}

async function answerTo(predict: Predict, id: number, table: Table): Promise<Answer> {
  try {
    return { id, said: await predict(table) };
  } catch (error) {
    return { id, failed: messageOf(error) };
  }
}
