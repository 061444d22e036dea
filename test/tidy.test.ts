/**
 * The house rules that a machine can see; CONTRIBUTING.md says what they are for. Every test collects what
 * breaks its rule, a line each, with the file, what was found and what to do.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { SyntaxKind, type Node } from 'typescript/unstable/ast';
import {
  isCallExpression,
  isIdentifier,
  isModuleDeclaration,
  isObjectLiteralExpression,
  isPropertyAccessExpression,
} from 'typescript/unstable/ast/is';
import packageJson from '../package.json' with { type: 'json' };
import { exportsOf, hasDefaultExport } from './tidy/exports.ts';
import { importsOf, packageOf, type Import } from './tidy/imports.ts';
import { anchorsOf, linksOf } from './tidy/links.ts';
import { nodesOf, placeOf, resolveFrom, ROOT, sources, textFiles, type Source } from './tidy/tree.ts';

const LINES_MAX = 400;

const code = sources();
const imports = code.flatMap(importsOf);
const written = textFiles(
  '.ts',
  '.cjs',
  '.sh',
  '.py',
  '.md',
  '.yaml',
  '.yml',
  '.conf',
  '.toml',
  'Dockerfile',
);

test('a file holds one concept, in at most 400 lines, and is called after it', () => {
  const vague = new Set(['utils', 'util', 'helpers', 'helper', 'common', 'shared', 'misc', 'index']);
  assertNone(
    code.flatMap(({ path, text }) => {
      const lines = text.split('\n').length - 1;
      const name = basename(path).replace(/(\.test|\.d)?\.ts$/, '');
      return [
        ...(lines > LINES_MAX ? [`${path} has ${lines} lines: split it, a concept a file.`] : []),
        ...(vague.has(name) ? [`${path} says nothing about what is in it: name it after its concept.`] : []),
        ...(/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)
          ? []
          : [`${path}: write its name in-lower-case-with-hyphens.`]),
      ];
    }),
  );
});

/** What a folder (or file) of `src` may import beside itself. Only commands compose the stages. */
const STAGE = ['wire', 'stats', 'service', 'config.ts', 'broker/broker.ts', 'broker/dead-letters.ts'];
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'main.ts': ['commands', 'service'],
  commands: ['broker', 'config.ts', 'features', 'metric', 'model', 'plot', 'service', 'stats', 'wire'],
  'config.ts': ['figure-config.ts', 'service', 'wire'],
  'figure-config.ts': ['service', 'wire'],
  service: ['wire', 'broker/broker.ts'],
  wire: ['stats', 'service/errors.ts'],
  broker: ['wire', 'service'],
  features: STAGE,
  model: STAGE,
  metric: STAGE,
  plot: STAGE,
  stats: [],
};

test('imports point the way the house is built: no stage knows another, stats knows nothing', () => {
  assertNone(
    imports.flatMap(({ path, place, from }) => {
      const [top, room = ''] = path.split('/');
      if (top !== 'src' || (!from.startsWith('.') && room !== 'stats')) return [];
      const target = from.startsWith('.') ? resolveFrom(path, from).replace(/^src\//, '') : from;
      const allowed = MAY_IMPORT[room];
      if (allowed === undefined)
        return [`${path}: src/${room} has no place in the house. Give it one in MAY_IMPORT.`];
      const isFine = [room, ...allowed].some((a) => target === a || target.startsWith(`${a}/`));
      const list = allowed.length === 0 ? 'only itself' : `itself and ${allowed.join(', ')}`;
      return isFine ? [] : [`${place} imports ${from}: ${room} may import ${list}. Only commands compose.`];
    }),
  );
});

/** What a room of the metric stage may import of the stage beside itself; files beside the rooms put them together. */
const IN_METRIC: Readonly<Record<string, readonly string[]>> = {
  ledger: ['settings.ts'],
  figures: ['ledger'],
  log: ['figures', 'ledger'],
  alarms: ['figures', 'ledger'],
  ordered: ['alarms', 'figures', 'ledger', 'log'],
  snapshot: ['figures', 'ledger', 'ordered'],
  report: ['figures', 'ledger', 'log', 'ordered', 'snapshot'],
  care: ['figures', 'ledger', 'log', 'ordered'],
};

test('within the metric stage imports point one way: from the ledger to the report', () => {
  assertNone(
    imports.flatMap(({ path, place, from }) => {
      const [, , room = '', ...rest] = path.split('/');
      const target = from.startsWith('.') ? resolveFrom(path, from) : '';
      if (!path.startsWith('src/metric/') || rest.length === 0 || !target.startsWith('src/metric/'))
        return [];
      const allowed = IN_METRIC[room];
      if (allowed === undefined) return [`${path}: src/metric/${room} has no place in IN_METRIC.`];
      const isFine = [room, ...allowed].some((a) => `${target}/`.startsWith(`src/metric/${a}/`));
      return isFine ? [] : [`${place} imports ${from}: src/metric/${room} may import ${allowed.join(', ')}.`];
    }),
  );
});

test('imports name the file that is meant, and there are no barrels', () => {
  assertNone([
    ...imports.flatMap(({ path, place, from }) =>
      from.startsWith('.') && !existsSync(join(ROOT, resolveFrom(path, from)))
        ? [`${place} imports ${from}: there is no such file; write its whole name, ending included.`]
        : [],
    ),
    ...code.flatMap((source) =>
      source.tree.statements.flatMap((s) =>
        s.kind === SyntaxKind.ExportDeclaration && 'moduleSpecifier' in s && s.moduleSpecifier !== undefined
          ? [`${placeOf(source, s)} exports from elsewhere: let the others import the file that they mean.`]
          : [],
      ),
    ),
  ]);
});

test('exports have a name and a docstring', () => {
  assertNone(
    code.flatMap((source) => [
      ...(hasDefaultExport(source) ? [`${source.path} has a default export: give it its name.`] : []),
      ...exportsOf(source).flatMap(({ place, name, isDocumented }) =>
        isDocumented
          ? []
          : [
              `${place} exports ${name} without a docstring: say what it is for, units, ranges, empty input, errors.`,
            ],
      ),
    ]),
  );
});

test('TypeScript stays erasable, and is not talked out of its checks', () => {
  assertNone(
    code.flatMap((source) => [
      ...Array.from(nodesOf(source.tree)).flatMap((node) => {
        const advice = adviceAgainst(node);
        return advice === undefined ? [] : [`${placeOf(source, node)} ${advice}`];
      }),
      ...linesWith(source, /@ts-(ignore|nocheck|expect-error)/, 'silences the compiler: mend the type.'),
      ...linesWith(
        source,
        /(ox|es)lint-disable(?!.* -- \S)/,
        'silences the linter: write ` -- ` and why, or mend it.',
      ),
    ]),
  );
});

function adviceAgainst(node: Node): string | undefined {
  if (node.kind === SyntaxKind.EnumDeclaration)
    return 'has an enum: use a union of words, or an object as const.';
  if (node.kind === SyntaxKind.Decorator) return 'has a decorator: call a function.';
  if (node.kind === SyntaxKind.AnyKeyword) return 'says any: say what it is, or unknown and look.';
  if (isModuleDeclaration(node) && isIdentifier(node.name) && node.name.text !== 'global') {
    return 'has a namespace: a file is one already.';
  }
  return undefined;
}

test('no test is left out, and none keeps the others out', () => {
  assertNone(
    code
      .filter(({ path }) => path.startsWith('test/'))
      .flatMap((source) =>
        Array.from(nodesOf(source.tree)).flatMap((node) => {
          const found = leftOut(node);
          return found === undefined
            ? []
            : [`${placeOf(source, node)} uses ${found}: a test runs, or it goes.`];
        }),
      ),
  );
});

/** How a call of the test runner leaves tests out, or `undefined`. */
function leftOut(node: Node): string | undefined {
  if (!isCallExpression(node)) return undefined;
  const ways = new Set(['only', 'skip', 'todo']);
  const runner = new Set(['test', 'it', 'describe', 'suite', 't']);
  const callee = node.expression;
  if (isPropertyAccessExpression(callee) && isIdentifier(callee.expression)) {
    const [of, name] = [callee.expression.text, callee.name.text];
    if (runner.has(of) && ways.has(name)) return `${of}.${name}`;
  }
  if (!isIdentifier(callee) || !runner.has(callee.text)) return undefined;
  const options = node.arguments.filter(isObjectLiteralExpression).flatMap((object) => object.properties);
  const names = options.flatMap((option) =>
    'name' in option && isIdentifier(option.name) ? [option.name.text] : [],
  );
  const way = names.find((name) => ways.has(name));
  return way === undefined ? undefined : `${callee.text}({ ${way} })`;
}

test('what is imported is in package.json where it belongs, and what is there is used', () => {
  const { dependencies, devDependencies, optionalDependencies, peerDependencies, scripts } = packageJson;
  const foreign = imports.filter(({ from }) => !/^(\.|node:)/.test(from));
  const launcher = textFiles('aftermath.cjs')
    .map(({ text }) => text)
    .join();
  // The page is bundled when it is built (in the clone: when it is first asked for): neither what it imports
  // nor the bundler need be there when it is served from the package.
  const isShipped = ({ path, isType }: Import) =>
    path.startsWith('src/') && !/^src\/plot\/page(\/|-bundle\.ts$)/.test(path) && !isType;
  const run = Object.values(scripts).join(' ');
  const tools: Readonly<Record<string, RegExp>> = {
    typescript: /\btsc\b/,
    oxlint: /\boxlint\b/,
    'oxlint-tsgolint': /--type-aware/,
    oxfmt: /\boxfmt\b/,
  };
  const isUsed = (name: string) => {
    const types = /^@types\/(.*)/.exec(name)?.[1];
    const isImported = (of: string) => foreign.some(({ from }) => packageOf(from) === of);
    return isImported(types ?? name) || types === 'node' || tools[name]?.test(run) === true;
  };
  assertNone([
    ...foreign.flatMap((i) => {
      const name = packageOf(i.from);
      if ([dependencies, optionalDependencies, peerDependencies].some((listed) => name in listed)) return [];
      if (!(name in devDependencies))
        return [`${i.place} imports ${name}, which package.json does not list.`];
      return isShipped(i)
        ? [`${i.place} imports ${name}: move it from devDependencies to dependencies.`]
        : [];
    }),
    ...Object.keys({ ...dependencies, ...devDependencies })
      .filter((name) => !isUsed(name))
      .map((name) => `package.json lists ${name}, which nothing imports: npm uninstall ${name}.`),
    ...Object.keys(dependencies)
      .filter(
        (name) =>
          isUsed(name) && !foreign.some((i) => i.path.startsWith('src/') && packageOf(i.from) === name),
      )
      .map((name) => `package.json lists ${name}, which src does not import: move it to devDependencies.`),
    ...Object.keys(optionalDependencies)
      .filter((name) => !isUsed(name) && !name.startsWith('node-'))
      .map((name) => `package.json lists ${name} as optional, which nothing imports: npm uninstall ${name}.`),
    ...(/node-/.test(launcher)
      ? []
      : ['bin/aftermath.cjs no longer looks for the Node that package.json pins.']),
  ]);
});

test('links in the documents lead somewhere', () => {
  const documents = textFiles('.md');
  const anchors = new Map(documents.map(({ path, text }) => [path, anchorsOf(text)]));
  assertNone(
    documents.flatMap(({ path, text }) =>
      linksOf(text).flatMap(({ line, to }) => {
        if (/^[a-z]+:/i.test(to)) return [];
        const [file = '', anchor] = to.split('#');
        const target = file === '' ? path : resolveFrom(path, decodeURIComponent(file));
        if (!existsSync(join(ROOT, target)))
          return [`${path}:${line} links to ${to}: there is no ${target}.`];
        const isThere = anchor === undefined || anchors.get(target)?.has(anchor) !== false;
        return isThere ? [] : [`${path}:${line} links to ${to}: ${target} has no such heading.`];
      }),
    ),
  );
});

test('scripts that the documents name are there', () => {
  assertNone(
    textFiles('.md').flatMap((document) =>
      Array.from(document.text.matchAll(/npm run ([\w:-]+)/g), (match) => match[1] ?? '').flatMap((name) =>
        name in packageJson.scripts
          ? []
          : [`${document.path} says npm run ${name}: package.json has no such script.`],
      ),
    ),
  );
});

test('nothing is left for later, and nothing knows the machine it was written on', () => {
  assertNone(
    written.flatMap((file) => [
      ...linesWith(file, /\b(?:TO{1}DO|FIX{1}ME|X{3})\b/, 'is left for later: do it, or open an issue.'),
      ...linesWith(
        file,
        /(?<![\w.:/-])\/(?:work|root|Users|home\/(?!node\b))\/?[\w.]/,
        'names a path of one machine.',
      ),
    ]),
  );
});

function linesWith({ path, text }: Pick<Source, 'path' | 'text'>, pattern: RegExp, advice: string): string[] {
  return text.split('\n').flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1} ${advice}`] : []));
}

function assertNone(problems: readonly string[]): void {
  assert.equal(problems.length, 0, `\n${problems.join('\n')}\n`);
}
