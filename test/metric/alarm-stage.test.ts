import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_ALARMS } from '../../src/metric/alarms/alarm-settings.ts';
import type { MetricSettings } from '../../src/metric/settings.ts';
import { decodeAlarm } from '../../src/wire/alarm-reader.ts';
import { parseAlarmCondition } from '../../src/wire/alarm-condition.ts';
import { ALARMS, PREDICTIONS, TRUTH } from '../../src/wire/queues.ts';
import { eventually } from '../setup/eventually.ts';
import { Scratch } from './ledger-fixture.ts';
import { Bench, settingsIn } from './stage-bench.ts';

test('an alarm leaves the program on its exchange, once, and stands in the snapshot; a restart raises nothing twice', async () => {
  using scratch = new Scratch();
  const settings: MetricSettings = {
    ...settingsIn(scratch.dir),
    alarms: {
      ...NO_ALARMS,
      conditions: [parseAlarmCondition('mae > 1')!],
      slices: ['origin'],
      slicesMax: 5,
    },
  };
  const send = async (bench: Bench, from: number, off: number): Promise<void> => {
    const ids = Array.from({ length: 500 }, (_, i) => from + i);
    const tags = (id: number) => ({ origin: id % 2 === 0 ? 'even' : 'odd' });
    await bench.send(
      PREDICTIONS,
      ids.map((id) => ({ id, body: id % 2 === 0 ? off : 0.1, tags: tags(id) })),
    );
    await bench.send(
      TRUTH,
      ids.map((id) => ({ id, body: 0 })),
    );
  };
  const heard: string[] = [];
  for (let life = 0; life < 3; life++) {
    await using bench = await Bench.start(settings);
    await bench.broker.subscribe(ALARMS, ({ payload }) => {
      const { alarm } = decodeAlarm(payload);
      heard.push(`${alarm.state} ${alarm.slice?.value ?? 'all'}`);
    });
    await send(bench, 1000 * life, life === 0 ? 0.2 : 6);
    if (life === 0) continue;
    const standing = bench.stage.snapshot().alarms ?? [];
    assert.deepEqual(new Set(standing.map(({ slice }) => slice?.value)), new Set(['even', undefined]));
    assert.equal(standing[0]?.coverage, 1);
    await eventually(async () => assert.ok(heard.length >= 4), 5000, 5);
    const told = (await bench.registry.getSingleMetric('aftermath_alarms_told_total')?.get())?.values ?? [];
    assert.equal(told.length, life === 1 ? 1 : 0);
  }
  assert.deepEqual(heard.toSorted(), ['confirmed all', 'confirmed even', 'raised all', 'raised even']);
});
