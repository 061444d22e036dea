import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const SQUARED = join(import.meta.dirname, 'fixtures', 'xgboost', '3.2.0', 'squared.json.gz');
/** Columns of the model that these files hold. */
export const WIDTH = 5;

interface Booster {
  learner: {
    learner_model_param: { base_score: string };
    gradient_booster: {
      model: {
        trees: object[];
        tree_info: number[];
        iteration_indptr: number[];
        gbtree_model_param: { num_trees: string };
      };
    };
  };
}

/**
 * A real XGBoost regression, its text. Another `baseScore` moves all predictions by as much; `times` repeats its trees,
 * which makes it as heavy as a big one.
 */
export function boosterText({ baseScore, times = 1 }: { baseScore: number; times?: number }): string {
  const booster = JSON.parse(gunzipSync(readFileSync(SQUARED)).toString()) as Booster;
  booster.learner.learner_model_param.base_score = `[${baseScore}E0]`;
  const { model } = booster.learner.gradient_booster;
  const once = model.trees;
  model.trees = Array.from({ length: once.length * times }, (_, id) => ({ ...once[id % once.length], id }));
  model.tree_info = model.trees.map(() => 0);
  model.iteration_indptr = Array.from({ length: model.trees.length + 1 }, (_, i) => i);
  model.gbtree_model_param.num_trees = String(model.trees.length);
  return JSON.stringify(booster);
}

/** Writes such a file and gives its path. */
export function writeBooster(
  folder: string,
  name: string,
  booster: { baseScore: number; times?: number },
): string {
  const path = join(folder, name);
  writeFileSync(path, boosterText(booster));
  return path;
}
