import { versionNumber } from './attributes.ts';

const OLDEST = { version: '0.22', number: 0.22 };
const NEWEST = { version: '1.9', number: 1.1 };

/** What the user should know about the version of scikit-learn that saved a file; nothing for those we compared with. */
export function versionWarnings(version: string | undefined): string[] {
  if (version === undefined) {
    return [
      'The file does not say which version of scikit-learn saved it: what changed between versions is taken as in the newest.',
    ];
  }
  const number = versionNumber(version);
  if (number < OLDEST.number)
    return [`Saved by scikit-learn ${version}, older than ${OLDEST.version}: compare some predictions.`];
  if (number >= NEWEST.number)
    return [`Saved by scikit-learn ${version}, newer than ${NEWEST.version}: compare some predictions.`];
  return [];
}
