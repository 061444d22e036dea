/**
 * Columns that the log may have behind `id,y_true,y_pred,absolute_error`. `time`: event time of the
 * prediction, ISO 8601, else its arrival; `tags` and `proba`: JSON; `revision`: 0 for the first outcome of an
 * id and model, then 1, 2, …
 */
export const LOG_COLUMNS = ['model', 'version', 'time', 'tags', 'revision', 'proba'] as const;
export type LogColumn = (typeof LOG_COLUMNS)[number];
