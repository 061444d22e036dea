import { ModifierFlags, SyntaxKind, type Node } from 'typescript/unstable/ast';
import {
  isClassDeclaration,
  isEnumDeclaration,
  isFunctionDeclaration,
  isInterfaceDeclaration,
  isTypeAliasDeclaration,
  isVariableStatement,
} from 'typescript/unstable/ast/is';
import { placeOf, type Source } from './tree.ts';

/** A declaration that other files can import. */
export interface Exported {
  readonly place: string;
  readonly name: string;
  /** It, or the exported line directly above it, stands below a docstring. */
  readonly isDocumented: boolean;
}

/** What a file exports by name, in the order of the file. */
export function exportsOf({ path, text, tree }: Source): Exported[] {
  const found: Exported[] = [];
  let coveredTo = -1;
  for (const statement of tree.statements) {
    const name = exportedName(statement);
    const start = statement.getStart(tree);
    // A docstring covers a group: the exports that follow without an empty line, or overloads.
    const follows = coveredTo >= 0 && !/\n\s*\n/.test(text.slice(coveredTo, start));
    const isDocumented = hasDocstring(statement) || follows;
    coveredTo = isDocumented ? statement.end : -1;
    if (name !== undefined) {
      found.push({ place: placeOf({ path, text, tree }, statement), name, isDocumented });
    }
  }
  return found;
}

/** Whether the file, or one of its declarations, is exported as default. */
export function hasDefaultExport({ tree }: Source): boolean {
  return tree.statements.some(
    (s) => s.kind === SyntaxKind.ExportAssignment || hasModifier(s, ModifierFlags.Default),
  );
}

function hasDocstring(statement: Node): boolean {
  return 'jsDoc' in statement && Array.isArray(statement.jsDoc) && statement.jsDoc.length > 0;
}

function exportedName(statement: Node): string | undefined {
  if (!hasModifier(statement, ModifierFlags.Export)) return undefined;
  if (isVariableStatement(statement)) {
    return statement.declarationList.declarations.map((declared) => declared.name.getText()).join(', ');
  }
  const isNamed =
    isFunctionDeclaration(statement) ||
    isClassDeclaration(statement) ||
    isInterfaceDeclaration(statement) ||
    isTypeAliasDeclaration(statement) ||
    isEnumDeclaration(statement);
  return isNamed ? (statement.name?.text ?? 'default') : undefined;
}

function hasModifier(node: Node, flag: ModifierFlags): boolean {
  const flags = 'modifierFlags' in node && typeof node.modifierFlags === 'number' ? node.modifierFlags : 0;
  return (flags & flag) !== 0;
}
