import { basename, join } from 'node:path';
import { chartsOfLog, type LogCharts } from '../metric/report/log-charts.ts';
import type { ReportOptions } from '../metric/report/report.ts';
import { pictureLook } from '../plot/charts/chart.ts';
import { choose } from '../plot/chosen.ts';
import { Drawer } from '../plot/drawer.ts';
import { panels } from '../plot/panels.ts';
import { reportPage } from '../plot/report-page.ts';
import { writeWhole } from '../service/whole-file.ts';
import { AftermathError, messageOf } from '../service/errors.ts';
import type { Snapshot } from '../wire/snapshot.ts';
import { readingLog } from './reading-log.ts';

/** How pictures of a log are made. */
export interface LogPictureOptions extends ReportOptions {
  /** The columns, or tags, by which errors are cut up. */
  readonly slices: readonly string[];
  /** Unit of the target, or `undefined`. */
  readonly units: string | undefined;
}

/**
 * A log as one HTML file.
 *
 * @throws {AftermathError} as `reportLog`, and `stop` where the file cannot be written
 */
export async function logToHtml(path: string, html: string, options: LogPictureOptions): Promise<LogCharts> {
  await using drawer = new Drawer();
  const read = await readLogCharts(path, options, drawer);
  const { units } = options;
  const about = {
    name: basename(path),
    snapshot: snapshotOf(path, read),
    units,
    notes: read.report.notes,
    isOfStream: false,
  };
  await written(html, await reportPage(about, (chart) => drawer.drawSvg(chart)));
  return read;
}

/**
 * Every chart that a log allows, as `NAME.png` and `NAME.svg` in a folder, which is made when it is missing.
 *
 * @returns the files written
 * @throws {AftermathError} as `logToHtml`
 */
export async function logToPictures(
  path: string,
  outDir: string,
  options: LogPictureOptions & { readonly theme: 'light' | 'dark' },
): Promise<string[]> {
  await using drawer = new Drawer();
  const read = await readLogCharts(path, options, drawer);
  const files: string[] = [];
  const source = { units: options.units, hasNoTiles: true };
  for (const { id, chart } of panels(choose(snapshotOf(path, read), {}), source)) {
    if (chart === undefined) continue;
    const { svg, png } = await drawer.draw(chart(pictureLook(options.theme)));
    const file = join(outDir, id.replaceAll('-', '_'));
    await written(`${file}.svg`, svg);
    await written(`${file}.png`, png);
    files.push(`${file}.png`, `${file}.svg`);
  }
  return files;
}

async function readLogCharts(path: string, options: LogPictureOptions, drawer: Drawer): Promise<LogCharts> {
  using reading = readingLog(path);
  // A large log takes longer than the thread to start, and needs its memory.
  if (!reading.isLarge) drawer.warm();
  return await chartsOfLog(path, { ...options, onBytes: reading.done });
}

/** A log without the name of a model is called after its file. */
function snapshotOf(path: string, { models, report }: LogCharts): Snapshot {
  const [first, ...others] = models;
  const model = first.model === 'default' ? basename(path).replace(/\.[^.]*$/, '') : first.model;
  const truths = { waiting: 0, orphan: 0, late: 0, revision: 0, duplicate: 0, unknown: 0, refused: 0 };
  return {
    kind: 'metric',
    schema: 1,
    publisher: 'log',
    publishedAtMs: 0,
    sinceMs: undefined,
    models: [{ ...first, model }, ...others],
    truths: { received: report.rows, matched: report.rows, ...truths },
    deadLetters: {},
    rowsPerSecond: 0,
    logPath: path,
  };
}

async function written(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeWhole(path, content);
  } catch (error) {
    throw new AftermathError('stop', `Cannot write ${path}: ${messageOf(error)}`, { cause: error });
  }
}
