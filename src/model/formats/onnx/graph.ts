import { ModelLoadError } from '../../load-error.ts';
import { bytesField, bytesOf, fieldsOf, integersOf, numberField, textOf, type Field } from './protobuf.ts';

/** Class labels in the order of the probabilities. */
export type Labels = readonly (string | number)[];

/** An ONNX file as far as we read it ourselves: plain data. The rest is for the runtime. */
export interface OnnxFile {
  /** What the runtime is given: the file, without the nodes whose output it cannot hand to JavaScript. */
  readonly bytes: Uint8Array;
  /** Who wrote it, for example `skl2onnx`, and in which version. */
  readonly producer: string;
  readonly producerVersion: string | undefined;
  /** For example `opset 17`. */
  readonly opset: string;
  /** The operators in order, for example `Scaler`. */
  readonly operators: readonly string[];
  /** Lists of class labels that the graph holds, the likeliest last. */
  readonly labels: readonly Labels[];
}

/** Whether these bytes begin as an ONNX file does, and are made of an ONNX model's fields. */
export function isOnnx(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0x08) return false;
  try {
    const numbers = new Set<number>();
    for (const { number } of fieldsOf(bytes)) numbers.add(number);
    return numbers.has(MODEL.graph) && numbers.has(MODEL.opset);
  } catch (error) {
    if (error instanceof ModelLoadError) return false;
    throw error;
  }
}

/**
 * Reads an ONNX file. A ZipMap, which makes maps that the runtime cannot hand over, is taken off the graph: the
 * probabilities that went into it become the output.
 *
 * @throws {ModelLoadError} when it is damaged or keeps its weights in other files
 */
export function readOnnx(bytes: Uint8Array): OnnxFile {
  const about = { producer: 'ONNX', version: '', opsets: [] as string[] };
  const parts: Uint8Array[] = [];
  let graph: Graph | undefined;
  for (const field of fieldsOf(bytes)) {
    if (field.number === MODEL.producer) about.producer = textOf(field);
    else if (field.number === MODEL.producerVersion) about.version = textOf(field);
    else if (field.number === MODEL.opset) about.opsets.push(...opsetOf(bytesOf(field)));
    if (field.number !== MODEL.graph) parts.push(field.whole);
    else {
      graph = readGraph(bytesOf(field));
      parts.push(bytesField(MODEL.graph, graph.bytes));
    }
  }
  if (graph === undefined) throw new ModelLoadError('it holds no graph');
  return {
    bytes: graph.isChanged ? Buffer.concat(parts) : bytes,
    producer: about.producer,
    producerVersion: about.version === '' ? undefined : about.version,
    opset: about.opsets[0] === undefined ? 'no opset' : `opset ${about.opsets[0]}`,
    operators: graph.operators,
    labels: graph.labels,
  };
}

/** Field numbers of onnx.proto3. @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3 */
const MODEL = { producer: 2, producerVersion: 3, graph: 7, opset: 8 } as const;
const GRAPH = { node: 1, initializer: 5, output: 12 } as const;
const NODE = { input: 1, output: 2, operator: 4, attribute: 5 } as const;
const ATTRIBUTE = { name: 1, tensor: 5, integers: 8, strings: 9 } as const;
const TENSOR = { strings: 6, integers: 7, name: 8, raw: 9, location: 14 } as const;
const TYPED = { name: 1, type: 2 } as const;
const EXTERNAL = 1;
const FLOAT = 1;

interface Graph {
  readonly bytes: Uint8Array;
  readonly isChanged: boolean;
  readonly operators: readonly string[];
  readonly labels: readonly Labels[];
}

interface Node {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly labels: readonly Labels[];
}

function readGraph(message: Uint8Array): Graph {
  const fields = [...fieldsOf(message)];
  const nodes = fields.map((field) => (field.number === GRAPH.node ? readNode(bytesOf(field)) : undefined));
  const maps = new Map<string, string>();
  for (const node of nodes) {
    if (node?.operator === 'ZipMap') maps.set(node.outputs[0] ?? '', node.inputs[0] ?? '');
  }
  const tables = new Map<string, Labels>();
  for (const field of fields) {
    if (field.number !== GRAPH.initializer) continue;
    const { name, values } = readTensor(bytesOf(field));
    tables.set(name, values);
  }
  const parts: Uint8Array[] = [];
  for (const [i, field] of fields.entries()) {
    if (nodes[i]?.operator === 'ZipMap') continue;
    const zipped = field.number === GRAPH.output ? maps.get(nameOf(bytesOf(field))) : undefined;
    parts.push(zipped === undefined ? field.whole : bytesField(GRAPH.output, floatOutput(zipped)));
  }
  return {
    bytes: Buffer.concat(parts),
    isChanged: maps.size > 0,
    operators: nodes.flatMap((node) => (node === undefined ? [] : [node.operator])),
    labels: nodes.flatMap((node) => (node === undefined ? [] : labelsOf(node, tables))),
  };
}

function readNode(message: Uint8Array): Node {
  const node = { operator: '', inputs: [] as string[], outputs: [] as string[], labels: [] as Labels[] };
  for (const field of fieldsOf(message)) {
    if (field.number === NODE.input) node.inputs.push(textOf(field));
    else if (field.number === NODE.output) node.outputs.push(textOf(field));
    else if (field.number === NODE.operator) node.operator = textOf(field);
    else if (field.number === NODE.attribute) node.labels.push(...labelAttribute(bytesOf(field)));
  }
  return node;
}

/** What the operators of ai.onnx.ml call the labels they answer with. */
const LABEL_ATTRIBUTES = new Set([
  'classlabels_ints',
  'classlabels_int64s',
  'classlabels_strings',
  'values_int64s',
  'values_strings',
]);

function labelAttribute(message: Uint8Array): Labels[] {
  let name = '';
  const labels: (string | number)[] = [];
  for (const field of fieldsOf(message)) {
    if (field.number === ATTRIBUTE.name) name = textOf(field);
    else if (field.number === ATTRIBUTE.tensor) readTensor(bytesOf(field));
    else if (field.number === ATTRIBUTE.strings) labels.push(textOf(field));
    else if (field.number === ATTRIBUTE.integers) labels.push(...integersOf(field));
  }
  return LABEL_ATTRIBUTES.has(name) ? [labels] : [];
}

/** A converter without an operator of its own picks the label out of a constant list. */
function labelsOf(node: Node, tables: ReadonlyMap<string, Labels>): Labels[] {
  const picked = /^(?:ArrayFeatureExtractor|Gather)$/.test(node.operator)
    ? tables.get(node.inputs[0] ?? '')
    : undefined;
  return picked === undefined ? [...node.labels] : [...node.labels, picked];
}

/** Class lists are short; the weights of a network are not read. */
const LABELS_MAX = 10_000;
const LABEL_BYTES_MAX = 8 * LABELS_MAX;

function readTensor(message: Uint8Array): { readonly name: string; readonly values: Labels } {
  let name = '';
  const values: (string | number)[] = [];
  for (const field of fieldsOf(message)) {
    if (field.number === TENSOR.name) name = textOf(field);
    else if (field.number === TENSOR.location && field.value === EXTERNAL) {
      throw new ModelLoadError(
        'it keeps its weights in other files; save it as one: onnx.save(model, path, save_as_external_data=False)',
      );
    } else if (field.whole.length > LABEL_BYTES_MAX || values.length > LABELS_MAX) continue;
    else if (field.number === TENSOR.strings) values.push(textOf(field));
    else if (field.number === TENSOR.integers) values.push(...integersOf(field));
    else if (field.number === TENSOR.raw) values.push(...rawIntegers(bytesOf(field)));
  }
  return { name, values };
}

/** The only raw list of labels there can be is of 64-bit integers; of another type it will not match the answers. */
function rawIntegers(raw: Uint8Array): number[] {
  if (raw.length % 8 !== 0) return [];
  const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
  return Array.from({ length: raw.length / 8 }, (_, i) => Number(view.getBigInt64(8 * i, true)));
}

function nameOf(message: Uint8Array): string {
  for (const field of fieldsOf(message)) if (field.number === TYPED.name) return textOf(field);
  return '';
}

/** An output that is a tensor of 32-bit floats; of what shape, the runtime finds out. */
function floatOutput(name: string): Uint8Array {
  const type = bytesField(1, numberField(1, FLOAT));
  return Buffer.concat([bytesField(TYPED.name, Buffer.from(name)), bytesField(TYPED.type, type)]);
}

/** The version of the standard operators. */
function opsetOf(message: Uint8Array): string[] {
  let domain = '';
  let version: Field['value'] = 0;
  for (const field of fieldsOf(message)) {
    if (field.number === 1) domain = textOf(field);
    else if (field.number === 2) version = field.value;
  }
  return (domain === '' || domain === 'ai.onnx') && typeof version === 'number' ? [String(version)] : [];
}
