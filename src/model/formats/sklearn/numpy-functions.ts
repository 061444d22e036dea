/** Functions of one number that people put around features and targets, by their numpy name. */
export const NUMPY_FUNCTIONS: ReadonlyMap<string, (value: number) => number> = new Map([
  ['absolute', Math.abs],
  ['abs', Math.abs],
  ['fabs', Math.abs],
  ['negative', (value: number) => -value],
  ['positive', (value: number) => value],
  ['exp', Math.exp],
  ['exp2', (value: number) => 2 ** value],
  ['expm1', Math.expm1],
  ['log', Math.log],
  ['log2', Math.log2],
  ['log10', Math.log10],
  ['log1p', Math.log1p],
  ['sqrt', Math.sqrt],
  ['cbrt', Math.cbrt],
  ['square', (value: number) => value * value],
  ['sign', Math.sign],
  ['reciprocal', (value: number) => 1 / value],
  ['sin', Math.sin],
  ['cos', Math.cos],
  ['tan', Math.tan],
  ['arcsin', Math.asin],
  ['arccos', Math.acos],
  ['arctan', Math.atan],
  ['sinh', Math.sinh],
  ['cosh', Math.cosh],
  ['tanh', Math.tanh],
  ['arcsinh', Math.asinh],
  ['arccosh', Math.acosh],
  ['arctanh', Math.atanh],
  ['deg2rad', (value: number) => (value * Math.PI) / 180],
  ['radians', (value: number) => (value * Math.PI) / 180],
  ['rad2deg', (value: number) => (value * 180) / Math.PI],
  ['degrees', (value: number) => (value * 180) / Math.PI],
  ['floor', Math.floor],
  ['ceil', Math.ceil],
  ['trunc', Math.trunc],
  ['rint', roundHalfEven],
  ['round', roundHalfEven],
  ['expit', (value: number) => 1 / (1 + Math.exp(-value))],
  ['logit', (value: number) => Math.log(value / (1 - value))],
]);

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
