import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { SETTINGS, type SettingKey } from '../../src/config.ts';
import { readConfigFile } from '../../src/service/config-file.ts';
import { AftermathError } from '../../src/service/errors.ts';
import { resolveSettings, type GivenFlags } from '../../src/service/settings.ts';
import { flagName, variableName } from '../../src/service/setting.ts';

const KEYS = Object.keys(SETTINGS) as SettingKey[];

function resolve(given: { flags?: GivenFlags; environment?: Record<string, string>; file?: string }) {
  const folder = mkdtempSync(join(tmpdir(), 'settings-'));
  const configPath = given.file === undefined ? undefined : join(folder, 'aftermath.toml');
  if (configPath !== undefined) writeFileSync(configPath, given.file ?? '');
  return resolveSettings(SETTINGS, KEYS, {
    flags: given.flags ?? {},
    environment: given.environment ?? {},
    config: configPath === undefined ? undefined : readConfigFile(configPath),
  });
}

function refusal(given: Parameters<typeof resolve>[0]): string {
  try {
    resolve(given);
  } catch (error) {
    assert.ok(error instanceof AftermathError);
    assert.equal(error.consequence, 'usage');
    return error.message;
  }
  throw new assert.AssertionError({ message: 'nothing was refused' });
}

test('a setting nobody gives has its default and is not set', () => {
  const { values, isSet } = resolve({});
  assert.equal(values.rate, 200);
  assert.equal(isSet('rate'), false);
});

test('the flag wins over the variable, the variable over the line in the file', () => {
  const file = 'rate = 1\nseed = 10\nrows = 100\n';
  const environment = { AFTERMATH_RATE: '2', AFTERMATH_SEED: '20' };
  const { values, isSet } = resolve({ file, environment, flags: { rate: ['3'] } });
  assert.deepEqual([values.rate, values.seed, values.rows], [3, 20, 100]);
  assert.equal(isSet('rows'), true);
});

test('every setting has a flag and a variable of its own', () => {
  assert.equal(new Set(KEYS.map(flagName)).size, KEYS.length);
  assert.equal(flagName('labelDelay'), 'label-delay');
  assert.equal(variableName('labelDelay'), 'AFTERMATH_LABEL_DELAY');
});

test('marks are change detectors between commas, each once, or none; one that is no detector is refused by name', () => {
  const textsOf = (text: string) =>
    resolve({ flags: { marks: [text] } }).values.marks.map((watch) => watch.text);
  assert.deepEqual(
    resolve({}).values.marks.map((watch) => watch.text),
    ['adwin(loss)'],
  );
  assert.deepEqual(textsOf('adwin(loss, delta=0.01), kswin(feature:a, b),adwin(loss,delta=0.01)'), [
    'adwin(loss,delta=0.01)',
    'kswin(feature:a, b)',
  ]);
  assert.deepEqual([textsOf('none'), textsOf('')], [[], []]);
  assert.equal(
    refusal({ flags: { marks: ['adwin(loss),adwni(loss)'] } }),
    'Cannot use --marks: found "adwni(loss)", expected a detector that is one of adwin, page-hinkley, ddm, cusum, kswin.',
  );
  assert.match(
    refusal({ environment: { AFTERMATH_MARKS: 'adwin(los)' } }),
    /AFTERMATH_MARKS: found "adwin\(los\)"/,
  );
  const many = Array.from({ length: 51 }, (_, i) => `adwin(feature:${i})`).join(',');
  assert.match(refusal({ flags: { marks: [many] } }), /at most 50/);
});

test('durations and ranges are read with their unit', () => {
  const { values } = resolve({ flags: { labelDelay: ['1s..10s'], horizon: ['2h'], linger: ['250ms'] } });
  assert.deepEqual(values.labelDelay, { minMs: 1_000, maxMs: 10_000 });
  assert.deepEqual([values.horizon, values.linger], [7_200_000, 250]);
});

test('a list in the file is a TOML array or names with commas', () => {
  assert.deepEqual(resolve({ file: 'tags = ["origin", "destination"]' }).values.tags, [
    'origin',
    'destination',
  ]);
  assert.deepEqual(resolve({ file: 'tags = "origin,destination"' }).values.tags, ['origin', 'destination']);
});

test('an unknown setting is refused by name, with the one that was probably meant', () => {
  assert.match(
    refusal({ environment: { AFTERMATH_LABEL_DELY: '5s' } }),
    /AFTERMATH_LABEL_DELY.*mean AFTERMATH_LABEL_DELAY/,
  );
  assert.match(refusal({ file: 'horizont = "5d"' }), /"horizont" in .*mean horizon/);
});

test('a malformed setting is refused by name, with what was found and what was expected', () => {
  const cases: [SettingKey, string, RegExp][] = [
    ['rate', 'fast', /--rate: found "fast", expected a number of at least 0/],
    ['rows', '1.5', /--rows: found "1.5", expected a whole number from 1/],
    ['labelDelay', '10s..1s', /--label-delay: found "10s..1s", expected a duration such as/],
    ['horizon', '5 fortnights', /--horizon/],
    ['order', 'backwards', /expected one of file, random/],
    ['logColumns', 'model,colour', /expected some of model, version, time/],
    ['port', '99999', /expected a whole number from 0 to 65535/],
    ['bind', ':key', /expected the name of an exchange/],
  ];
  for (const [key, given, expected] of cases) assert.match(refusal({ flags: { [key]: [given] } }), expected);
});

test('a malformed setting is an error even where a stronger one wins', () => {
  assert.match(
    refusal({ flags: { rate: ['3'] }, environment: { AFTERMATH_RATE: 'x' } }),
    /the variable AFTERMATH_RATE/,
  );
});

test('a config file that is not there or not TOML is an error that names it', () => {
  assert.match(refusal({ file: 'rate = = 3' }), /Cannot read the config file .*aftermath\.toml/);
  assert.throws(() => readConfigFile('/nowhere/a.toml'), /Cannot read the config file \/nowhere\/a\.toml/);
});
