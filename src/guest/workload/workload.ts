import { isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import { z } from 'zod';
import { InputError } from '../input-error.ts';

/**
 * Workloads: what the user processes of the guest kernel do, as YAML. docs/kernel.md describes the format; the schema here is the format.
 */

const MOST_PAGES = 4096;
const MOST_SLOTS = 30;
const count = (most: number) => z.number().int().min(1).max(most);
const seed = z.number().int().min(0).max(0xffff_ffff);
const order = z.enum(['sequential', 'reverse', 'random']);
const slot = z
  .number()
  .int()
  .min(0)
  .max(MOST_SLOTS - 1);

/** Pages of files, in an order; `pages` says how many when the order is random. */
const filePages = z.strictObject({
  files: z.string(),
  order: order.default('sequential'),
  pages: count(1_000_000).optional(),
  seed: seed.optional(),
});
const touch = z.strictObject({
  slot,
  store: z.boolean().default(false),
  order: order.default('sequential'),
  pages: count(1_000_000).optional(),
  seed: seed.optional(),
});
const map = z.strictObject({
  slot,
  files: z.string().optional(),
  pages: count(MOST_PAGES),
  write: z.boolean().default(false),
  shared: z.boolean().default(false),
});

export type Step =
  | 'wait'
  | 'exit'
  | 'stop'
  | { read: z.infer<typeof filePages> }
  | { write: z.infer<typeof filePages> }
  | { sync: string }
  | { truncate: { files: string; pages: number } }
  | { map: z.infer<typeof map> }
  | { unmap: number }
  | { touch: z.infer<typeof touch> }
  | { lock: number }
  | { unlock: number }
  | { fork: { children: number; steps: Step[] } }
  | { repeat: { times: number; steps: Step[] } }
  | { nap: number }
  | { compute: number };

const STEPS = 'wait, exit, stop, read, write, sync, truncate, map, unmap, touch, lock, unlock, fork, repeat, nap or compute';

const step: z.ZodType<Step> = z.lazy(() =>
  z.union(
    [
      z.enum(['wait', 'exit', 'stop']),
      z.strictObject({ read: filePages }),
      z.strictObject({ write: filePages }),
      z.strictObject({ sync: z.string() }),
      z.strictObject({ truncate: z.strictObject({ files: z.string(), pages: z.number().int().min(0).max(MOST_PAGES) }) }),
      z.strictObject({ map }),
      z.strictObject({ unmap: slot }),
      z.strictObject({ touch }),
      z.strictObject({ lock: slot }),
      z.strictObject({ unlock: slot }),
      z.strictObject({ fork: z.strictObject({ children: count(64), steps }) }),
      z.strictObject({ repeat: z.strictObject({ times: count(1_000_000), steps }) }),
      z.strictObject({ nap: count(100_000) }),
      z.strictObject({ compute: count(100_000_000) }),
    ],
    { error: `a step: ${STEPS}` },
  ),
);
const steps = z.array(step);

const workload = z.strictObject({
  title: z.string(),
  /** Draws sizes and orders. */
  seed: seed.default(1),
  /** What the machine has unless the command line says otherwise. */
  storage: z.string().default('64M'),
  cpus: z.number().int().min(1).max(8).default(1),
  /** Pages of the swap device. */
  swap: z.number().int().min(0).max(65535).default(4096),
  /** Groups of files by name; each file has as many pages, or a number drawn from the range. */
  files: z
    .record(
      z.string(),
      z.strictObject({ count: count(1024), pages: z.union([count(MOST_PAGES), z.tuple([count(MOST_PAGES), count(MOST_PAGES)])]) }),
    )
    .default({}),
  processes: z.array(z.strictObject({ count: count(64).default(1), steps })).default([]),
});

export type Workload = z.infer<typeof workload>;

/** Reads a workload. @throws InputError, with the place and what was expected there */
export const parseWorkload = (text: string, file: string): Workload => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [wrong] = document.errors;
  if (wrong) {
    const { line, col } = lines.linePos(wrong.pos[0]);
    throw new InputError({ file, line, column: col }, wrong.message.split('\n')[0]!.replace(/ at line.*$/, ''));
  }
  const result = workload.safeParse(document.toJS());
  if (result.success) return result.data;
  const issue = deepest(result.error.issues);
  const node = nodeAt(document.contents, issue.path);
  const { line, col } = lines.linePos(node?.range?.[0] ?? 0);
  throw new InputError({ file, line, column: col }, `${issue.path.join('.') || 'the workload'}: ${issue.message}`);
};

type Issue = z.core.$ZodIssue;

/** Of the branches of a union, the one that got furthest says best what is wrong; one whose step has another name says nothing. */
const deepest = (issues: readonly Issue[]): Issue => {
  let best = issues[0]!;
  const isOther = (branch: readonly Issue[]): boolean => branch.some(({ code, path }) => code === 'unrecognized_keys' && path.length === 0);
  const visit = (issue: Issue, path: PropertyKey[]): void => {
    const here = { ...issue, path: [...path, ...issue.path] } as Issue;
    if (here.path.length > best.path.length) best = here;
    if (issue.code !== 'invalid_union') return;
    for (const branch of issue.errors) if (!isOther(branch)) for (const inner of branch) visit(inner, here.path);
  };
  for (const issue of issues) visit(issue, []);
  return best;
};

const nodeAt = (root: unknown, path: readonly PropertyKey[]): Node | undefined => {
  let node = root as Node | undefined;
  for (const key of path) {
    const next = isMap(node)
      ? node.items.find(({ key: k }) => isScalar(k) && k.value === key)?.value
      : (node as { items?: unknown[] } | undefined)?.items?.[key as number];
    if (!next) break;
    node = next as Node;
  }
  return node;
};
