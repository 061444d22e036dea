import { ModelLoadError } from '../load-error.ts';
import type { LoadLimits } from '../load-limits.ts';
import { parseLightgbm } from './lightgbm/file.ts';
import { isLightgbm } from './lightgbm/model.ts';
import { isOnnx } from './onnx/graph.ts';
import { parseOnnx } from './onnx/serve.ts';
import type { ParsedModel } from './served.ts';
import { parseSklearn } from './sklearn.ts';
import { parseXgboost, xgboostFormat } from './xgboost/file.ts';
import { unpack } from './unpack.ts';

/**
 * Reads a model file by what its first bytes say it is; the name does not matter.
 *
 * @throws {ModelLoadError}
 */
export function identify(file: Uint8Array, limits: LoadLimits): ParsedModel {
  if (file.length === 0) throw new ModelLoadError('it is empty');
  const { bytes, packing } = unpack(file, limits);
  const packed = packing === 'raw' ? '' : `, ${packing}`;
  const xgboost = xgboostFormat(bytes);
  if (xgboost !== undefined) return { format: `${xgboost}${packed}`, ...parseXgboost(bytes) };
  if (isLightgbm(bytes)) return { format: `LightGBM text${packed}`, ...parseLightgbm(bytes) };
  if (isOnnx(bytes)) return { format: `ONNX${packed}`, ...parseOnnx(bytes) };
  const protocol = pickleProtocol(bytes);
  if (protocol === undefined) {
    throw new ModelLoadError('it is no pickle, joblib or other model file that we know by its content');
  }
  const writer = isJoblib(bytes) ? 'joblib, ' : '';
  return { format: `${writer}pickle protocol ${protocol}${packed}`, ...parseSklearn(bytes, limits) };
}

/** Whether joblib wrote it: its arrays name a wrapper. */
function isJoblib(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes('joblib.numpy_pickle');
}

/** The protocol a pickle says it has; 0 or 1 say nothing and begin with any opcode that can come first. */
function pickleProtocol(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes;
  if (first === 0x80) return String(second);
  return first !== undefined && FIRST_OPCODES.has(String.fromCharCode(first)) ? '0 or 1' : undefined;
}

const FIRST_OPCODES = new Set('(cinNIKJMLFGSTUVX)]}l.');
