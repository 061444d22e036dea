import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { openBroker } from '../../src/broker/open.ts';
import { stream } from '../../src/commands/broker-settings.ts';
import { brokerRights, rightsPattern, type BrokerRights } from '../../src/commands/broker-rights.ts';
import { datasetDefaults, datasetOf } from '../../src/commands/dataset-settings.ts';
import { driftOf } from '../../src/commands/drift-settings.ts';
import { metricOf } from '../../src/commands/metric-settings.ts';
import { loadServing } from '../../src/commands/models.ts';
import { FEATURES_LIMITS, PAGE_LIMITS, SETTINGS, type SettingKey } from '../../src/config.ts';
import { startFeatures } from '../../src/features/stage.ts';
import { startMetric } from '../../src/metric/stage.ts';
import { SERVING_LIMITS } from '../../src/model/serving-limits.ts';
import { startModel } from '../../src/model/stage.ts';
import { startPlot } from '../../src/plot/stage.ts';
import { SYSTEM_CLOCK } from '../../src/service/clock.ts';
import { messageOf } from '../../src/service/errors.ts';
import { resolveSettings } from '../../src/service/settings.ts';
import type { Stage, StageContext, StageName } from '../../src/service/stage.ts';
import { DATA_QUEUES } from '../../src/wire/queues.ts';
import { collectedLog } from '../broker/collected-log.ts';
import { feed } from '../e2e/fed-stages.ts';
import { eventually } from '../e2e/program.ts';
import { testBroker, type TestBroker } from '../setup/rabbitmq.ts';

const EXAMPLE = join(import.meta.dirname, '..', '..', 'examples', 'diabetes');
const NEEDS = { queues: DATA_QUEUES, tasksQueue: 'tasks', bind: undefined, hasAlarms: true };

/** What a stage goes on without, but for a warning: nothing that it was given depends on it. An alarm is told again and again. */
const CAN_DO_WITHOUT = new Set([
  'model write aftermath.snapshots',
  'plot write aftermath.control',
  'metric write aftermath.alarms',
]);

/** Starts a stage as its command does, with its defaults, so that it does all that it ever does on the broker. */
async function start(stage: StageName, context: StageContext): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), `aftermath-rights-${stage}-`));
  const given = { flags: { alarm: ['mae > 50'] }, environment: {}, config: undefined };
  const { values } = resolveSettings(SETTINGS, Object.keys(SETTINGS) as SettingKey[], given);
  const set = { ...values, logs: folder, target: 'progression' };
  switch (stage) {
    case 'features': {
      const dataset = datasetOf(set, join(EXAMPLE, 'diabetes.csv'));
      const limits = { ...FEATURES_LIMITS, stopWithinMs: 1_000 };
      const tasks = { queue: set.tasksQueue, directory: EXAMPLE, defaults: datasetDefaults(set) };
      const statePath = join(folder, 'features.db');
      return startFeatures({ ...set, ...stream(set), dataset, tasks, statePath, limits }, context);
    }
    case 'model': {
      const models = await loadServing([join(EXAMPLE, 'diabetes_linear.pkl')]);
      const drift = { ...driftOf(set, []), publishEveryMs: 50 };
      return startModel({ ...set, ...stream(set), ...SERVING_LIMITS, models, drift }, context);
    }
    case 'metric':
      return startMetric({ ...metricOf(set), ...set, ...stream(set) }, context);
    case 'plot':
      return startPlot({ ...set, ...PAGE_LIMITS, outDir: folder, redrawEveryMs: 1_000 }, context);
    default:
      throw new Error(`no stage ${String(stage)}`);
  }
}

for (const stage of ['features', 'model', 'metric', 'plot'] as const) {
  const rights = brokerRights(stage, NEEDS);
  for (const right of ['configure', 'write', 'read'] as const) {
    test(`${stage} names what it cannot ${right}, whichever of its rights to ${right} is missing, and ends`, async () => {
      await Promise.all(rights[right].map((name) => oneLess(stage, rights, { right, name })));
    });
  }
}

async function oneLess(
  stage: StageName,
  rights: BrokerRights,
  { right, name }: { readonly right: 'configure' | 'write' | 'read'; readonly name: string },
): Promise<void> {
  await using server = await testBroker();
  const less = { ...rights, [right]: rights[right].filter((other) => other !== name) };
  await using user = await userWith(server, less);
  await using admin = openBroker({ url: server.url, log: collectedLog().log });
  await using broker = openBroker({ url: user.url, log: collectedLog().log });
  const said = collectedLog();
  const running = await start(stage, {
    broker,
    log: said.log,
    registry: new Registry(),
    clock: SYSTEM_CLOCK,
  });
  let end: string | undefined;
  running.done.catch((error: unknown) => {
    end = messageOf(error);
  });
  const canDoWithout = CAN_DO_WITHOUT.has(`${stage} ${right} ${name}`);
  const told = await eventually(`${stage} without ${right} ${name}`, async () => {
    await feed(admin);
    return canDoWithout ? said.lines.find((line) => line.includes('lacks the right')) : end;
  });
  const words = `^Cannot .*user "${user.name}" lacks the right to ${right} (queue|exchange) "${name.replaceAll('.', String.raw`\.`)}`;
  assert.match(told, new RegExp(words));
  assert.match(told, /in virtual host "test-\w+".*`aftermath permissions`/);
  await running.stop();
}

async function userWith(server: TestBroker, rights: BrokerRights) {
  const name = `limited-${randomBytes(6).toString('hex')}`;
  await server.manage('PUT', `/api/users/${name}`, { password: 'secret', tags: '' });
  const [configure, write, read] = [rights.configure, rights.write, rights.read].map(rightsPattern);
  await server.manage('PUT', `/api/permissions/${server.vhost}/${name}`, { configure, write, read });
  return {
    name,
    url: server.url.replace(/\/\/.*@/, `//${name}:secret@`),
    [Symbol.asyncDispose]: async () => void (await server.manage('DELETE', `/api/users/${name}`)),
  };
}
