import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figureText, joined } from '../../../src/plot/words/figure-text.ts';
import type { FigureValue } from '../../../src/stats/figure.ts';

const CASES: readonly (readonly [name: string, figure: FigureValue, expected: string])[] = [
  ['mae', { value: 18.0967, low: 17.7156, high: 18.4779 }, '18.1 ± 0.4 min'],
  ['mae', { value: 18.0967 }, '18.1 min'],
  ['mae', { value: 18.0967, low: 18.0966, high: 18.0968 }, '18.1 ± 0.0001 min'],
  ['mae', { value: 1_234.5, low: 1_200, high: 1_269 }, '1,230 ± 35 min'],
  ['mae', { value: 0.01234, low: 0.0113, high: 0.0134 }, '0.0123 ± 0.0011 min'],
  ['mae', { value: 20, low: 17.1, high: 28.3 }, '20.0 (17.1 to 28.3) min'],
  ['mae', { value: 0, low: 0, high: 0 }, '0 ± 0.00 min'],
  ['bias', { value: 0.574, low: 0.4, high: 0.748 }, '+0.574 ± 0.174 min'],
  ['bias', { value: 0.000_509_7, low: -0.2856, high: 0.2866 }, '+0.001 ± 0.286 min'],
  ['bias', { value: -0.000_01, low: -0.286_01, high: 0.285_99 }, '0.000 ± 0.286 min'],
  ['bias', { value: 0.5, low: -1_200, high: 1_201 }, '+1 ± 1,201 min'],
  ['bias', { value: -6.4 }, '−6.40 min'],
  ['accuracy', { value: 0.942, low: 0.931, high: 0.953 }, '94.2 ± 1.1 %'],
  ['r2', { value: 0.0217 }, '0.0217'],
  ['a_figure_of_tomorrow', { value: 3 }, '3'],
];

for (const [name, figure, expected] of CASES) {
  test(`${name} of ${figure.value} within ${figure.low} and ${figure.high} reads ${expected}`, () => {
    const text = joined(figureText(name, figure, { units: 'min', locale: 'en' }));
    assert.equal(text.replaceAll('\u00A0', ' '), expected);
  });
}

test('numbers are written as the reader writes them', () => {
  const text = joined(
    figureText('mae', { value: 1_234.5, low: 1_200, high: 1_269 }, { units: 'min', locale: 'de' }),
  );
  assert.equal(text, '1.230\u00A0±\u00A035\u00A0min');
});
