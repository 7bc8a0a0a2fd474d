import { parseSync } from 'oxc-parser';

/** One small change to a source that some test should notice. */
export interface Mutant {
  readonly file: string;
  /** Line of the source, from 1. */
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly original: string;
  readonly replacement: string;
  /** It stands outside every function, so that it takes effect when the module is loaded. */
  readonly atLoad: boolean;
  /** It replaces an expression; otherwise statements. */
  readonly expression: boolean;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  '===': ['!=='], '!==': ['==='], '<': ['<=', '>='], '<=': ['<', '>'], '>': ['>=', '<='], '>=': ['>', '<'],
  '+': ['-'], '-': ['+'], '*': ['/'], '/': ['*'], '%': ['*'], '&': ['|'], '|': ['&'], '<<': ['>>'], '>>>': ['<<'],
  '&&': ['||'], '||': ['&&'], '??': ['&&'],
}; // biome-ignore format: a table

const FUNCTIONS = new Set(['ArrowFunctionExpression', 'FunctionExpression', 'FunctionDeclaration']);

/** All mutants of a source between two offsets, in order. */
export const mutantsOf = (file: string, source: string, [from, to]: readonly [number, number] = [0, source.length]): Mutant[] => {
  const found: Mutant[] = [];
  const visit = (node: Node, atLoad: boolean, parent: Node | undefined): void => {
    if (node.type.startsWith('TS') && node.type !== 'TSAsExpression' && node.type !== 'TSNonNullExpression') return;
    if (node.type === 'ImportDeclaration') return;
    if (node.start >= from && node.end <= to) {
      for (const { at = node, replacement, expression } of changesOf(node, parent, source)) {
        const original = source.slice(at.start, at.end);
        const line = source.slice(0, at.start).split('\n').length;
        found.push({ file, line, start: at.start, end: at.end, original, replacement, atLoad, expression });
      }
    }
    const inside = atLoad && !FUNCTIONS.has(node.type);
    for (const child of childrenOf(node)) visit(child, inside, node);
  };
  visit(parseSync(file, source).program as unknown as Node, true, undefined);
  return found;
};

interface Change {
  readonly at?: Node;
  readonly replacement: string;
  readonly expression: boolean;
}

/** What may be done to a node. */
const changesOf = (node: Node, parent: Node | undefined, source: string): Change[] => {
  const text = (part: unknown): string => source.slice((part as Node).start, (part as Node).end);
  const instead = (...replacements: string[]): Change[] =>
    replacements.map((replacement) => ({ replacement: `(${replacement})`, expression: true }));
  switch (node.type) {
    case 'BinaryExpression':
    case 'LogicalExpression': {
      const others = OPERATORS[node['operator'] as string] ?? [];
      return instead(...others.map((operator) => `${text(node['left'])} ${operator} ${text(node['right'])}`));
    }
    case 'UnaryExpression':
      return '!~-'.includes(node['operator'] as string) ? instead(text(node['argument'])) : [];
    case 'Literal':
      if (isKey(node, parent)) return [];
      if (typeof node['value'] === 'boolean') return instead(`${!node['value']}`);
      if (typeof node['value'] === 'number') return instead(`${node['value'] + 1}`);
      return typeof node['bigint'] === 'string' ? instead(`${BigInt(node['bigint']) + 1n}n`) : [];
    case 'ConditionalExpression':
      return truth(node['test'] as Node);
    case 'IfStatement':
      return truth(node['test'] as Node);
    case 'AssignmentExpression': {
      const other = { '|=': '&=', '&=': '|=', '+=': '-=', '-=': '+=' }[node['operator'] as string];
      return other ? instead(`${text(node['left'])} ${other} ${text(node['right'])}`) : [];
    }
    case 'ExpressionStatement':
      return [{ replacement: ';', expression: false }];
    case 'ReturnStatement':
      return node['argument'] ? [] : [{ replacement: ';', expression: false }];
    case 'ThrowStatement':
      return [{ replacement: ';', expression: false }];
    default:
      return [];
  }
};

const truth = (test: Node): Change[] =>
  ['true', 'false'].map((replacement) => ({ at: test, replacement: `(${replacement})`, expression: true }));

const isKey = (node: Node, parent: Node | undefined): boolean =>
  parent?.type === 'Property' && parent['key'] === node && !parent['computed'];

const childrenOf = (node: Node): Node[] =>
  Object.entries(node)
    .filter(([field]) => field !== 'typeAnnotation' && field !== 'returnType' && field !== 'typeParameters')
    .flatMap(([, value]) => (Array.isArray(value) ? value : [value]))
    .filter((value): value is Node => typeof value === 'object' && value !== null && typeof (value as Node).type === 'string');

/** The source with one mutant in it. */
export const applyMutant = (source: string, { start, end, replacement }: Mutant): string =>
  source.slice(0, start) + replacement + source.slice(end);

/**
 * The source with all mutants in it that take effect when they are executed: which one does is the number in `globalThis.mutant`. One module
 * then serves for all of them.
 * @param number the number of a mutant
 */
export const instrument = (source: string, mutants: readonly Mutant[], number: (mutant: Mutant) => number): string => {
  const places = new Map<string, Mutant[]>();
  for (const mutant of mutants) {
    const key = `${mutant.start} ${mutant.end} ${mutant.expression}`;
    places.set(key, [...(places.get(key) ?? []), mutant]);
  }
  // From the inside out: what is replaced in an outer place has the original text of the inner ones.
  const ordered = [...places.values()].sort((a, b) => size(a[0]!) - size(b[0]!) || Number(b[0]!.expression) - Number(a[0]!.expression));
  const edits = new Map<string, { start: number; end: number; before: string; after: string; depth: number }>();
  for (const [depth, group] of ordered.entries()) {
    const { start, end, expression } = group[0]!;
    const choices = group.map((mutant) => (expression ? `globalThis.mutant === ${number(mutant)} ? ${mutant.replacement} : ` : ''));
    const condition = group.map((mutant) => `globalThis.mutant !== ${number(mutant)}`).join(' && ');
    const before = expression ? `(${choices.join('')}` : `{ if (${condition}) { `;
    edits.set(`${start} ${end} ${expression}`, { start, end, before, after: expression ? ')' : ' } }', depth });
  }
  return weave(source, [...edits.values()]);
};

const size = ({ start, end }: Mutant): number => end - start;

/** Puts texts before and after stretches of a source; stretches lie inside each other or apart. A greater depth is further outside. */
const weave = (source: string, edits: readonly { start: number; end: number; before: string; after: string; depth: number }[]): string => {
  const openings = new Map<number, string>();
  const closings = new Map<number, string>();
  for (const { start, end, before, after } of [...edits].sort((a, b) => a.depth - b.depth)) {
    openings.set(start, before + (openings.get(start) ?? ''));
    closings.set(end, (closings.get(end) ?? '') + after);
  }
  let out = '';
  for (let at = 0; at <= source.length; at++) out += (closings.get(at) ?? '') + (openings.get(at) ?? '') + (source[at] ?? '');
  return out;
};
