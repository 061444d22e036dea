import { Hono } from 'hono';
import type { Stage, StageContext } from '../service/stage.ts';

/** What plot is told. All of it has its default in `config.ts`. */
export interface PlotSettings {
  /** Directory of `error_distribution.png` and `.svg`: that of the log. Made when it is missing. */
  readonly outDir: string;
  /** The pictures are drawn at most so often. */
  readonly redrawEveryMs: number;
  /** Look of the pictures; the page follows its reader. */
  readonly theme: 'light' | 'dark';
  /** Unit of the target (`min`, `€`), shown once per chart; `undefined`: none. */
  readonly units: string | undefined;
  /** The page is told news at most so often. */
  readonly pushEveryMs: number;
  /** Figures older than this are shown as stale. */
  readonly staleAfterMs: number;
}

/** The running plot stage: the pictures, and the page for whoever serves it. */
export interface PlotStage extends Stage {
  readonly name: 'plot';
  /** The live page (`/`, `/events`, `/api/snapshot`, `/error_distribution.png`, …), to be mounted at `/`. */
  readonly routes: Hono;
}

/**
 * Stage 4: draws what metric publishes. It works from the moment it is started, with or without a broker.
 *
 * Nothing it does stops the others: a picture that cannot be written is a line in the log.
 */
export async function startPlot(_settings: PlotSettings, _context: StageContext): Promise<PlotStage> {
  throw new Error('not built yet');
}
