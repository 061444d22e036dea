import type { InferenceSession } from 'onnxruntime-node';
import { codeOf, messageOf } from '../../../service/errors.ts';
import { ModelLoadError } from '../../load-error.ts';

/** ONNX Runtime, as its package gives it. */
export type Runtime = typeof import('onnxruntime-node');

/** A graph opened by the runtime. */
export interface OpenGraph {
  readonly runtime: Runtime;
  readonly session: InferenceSession;
}

/**
 * Opens a graph with ONNX Runtime, which is only installed by who needs it.
 *
 * The runtime blocks the thread that calls it, whatever its promises look like: call it in a worker.
 *
 * @throws {ModelLoadError} when the runtime is not installed, or does not take the graph
 */
export async function openGraph(bytes: Uint8Array): Promise<OpenGraph> {
  const runtime = await findRuntime();
  try {
    const session = await runtime.InferenceSession.create(bytes, {
      // More threads than one spin while they wait, and take the cores of the other stages.
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      logSeverityLevel: 4,
    });
    return { runtime, session };
  } catch (error) {
    throw new ModelLoadError(`ONNX Runtime does not take it: ${messageOf(error)}`, { cause: error });
  }
}

async function findRuntime(): Promise<Runtime> {
  try {
    return await import('onnxruntime-node');
  } catch (error) {
    const why =
      codeOf(error) === 'ERR_MODULE_NOT_FOUND'
        ? 'which is not installed: npm install onnxruntime-node'
        : `which is installed, but cannot be started here: ${messageOf(error)}`;
    throw new ModelLoadError(`it is an ONNX model, and those need ONNX Runtime, ${why}`, { cause: error });
  }
}
