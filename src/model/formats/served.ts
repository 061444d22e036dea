import type { ModelInfo, Predictions, Table } from '../predictor.ts';

/** A model file read into plain data: it can be posted to another thread and built there without reading again. */
export interface ParsedModel extends ParsedContent {
  /** For example `pickle protocol 4, gzip`. */
  readonly format: string;
}

/** What the reader of one library gives. */
export interface ParsedContent {
  readonly library: 'scikit-learn' | 'XGBoost' | 'LightGBM' | 'ONNX';
  readonly unpackedBytes: number;
  /** What the library's own `build` takes. */
  readonly content: unknown;
}

/** A built model without what the loader adds about the file. */
export interface Served {
  readonly about: Omit<ModelInfo, 'format' | 'sizeBytes' | 'sha256'>;
  predict(table: Table): Predictions;
}
