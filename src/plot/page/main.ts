import { distributionOf, runningErrorOf } from '../charts-of-model.ts';
import type { ChartLook } from '../charts/chart.ts';
import { errorDistribution } from '../charts/error-distribution.ts';
import { withUnits } from '../charts/names.ts';
import { formatCount } from '../charts/numbers.ts';
import { runningError } from '../charts/running-error.ts';
import type { Feed } from '../feed.ts';
import { bookLines } from './books.ts';
import { followFeed } from './connection.ts';
import { byId, element, fill } from './element.ts';
import { LiveChart } from './live-chart.ts';
import { pageState, type PageState } from './state.ts';
import { distributionTable, modelTable, runningErrorTable } from './tables.ts';
import { tiles } from './tiles.ts';
import { verdict } from './verdict.ts';

const dark = matchMedia('(prefers-color-scheme: dark)');
const overTime = new LiveChart(byId('over-time'));
const distribution = new LiveChart(byId('distribution'));

let feed: Feed | undefined;
let feedAtMs = 0;
let isConnected = true;

followFeed({
  feed: (next) => {
    [feed, feedAtMs] = [next, performance.now()];
    showWords();
    showCharts();
  },
  connected: (next) => {
    isConnected = next;
    showWords();
  },
});
// Text on a canvas does not come again when its font does: the charts wait for it, the words need not.
const fonts = Promise.all(['400 12px Inter', '600 12px Inter'].map((font) => document.fonts.load(font)));
fonts.then(showCharts, showCharts);
dark.addEventListener('change', showCharts);
document.addEventListener('visibilitychange', showCharts);
addEventListener('resize', showCharts);
for (const details of document.querySelectorAll('details')) details.addEventListener('toggle', showCharts);
// Time passes without a message too: that is what makes figures stale.
setInterval(showWords, 1_000);
showWords();

function showWords(): void {
  const sinceFeedMs = performance.now() - feedAtMs;
  const state = pageState(feed, isConnected, sinceFeedMs);
  document.body.dataset['state'] = state;
  document.body.toggleAttribute('data-has-figures', (feed?.snapshot?.models[0]?.books.scored ?? 0) > 0);
  fill(byId('status-text'), statusText(state, sinceFeedMs));
  const { headline, more } = verdict(state, feed);
  fill(byId('headline'), ...headline);
  fill(byId('headline-more'), more);
  if (feed === undefined) return;
  fill(byId('tiles'), ...tiles(feed));
  fill(byId('books'), ...(feed.snapshot === undefined ? [] : bookLines(feed.snapshot)));
  const models = feed.snapshot?.models ?? [];
  byId('models').hidden = models.length < 2;
  if (models.length > 1) {
    fill(byId('models'), element('h2', {}, withUnits('Models side by side', feed.units)), modelTable(models));
  }
}

function statusText(state: PageState, sinceFeedMs: number): string {
  const age = `${formatCount(Math.round(((feed?.ageMs ?? 0) + sinceFeedMs) / 1_000), undefined)}\u00A0s`;
  const texts: Readonly<Record<PageState, string>> = {
    connecting: 'connecting',
    reconnecting: feed?.snapshot === undefined ? 'reconnecting' : `reconnecting · figures are ${age} old`,
    'waiting-for-broker': 'waiting for the broker',
    'waiting-for-metric': 'connected',
    'no-prediction': 'connected',
    'no-truth': 'connected',
    stale:
      feed?.broker.state === 'connected'
        ? `stale · metric has said nothing for ${age}`
        : `stale · no broker, figures are ${age} old`,
    live: `live · ${formatCount(feed?.snapshot?.rowsPerSecond ?? 0, undefined)} rows/s`,
  };
  return texts[state];
}

/** Nobody looks at a hidden page: it is drawn when it is shown again. */
function showCharts(): void {
  if (document.hidden) return;
  const champion = feed?.snapshot?.models[0];
  const units = feed?.units;
  const look: ChartLook = {
    theme: dark.matches ? 'dark' : 'light',
    width: 'container',
    height: byId('over-time').clientHeight,
    standsAlone: false,
    locale: undefined,
    clock: 'local',
  };
  byId('over-time-title').textContent = withUnits('Mean absolute error over time', units);
  byId('distribution-title').textContent = withUnits('Distribution of the absolute error', units);
  const spread = champion && distributionOf(champion, units);
  const course = runningErrorOf(feed?.snapshot?.models ?? [], units);
  showTable('distribution-table', spread && (() => distributionTable(spread.histogram)));
  showTable('over-time-table', course && (() => runningErrorTable(course.models[0]?.points ?? [])));
  void document.fonts.ready.then(async () => {
    await overTime.show(
      course && runningError(course, look),
      'How the error went shows with the first truths.',
    );
    await distribution.show(
      spread && errorDistribution(spread, look),
      'How the errors are spread shows with the first truths.',
    );
  });
}

/** A table is made while somebody looks at it. */
function showTable(id: string, make: (() => Node) | undefined): void {
  const details = byId(id) as HTMLDetailsElement;
  details.toggleAttribute('data-empty', make === undefined);
  const table = details.open && make !== undefined ? [make()] : [];
  fill(details, element('summary', {}, 'table'), ...table);
}
