import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { rabbitCluster, type RabbitCluster } from '../setup/rabbit-cluster.ts';
import { assertClean } from './assert-clean.ts';
import { killOfNode } from './faults.ts';
import { Moments } from './moments.ts';
import { Pipeline } from './pipeline.ts';
import { trial } from './trial.ts';

const RATE = 2_000;
/** The log of a run that goes on grows many times in it. */
const STANDS_MS = 5_000;
/** More rows than come while it is looked. */
const FAR = 100 * RATE;
const QUEUES = ['features', 'y_true', 'y_pred'];

void describe('three RabbitMQ nodes that are one cluster:', () => {
  let cluster: RabbitCluster;
  before(async () => {
    cluster = await rabbitCluster();
  });
  after(() => cluster[Symbol.asyncDispose]());

  /** A virtual host of its own, over all three nodes. */
  async function urlOf(vhost: string): Promise<string> {
    const [first] = cluster.nodes;
    await first?.ctl('add_vhost', vhost);
    await first?.ctl('set_permissions', '-p', vhost, 'guest', '.*', '.*', '.*');
    return `${cluster.url}/${vhost}?heartbeat=2`;
  }

  test('with quorum queues a run goes on while any node is killed, and every id is in the log once', async () => {
    const url = await urlOf('quorum');
    await using pipeline = await Pipeline.start({ url, rate: RATE, flags: ['--queue-type', 'quorum'] });
    const site = { pipeline, brokerUrl: url, nodes: cluster.nodes, holdMs: 0, moments: new Moments(3) };
    const kills = [killOfNode(), killOfNode()];
    const report = await trial(site, kills, { spacing: RATE });
    const [first] = cluster.nodes;
    // Where rows are missing it matters whether the broker still has them.
    const left = report.lost === 0 ? '' : await first?.ctl('list_queues', '-p', 'quorum', 'name', 'messages');
    assert.equal(
      report.lost,
      0,
      `${report.lost} rows are not in the log; what is still in the queues:\n${left}`,
    );
    assertClean(report, kills);
    const listed = await first?.ctl(
      'list_queues',
      '-p',
      'quorum',
      'name',
      'type',
      'arguments',
      '--formatter',
      'json',
    );
    const queues = JSON.parse(listed ?? '[]') as { name: string; type: string; arguments: unknown }[];
    for (const name of QUEUES) {
      const queue = queues.find((found) => found.name === name);
      assert.match(queue?.type ?? '', /quorum/);
      assert.match(JSON.stringify(queue?.arguments), /x-delivery-limit.*1000000000/);
    }
  });

  test('with classic queues the run stands still as long as the node that has them is away', async () => {
    const [first] = cluster.nodes;
    const url = await urlOf('classic');
    await using pipeline = await Pipeline.start({ url, rate: RATE });
    await pipeline.reaches(RATE);
    await first?.kill();
    // What was in hand is still written; then there is nothing for longer than a kill interrupts a quorum queue.
    const stood = await pipeline.reaches(FAR, STANDS_MS);
    assert.ok(stood < FAR, 'it stands still');
    await first?.start();
    assert.ok((await pipeline.reaches(stood + RATE)) >= stood + RATE, 'it goes on when the node is back');
  });
});
