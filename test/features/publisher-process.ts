/**
 * The features stage alone in a process, to be killed: `publisher-process.ts URL SETTINGS` with the settings
 * as JSON. Ends when the stage has nothing more to do.
 */
import pino from 'pino';
import { Registry } from 'prom-client';
import { openBroker } from '../../src/broker/open.ts';
import type { FeaturesSettings } from '../../src/features/settings.ts';
import { startFeatures } from '../../src/features/stage.ts';
import { SYSTEM_CLOCK } from '../../src/service/clock.ts';

const [url = '', settings = '{}'] = process.argv.slice(2);
const log = pino({ level: 'warn' }, pino.destination(2));
await using broker = openBroker({ url, log });
const stage = await startFeatures(JSON.parse(settings) as FeaturesSettings, {
  broker,
  log,
  registry: new Registry(),
  clock: SYSTEM_CLOCK,
});
await stage.done;
