import type { Broker } from '../../broker/broker.ts';
import { encodeAlarm } from '../../wire/alarm.ts';
import { ALARMS } from '../../wire/queues.ts';
import type { AlarmOutlet } from './alarm-notices.ts';

/** The fanout exchange `aftermath.alarms`. Told when the broker has confirmed it. */
export function exchangeOutlet(broker: Broker): AlarmOutlet {
  return {
    name: 'exchange',
    send: (message) => broker.publish({ exchange: ALARMS }, { payload: encodeAlarm(message) }),
  };
}

/** A webhook has so long to answer. */
const ANSWER_MS = 10_000;

/**
 * A webhook: the message as JSON by POST. Told when it answers with a status of 200 to 299; redirections are not followed.
 *
 * @param url http or https; only its origin is ever shown, because the rest of it is often a secret
 */
export function webhookOutlet(url: string): AlarmOutlet {
  const { origin } = new URL(url);
  return {
    name: 'webhook',
    async send(message, signal) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': 'aftermath' },
        body: JSON.stringify(message),
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
      }).catch((error: unknown) => {
        throw new Error(`${origin} does not answer (${causeOf(error)})`, { cause: error });
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`${origin} answers with status ${response.status}`);
    },
  };
}

/** What `fetch` hides in the cause of its error; never its own text, which may name the URL. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { cause } = error;
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string'
    ? cause.code
    : error.name;
}
