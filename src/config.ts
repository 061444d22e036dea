import { alarmConditions } from './service/alarm-setting.ts';
import { FIGURE_SETTINGS } from './figure-config.ts';
import { LOG_FORMATS, LOG_LEVELS } from './service/log-levels.ts';
import {
  choice,
  choices,
  duration,
  durationRange,
  integer,
  names,
  number,
  path,
  source,
  text,
  toggle,
  webUrl,
} from './service/setting.ts';
import { LOG_COLUMNS } from './wire/log-columns.ts';
import { DATA_QUEUES, DIALECTS, QUEUE_TYPES, TASKS } from './wire/queues.ts';

/**
 * Every setting there is: its meaning, unit, range and default. A key is a flag (`labelDelay` is
 * `--label-delay`), a variable (`AFTERMATH_LABEL_DELAY`) and a line of the config file (`label-delay`).
 */
export const SETTINGS = {
  // What flows in
  data: path({ fallback: undefined, help: 'CSV file with a header, plain or gzip' }),
  target: text({ fallback: undefined, placeholder: 'COLUMN', help: 'column with what really happened' }),
  id: text({
    fallback: undefined,
    placeholder: 'COLUMN',
    help: 'column with the id of a row; without it ids are <run>-<row>',
  }),
  time: text({
    fallback: undefined,
    placeholder: 'COLUMN',
    help: 'column with the time of the prediction (ISO 8601 or epoch seconds)',
  }),
  truthTime: text({
    fallback: undefined,
    placeholder: 'COLUMN',
    help: 'column with the time at which the truth is known',
  }),
  features: names({
    fallback: undefined,
    placeholder: 'COLUMN,…',
    help: 'columns to predict from; without it all but target, id, times and tags',
  }),
  tags: names({
    fallback: [],
    fallbackText: 'none',
    placeholder: 'COLUMN,…',
    help: 'columns that travel along as tags',
  }),
  rows: integer({
    fallback: undefined,
    min: 1,
    max: 1e12,
    help: 'stop after so many rows; without it go on until stopped',
  }),
  rate: number({
    fallback: 200,
    min: 0,
    placeholder: 'ROWS/S',
    help: 'rows per second; 0 is as fast as it can',
  }),
  speed: number({
    fallback: undefined,
    min: 1e-6,
    placeholder: 'FACTOR',
    help: 'replay by event time, so many times as fast as it happened (needs --time)',
  }),
  order: choice(['file', 'random'], {
    fallback: 'file',
    help: 'order of the rows; random is a seeded shuffle within a bounded buffer',
  }),
  seed: integer({
    fallback: 1,
    min: 0,
    max: 4_294_967_295,
    help: 'seed of the shuffle, the label delay and the bootstrap',
  }),
  labelDelay: durationRange({
    fallback: { minMs: 0, maxMs: 0 },
    fallbackText: '0s',
    help: 'time from a row to its truth, fixed or drawn evenly from a range',
  }),
  resume: toggle({ help: 'go on with the last run from its stored position instead of starting a new one' }),
  tasksDir: path({
    fallback: undefined,
    help: 'take tasks from the queue; the files they name lie below this folder',
  }),
  tasksQueue: text({ fallback: TASKS, placeholder: 'QUEUE', help: 'queue with work for features' }),
  featuresState: path({
    fallback: undefined,
    fallbackText: 'features.db in --logs',
    help: 'file with the position in the data and the truths still due',
  }),

  // The model
  model: names({
    fallback: undefined,
    placeholder: '[NAME=]FILE',
    help: 'model file; the first is the champion, further ones are challengers',
  }),
  reference: path({
    fallback: undefined,
    placeholder: 'FILE',
    help: 'CSV file with features as they should be, to see drift against; without it the first rows of each worker',
  }),
  referenceRows: integer({
    fallback: 1_000,
    min: 30,
    max: 100_000,
    help: 'first rows of a worker that are its reference where there is no --reference',
  }),
  driftWindow: integer({
    fallback: 10_000,
    min: 30,
    max: 100_000,
    help: 'last rows whose features are compared with the reference',
  }),
  featuresEvery: duration({
    fallback: 5_000,
    fallbackText: '5s',
    help: 'time between two messages of the model stage about its features',
  }),

  // The ledger, the log and the figures
  logs: path({
    fallback: 'logs',
    placeholder: 'DIR',
    help: 'folder of the log, the pictures and the ledger',
  }),
  ledger: path({
    fallback: undefined,
    fallbackText: 'ledger.db in --logs',
    placeholder: 'FILE|URL',
    help: 'where predictions wait for their truth: a file, or postgres://user:password@host:5432/database for many workers',
  }),
  logWriter: toggle({
    fallback: true,
    help: 'take a turn as the one worker on a PostgreSQL ledger that writes the log (where the folder in --logs is not that of the others)',
  }),
  horizon: duration({
    fallback: 7 * 86_400_000,
    fallbackText: '7d',
    help: 'how long a prediction waits for its truth before it counts as expired',
  }),
  retention: duration({
    fallback: 30 * 86_400_000,
    fallbackText: '30d',
    help: 'how long an id is remembered, so that a repeated record is recognised',
  }),
  durability: choice(['power-cut', 'process'], {
    fallback: 'power-cut',
    help: 'what a committed batch survives',
  }),
  output: text({
    fallback: undefined,
    placeholder: 'NAME',
    help: 'which output to score where a model has several; without it the first',
  }),
  logColumns: choices(LOG_COLUMNS, {
    fallback: [],
    fallbackText: 'none',
    help: `further columns of the log, some of ${LOG_COLUMNS.join(', ')}`,
  }),
  logChallengers: toggle({ help: "write challengers' outcomes into the log too (adds the model column)" }),
  alarm: alarmConditions(
    'raise an alarm when the evidence is that a figure of the champion is worse than a reference, over all rows or in a slice; may be repeated',
  ),
  alarmPromise: choice(['run-length', 'life'], {
    fallback: 'run-length',
    help: 'what alarms promise: run-length, how rarely false ones come; life, how probable it is that one ever comes',
  }),
  alarmAlpha: number({
    fallback: 0.05,
    min: 1e-12,
    max: 0.5,
    help: 'chance of any false alarm for ever, with the promise life; and that a learnt reference is too low',
  }),
  alarmRunLength: number({
    fallback: 1_000_000,
    min: 10,
    max: 1e15,
    placeholder: 'OUTCOMES',
    help: 'outcomes to a false alarm of any kind, on average and at least, with the promise run-length',
  }),
  alarmReferenceRows: integer({
    fallback: 1_000,
    min: 30,
    max: 1_000_000,
    help: 'first outcomes from which an alarm on "reference" learns it',
  }),
  alarmCoverage: number({
    fallback: 0,
    min: 0,
    max: 1,
    placeholder: 'RATIO',
    help: 'share of predictions with their truth below which no alarm is told',
  }),
  alarmWebhook: webUrl({ fallback: undefined, help: 'tell alarms to this address too, by POST' }),
  alarmWebhookFile: path({
    fallback: undefined,
    placeholder: 'FILE',
    help: 'file with the address for alarms, where it is a secret',
  }),
  snapshotEvery: duration({ fallback: 1_000, fallbackText: '1s', help: 'time between two snapshots' }),
  recentIds: integer({
    fallback: 100_000,
    min: 100,
    max: 50_000_000,
    help: 'ids that metric holds in memory; older ones are on disk',
  }),
  ...FIGURE_SETTINGS,
  bind: source({
    fallback: undefined,
    help: "take this stage's input (metric: the truth) from an exchange through a queue of our own, leaving others' queues alone",
  }),

  task: choice(['auto', 'regression', 'classification'], {
    fallback: 'auto',
    help: 'what is predicted; auto: the first outcome tells',
  }),
  bootstrap: integer({
    fallback: undefined,
    min: 100,
    max: 100_000,
    help: 'resamples for an interval of each figure that has none which holds at every look',
  }),

  // The picture and the page
  units: text({
    fallback: undefined,
    placeholder: 'UNIT',
    help: 'unit of the target, for pictures and page (min, €)',
  }),
  theme: choice(['light', 'dark'], { fallback: 'light', help: 'look of the pictures' }),
  redrawEvery: duration({
    fallback: 5_000,
    fallbackText: '5s',
    help: 'time between two drawings of the picture, at least',
  }),
  port: integer({
    fallback: undefined,
    min: 0,
    max: 65_535,
    help: 'port of the page, /healthz, /readyz and /metrics; 0 is any free one',
  }),
  host: text({
    fallback: '127.0.0.1',
    placeholder: 'ADDRESS',
    help: 'address to listen on; beyond this machine the page asks for a token',
  }),
  open: toggle({ help: 'no token, whoever can reach the address' }),
  page: toggle({ fallback: true, help: 'serve the live page' }),

  // The broker
  broker: text({
    fallback: undefined,
    placeholder: 'URL',
    help: 'amqp://user:password@host:5672/vhost (several hosts with commas), or memory',
  }),
  brokerFile: path({
    fallback: undefined,
    placeholder: 'FILE',
    help: 'file that holds the URL of the broker, in place of --broker',
  }),
  brokerPasswordFile: path({
    fallback: undefined,
    placeholder: 'FILE',
    help: 'file that holds the password of the user in the URL; read at every connection',
  }),
  brokerCa: path({
    fallback: undefined,
    fallbackText: 'those that Node knows',
    placeholder: 'FILE',
    help: 'PEM file with the authority that signed the certificate of RabbitMQ (amqps://)',
  }),
  brokerCert: path({
    fallback: undefined,
    placeholder: 'FILE',
    help: 'PEM file with our certificate, where RabbitMQ asks for one',
  }),
  brokerKey: path({ fallback: undefined, placeholder: 'FILE', help: 'PEM file with its private key' }),
  brokerServerName: text({
    fallback: undefined,
    fallbackText: 'the host',
    placeholder: 'NAME',
    help: 'name that the certificate of RabbitMQ has to be for',
  }),
  dialect: choice(DIALECTS, {
    fallback: 'native',
    help: 'how to write: native arrays, or one record a message as services of the old kind read them',
  }),
  queueType: choice(QUEUE_TYPES, {
    fallback: 'classic',
    help: 'what queues that are not there yet are declared as; quorum: replicated, for a cluster',
  }),
  featuresQueue: text({
    fallback: DATA_QUEUES.features,
    placeholder: 'QUEUE',
    help: 'queue with rows to score',
  }),
  truthQueue: text({
    fallback: DATA_QUEUES.truth,
    placeholder: 'QUEUE',
    help: 'queue with what really happened',
  }),
  predictionsQueue: text({
    fallback: DATA_QUEUES.predictions,
    placeholder: 'QUEUE',
    help: 'queue with what the model said',
  }),
  prefetch: integer({
    fallback: 1_000,
    min: 1,
    max: 65_535,
    help: 'messages a stage holds unacknowledged, at most; fewer where they are large',
  }),
  batch: integer({ fallback: 500, min: 1, max: 65_535, help: 'messages a stage works on at once, at most' }),
  linger: duration({ fallback: 2, fallbackText: '2ms', help: 'how long a stage waits for a batch to fill' }),
  stopWithin: duration({
    fallback: 8_000,
    fallbackText: '8s',
    help: 'time to finish the work in hand after SIGTERM or Ctrl-C',
  }),

  // What it says
  logLevel: choice(LOG_LEVELS, { fallback: 'info', help: 'how much to say' }),
  logFormat: choice(LOG_FORMATS, { fallback: 'text', help: 'for people or for machines' }),
} as const;

/** Key of a setting. */
export type SettingKey = keyof typeof SETTINGS;

/** Ports of the services unless one is given; the next free one is taken where it is in use. */
export const DEFAULT_PORTS = { run: 8080, plot: 8080, features: 8081, model: 8082, metric: 8083 } as const;

/** The broker of the four services unless one is given. */
export const DEFAULT_BROKER_URL = 'amqp://guest:guest@127.0.0.1:5672';

/** What bounds the features stage: rows, bytes and milliseconds that nobody has had to change yet. */
export const FEATURES_LIMITS = {
  batchRowsMax: 256,
  batchWaitMs: 5,
  inFlightRowsMax: 8_192,
  /** Where each record is a message: with more of them in flight both sides have more to do. */
  inFlightSinglesMax: 512,
  cacheBytesMax: 8 * 1024 * 1024,
  shuffleRowsMax: 10_000,
  dueBytesMax: 64 * 1024 * 1024,
  storeEveryMs: 500,
  replyEveryMs: 1_000,
} as const;

/** The page is told news at most twice a second, and shows figures older than five seconds as stale. */
export const PAGE_LIMITS = { pushEveryMs: 500, staleAfterMs: 5_000 } as const;
