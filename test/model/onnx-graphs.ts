import { bytesField, numberField } from '../../src/model/formats/onnx/protobuf.ts';

const FLOAT = 1;
const STRING = 8;
const text = (number: number, value: string): Uint8Array => bytesField(number, Buffer.from(value));
const message = (...fields: readonly Uint8Array[]): Buffer => Buffer.concat(fields);

/** An input or output of shape [any, 1]. */
function column(field: number, name: string, type: number): Uint8Array {
  const rows = bytesField(1, text(2, 'N'));
  const shape = message(rows, bytesField(1, numberField(1, 1)));
  const tensor = message(numberField(1, type), bytesField(2, shape));
  return bytesField(field, message(text(1, name), bytesField(2, bytesField(1, tensor))));
}

function node(
  operator: string,
  domain: string,
  names: { inputs: string[]; output: string },
  attributes: Uint8Array[],
) {
  const inputs = names.inputs.map((name) => text(1, name));
  return bytesField(
    1,
    message(
      ...inputs,
      text(2, names.output),
      text(4, operator),
      ...attributes.map((a) => bytesField(5, a)),
      text(7, domain),
    ),
  );
}

/** A graph that adds the number of a row to the one that stands for its text: `small` is 1, `large` is 2. */
export function textAndNumber(): Uint8Array {
  const floats = message(
    ...[1, 2].map((value) => Buffer.concat([Buffer.of(0x3d), Buffer.from(Float32Array.of(value).buffer)])),
  );
  const graph = message(
    node('LabelEncoder', 'ai.onnx.ml', { inputs: ['size'], output: 'coded' }, [
      message(text(1, 'keys_strings'), text(9, 'small'), text(9, 'large'), numberField(20, 8)),
      message(text(1, 'values_floats'), floats, numberField(20, 6)),
    ]),
    node('Add', '', { inputs: ['coded', 'age'], output: 'total' }, []),
    text(2, 'sum'),
    column(11, 'size', STRING),
    column(11, 'age', FLOAT),
    column(12, 'total', FLOAT),
  );
  const opset = (domain: string, version: number): Uint8Array =>
    bytesField(8, message(text(1, domain), numberField(2, version)));
  return message(numberField(1, 8), bytesField(7, graph), opset('', 17), opset('ai.onnx.ml', 3));
}
