import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readFileSync } from 'node:fs';
import { compareWithGolden, type Golden } from './golden.ts';

/**
 * Every model below the folder agrees with its golden. AFTERMATH_MODELS names another folder of the same
 * layout (folders of models, `NAME.golden.json` and their inputs), to check more than the project carries.
 */
const folder = process.env['AFTERMATH_MODELS'] ?? join(import.meta.dirname, '../fixtures');

const MODEL = /^(?<name>.+?)(?<container>(?:\.p\d)?\.pkl|\.joblib(?:\.gz)?)$/;
const BIT_FOR_BIT =
  /^(tree|forest|extra_trees|boosting$|hist_boosting$|random_search|bagging$|multi_output|tree_)/;
const KERNELS = /^(svr|svc|neighbours|power|quantile)/;

for (const family of readdirSync(folder, { withFileTypes: true })) {
  if (!family.isDirectory()) continue;
  const inside = join(family.parentPath, family.name);
  void describe(family.name, () => {
    for (const file of readdirSync(inside)) {
      const { name } = MODEL.exec(file)?.groups ?? {};
      const golden = join(inside, `${name}.golden.json`);
      if (name === undefined || !existsSync(golden)) continue;
      void it(`${file} predicts what scikit-learn predicted`, () => {
        const { input } = JSON.parse(readFileSync(golden, 'utf8')) as Golden;
        const tolerance = BIT_FOR_BIT.test(name) ? 0 : KERNELS.test(name) ? 1e-9 : 1e-12;
        compareWithGolden({
          model: join(inside, file),
          golden,
          input: join(inside, input ?? 'X_test.csv'),
          tolerance,
        });
      });
    }
  });
}
