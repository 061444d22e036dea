import type { Logger } from '../service/logging.ts';
import type { PredictionRecord } from '../wire/records.ts';

/** Says once, where predictions have several outputs, which of them is scored. */
export class OutputNotice {
  readonly #output: string | undefined;
  readonly #log: Logger;
  #isSaid = false;

  /** @param output the one that the settings name */
  constructor(output: string | undefined, log: Logger) {
    this.#output = output;
    this.#log = log;
  }

  look(records: readonly PredictionRecord[]): void {
    if (this.#isSaid) return;
    const several = records.find(({ value }) => typeof value === 'object');
    if (several === undefined) return;
    this.#isSaid = true;
    const names = several.outputs?.join(', ') ?? 'not named';
    const found = `Predictions have several outputs (${names})`;
    const output = this.#output;
    if (output === undefined) this.#log.info(`${found}: the first is scored. --output names another.`);
    else if (several.outputs?.includes(output)) this.#log.info(`${found}: "${output}" is scored.`);
    else this.#log.warn(`${found}, and no output "${output}" among them: the first is scored.`);
  }
}
