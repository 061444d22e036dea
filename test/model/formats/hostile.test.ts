import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import { loadBytes, loadModel } from '../../../src/model/load.ts';
import { ModelLoadError } from '../../../src/model/load-error.ts';
import { DEFAULT_LOAD_LIMITS } from '../../../src/model/load-limits.ts';

const folder = join(import.meta.dirname, '../fixtures/hostile');

for (const file of readdirSync(folder)) {
  void it(`loadModel() refuses ${file} within a second`, async () => {
    // Of the processor: what else the machine has to do is not the file's doing.
    const started = process.cpuUsage();
    await assert.rejects(loadModel(join(folder, file)), (error: unknown) => {
      assert.ok(error instanceof ModelLoadError);
      assert.equal(error.consequence, 'stop');
      assert.match(error.message, /^Cannot load .+: .+/);
      return true;
    });
    const { user, system } = process.cpuUsage(started);
    assert.ok(user + system < 1_000_000);
  });
}

void it('no hostile file had an effect', () => {
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  const [, target] =
    /touch (\S+)/.exec(readFileSync(join(folder, 'os_system.pkl'), 'latin1').replace(/[^ -~]/g, ' ')) ?? [];
  assert.ok(target !== undefined);
  assert.equal(existsSync(target), false);
});

void it('loadBytes() refuses a file that unpacks to far more than it is, before unpacking it all', () => {
  const bomb = deflateSync(Buffer.alloc(200 * 2 ** 20), { level: 9 });
  const before = process.memoryUsage().rss;
  assert.throws(() => loadBytes(bomb), /unpacks to more than/);
  assert.ok(process.memoryUsage().rss - before < 300 * 2 ** 20);
});

void it('loadBytes() refuses what unpacks to more than the setting', () => {
  const file = gzipSync(Buffer.alloc(5_000, 0x4e));
  assert.throws(
    () => loadBytes(file, { ...DEFAULT_LOAD_LIMITS, unpackedBytesMax: 1_000 }),
    /unpacks to more than/,
  );
});

for (const [name, start] of [
  ['bzip2', 'BZh91AY'],
  ['xz', '\xfd7zXZ\0'],
  ['lz4', '\x04\x22\x4d\x18'],
] as const) {
  void it(`loadBytes() says that it cannot unpack ${name}, and what to do`, () => {
    assert.throws(() => loadBytes(Buffer.from(start, 'latin1')), new RegExp(`${name}.*gzip`));
  });
}

void it('loadModel() refuses a file that is larger than the setting without reading it', async () => {
  const path = join(folder, '../sklearn-1.2.1/linear.p4.pkl');
  await assert.rejects(loadModel(path, { ...DEFAULT_LOAD_LIMITS, fileBytesMax: 100 }), /more than the 100/);
});

void it('loadModel() gives in a worker what loadBytes() gives here', async () => {
  const path = join(folder, '../sklearn-1.2.1/forest.p4.pkl');
  const [there, here] = [await loadModel(path), loadBytes(readFileSync(path))];
  assert.deepEqual(there.info, here.info);
  const table = {
    rows: 1,
    width: 6,
    values: new Float64Array(6),
    cells: undefined,
    refused: new Map<number, string>(),
  };
  assert.deepEqual(await there.predict(table), here.predict(table));
});

void it('loadModel() names the file that does not exist', async () => {
  await assert.rejects(
    loadModel('/nowhere/model.pkl'),
    /Cannot load \/nowhere\/model\.pkl: there is no such file/,
  );
});
