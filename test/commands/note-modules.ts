import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

/** Preloaded with --import: notes every module that is loaded in the file that NOTE_MODULES names, a line each. */
const file = process.env['NOTE_MODULES'] ?? '';

registerHooks({
  load(url, context, next) {
    appendFileSync(file, `${url}\n`);
    return next(url, context);
  },
});
