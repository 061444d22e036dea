import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { loadBytes } from '../../../src/model/load.ts';

const folder = join(import.meta.dirname, '../fixtures/sklearn-1.2.1');

void it('a model that says another number of columns than it has weights is refused', () => {
  const content = readFileSync(join(folder, 'linear.p4.pkl'));
  const at = content.indexOf('n_features_in_', 0, 'latin1');
  // After the name: MEMOIZE, BININT1 and the number.
  content[at + 'n_features_in_'.length + 2] = 7;
  assert.throws(() => loadBytes(content), /says 7 columns and has 6/);
});

void it('an attribute that a model cannot do without is missed by its name', () => {
  const content = readFileSync(join(folder, 'scaled_linear.p4.pkl')).toString('latin1');
  const renamed = Buffer.from(content.replace('mean_\x94', 'maen_\x94'), 'latin1');
  assert.throws(() => loadBytes(renamed), /StandardScaler has nothing as 'mean_' where numbers should be/);
});

void it('bytes after the end of a pickle do not matter', () => {
  const content = readFileSync(join(folder, 'linear.p4.pkl'));
  assert.equal(loadBytes(Buffer.concat([content, Buffer.from('junk')])).info.estimator, 'LinearRegression');
});
