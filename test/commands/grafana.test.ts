import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import dashboard from '../../examples/grafana/dashboard.json' with { type: 'json' };

test('every query of the Grafana dashboard asks for figures and labels that a service has', async (t) => {
  const metrics = await metricsOfRun(t);
  /** Label names by figure; a histogram is its buckets. */
  const figures = new Map<string, Set<string>>();
  for (const [, name = '', labels = ''] of metrics.matchAll(/^([a-z]\w*)(?:\{(.*)\})? /gm)) {
    const known = figures.get(name) ?? new Set();
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label);
    figures.set(name, known);
  }
  // Counted once there is one: what cannot be used is rare.
  figures.set('aftermath_dead_letters_total', new Set(['origin']));
  figures.set('aftermath_records_refused_total', new Set(['code']));
  const given = new Set(['instance', 'job']);
  const queries = dashboard.panels.flatMap(({ targets }) => targets);
  assert.ok(queries.length > 10);
  for (const { expr, legendFormat } of queries) {
    const names = [...expr.matchAll(/\b(?:aftermath|process|nodejs)_\w+/g)].map(([name]) => name);
    assert.equal(names.length, 1, expr);
    const labels = figures.get(names[0] ?? '');
    assert.ok(labels, `${expr}: no service has ${names[0]}`);
    const asked = [
      ...[...expr.matchAll(/by \((\w+)\)/g)].map(([, label = '']) => label),
      ...[...expr.matchAll(/[{,](\w+)=/g)].map(([, label = '']) => label),
      ...[...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label),
    ];
    for (const label of asked) assert.ok(labels.has(label) || given.has(label), `${expr}: no label ${label}`);
  }
  // The figures that an operator needs are there, by their right names.
  assert.match(metrics, /^# TYPE aftermath_dead_letters_total counter$/m);
  assert.match(metrics, /^# TYPE aftermath_records_refused_total counter$/m);
  assert.match(metrics, /^aftermath_broker_connected 1$/m);
  assert.match(metrics, /^aftermath_messages_redelivered_total\{queue="y_pred"\} 0$/m);
  assert.match(metrics, /^aftermath_queue_messages\{queue="features"\} \d+$/m);
});

/** What Prometheus is told by a run that has scored something. */
async function metricsOfRun(t: Parameters<NonNullable<Parameters<typeof test>[0]>>[0]): Promise<string> {
  const logs = await mkdtemp(join(tmpdir(), 'aftermath-grafana-'));
  const launcher = join(import.meta.dirname, '../../bin/aftermath.cjs');
  const run = spawn(process.execPath, [
    launcher,
    'run',
    '--logs',
    logs,
    '--port',
    '0',
    '--label-delay',
    '0s',
  ]);
  t.after(async () => {
    const ended = once(run, 'close');
    run.kill('SIGTERM');
    await ended;
    await rm(logs, { recursive: true });
  });
  let said = '';
  run.stdout.on('data', (text: Buffer) => (said += text.toString()));
  while (!/http:\S+/.test(said)) await once(run.stdout, 'data');
  const [url] = /http:\S+/.exec(said) ?? [];
  for (;;) {
    const text = await (await fetch(`${url}metrics`)).text();
    if (/^aftermath_label_lag_seconds\{/m.test(text)) return text;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
