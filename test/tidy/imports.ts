import {
  isCallExpression,
  isExportDeclaration,
  isImportDeclaration,
  isStringLiteral,
} from 'typescript/unstable/ast/is';
import { SyntaxKind, type Node } from 'typescript/unstable/ast';
import { nodesOf, placeOf, type Source } from './tree.ts';

/** One import of a file. */
export interface Import {
  readonly path: string;
  readonly place: string;
  /** As it is written: `../wire/id.ts`, `node:fs`, `hono/cookie`. */
  readonly from: string;
  /** Gone when the types are stripped. */
  readonly isType: boolean;
}

/** Static and dynamic imports, and exports from elsewhere. */
export function importsOf(source: Source): Import[] {
  return Array.from(nodesOf(source.tree)).flatMap((node) => {
    const specifier = specifierOf(node);
    if (specifier === undefined || !isStringLiteral(specifier)) return [];
    const isType = isImportDeclaration(node) && node.importClause?.phaseModifier === SyntaxKind.TypeKeyword;
    return [{ path: source.path, place: placeOf(source, node), from: specifier.text, isType }];
  });
}

/** Name of the package: `hono` of `hono/cookie`, `@scope/name` of `@scope/name/deep`. */
export function packageOf(from: string): string {
  return from
    .split('/')
    .slice(0, from.startsWith('@') ? 2 : 1)
    .join('/');
}

function specifierOf(node: Node): Node | undefined {
  if (isImportDeclaration(node) || isExportDeclaration(node)) return node.moduleSpecifier;
  const isDynamic = isCallExpression(node) && node.expression.kind === SyntaxKind.ImportKeyword;
  return isDynamic ? node.arguments[0] : undefined;
}
