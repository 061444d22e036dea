import assert from 'node:assert/strict';
import { it } from 'node:test';
import { versionWarnings } from '../../../src/model/formats/sklearn/version-warnings.ts';

void it('versionWarnings() says nothing of versions that were compared, and something of others', () => {
  for (const version of ['0.22.2.post1', '0.24.2', '1.0.2', '1.6.1', '1.9.1'])
    assert.deepEqual(versionWarnings(version), []);
  assert.match(versionWarnings('0.21.3')[0] ?? '', /older than 0\.22/);
  assert.match(versionWarnings('1.10.0')[0] ?? '', /newer than 1\.9/);
  assert.match(versionWarnings('2.0')[0] ?? '', /newer than 1\.9/);
  assert.match(versionWarnings(undefined)[0] ?? '', /does not say/);
});
