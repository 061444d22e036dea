import type { Broker } from '../../src/broker/broker.ts';
import { payloadOf } from '../contracts/inbox.ts';

/**
 * Gives the stages something to do: a row, outcomes so bad that an alarm is raised where one is watched for, and what they cannot
 * use. A queue that is not there yet is left alone.
 */
export async function feed(broker: Broker): Promise<void> {
  const row = '[0.04,0.05,0.06,0.02,-0.04,-0.03,-0.04,-0.002,0.02,-0.02]';
  const messages = [
    ['features', `{"id": 1, "body": ${row}}`],
    ['y_pred', '{"id": "a", "body": 1.5}'],
    ['y_true', '{"id": "a", "body": 2.5}'],
    ['y_pred', recordsOf((i) => ({ id: `bad-${i}`, body: 0 }))],
    ['y_true', recordsOf((i) => ({ id: `bad-${i}`, body: 1_000 + (i % 7) }))],
    ...['features', 'y_pred', 'y_true', 'tasks'].map((queue) => [queue, 'not JSON']),
  ];
  const sent = messages.map(([queue = '', text = '']) =>
    broker.publish({ queue }, { payload: payloadOf(text) }).catch(() => {}),
  );
  await Promise.all(sent);
}

function recordsOf(record: (i: number) => object): string {
  return JSON.stringify(Array.from({ length: 200 }, (_, i) => record(i)));
}
