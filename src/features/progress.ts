/** What has gone out of a run. */
export interface Published {
  /** Rows whose features are confirmed. */
  readonly rowsPublished: number;
  /** Truths that are confirmed. */
  readonly truthsPublished: number;
}

/** How far a run has come. */
export interface RunProgress extends Published {
  /** Truths that are still to be sent or confirmed, of rows that were sent. */
  readonly truthsDue: number;
  /** Rows of the file that could not be used. */
  readonly rowsRefused: number;
  /** Rows that were published and have no target: no truth will come. */
  readonly rowsWithoutTruth: number;
  /** Rows that the run will read in all, published or refused, when known. */
  readonly rowsTotal: number | undefined;
  /** Everything is published and confirmed. */
  readonly finished: boolean;
}

/** Of a run that has not begun. */
export const NO_PROGRESS: RunProgress = {
  rowsPublished: 0,
  truthsPublished: 0,
  truthsDue: 0,
  rowsRefused: 0,
  rowsWithoutTruth: 0,
  rowsTotal: undefined,
  finished: false,
};
