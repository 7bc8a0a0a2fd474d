import { InputError } from '../guest/input-error.ts';

/** Usage and content of a page: "Sr", "Vz" … */
export type StateName = `${'S' | 'U' | 'P' | 'V'}${'r' | 'p' | 'z'}`;
export type Bit = 0 | 1;

export const STATES = ['S', 'U', 'P', 'V'].flatMap((usage) => ['r', 'p', 'z'].map((content) => `${usage}${content}` as StateName));

/** What guest or host does on the way into a state; see expectation.yaml. */
export type Step = 'store' | 'clean' | 'dirty' | 'reclaim' | `essa ${number}`;

const schemaOf = (z: typeof import('zod').z) => {
  const state = z.enum(STATES as [StateName, ...StateName[]]);
  const change = z.union([z.literal(0), z.literal(1)]);
  const request = z.int().min(0).max(15);
  const code = z.int().min(1).max(0xff);
  const step = z.union([z.enum(['store', 'clean', 'dirty', 'reclaim']), z.templateLiteral(['essa ', z.int().min(0).max(7)])]);
  /** A line of the file, with the sections that it was typed from. */
  const line = <T extends import('zod').ZodRawShape>(shape: T) =>
    z.strictObject({ ...shape, source: z.string().regex(/^(essa|host|dat)\.md \d/, 'expected a page and section such as essa.md 1.5') });
  const profile = z.strictObject({
    reach: z.array(line({ state, change, steps: z.array(step), data: z.enum(['kept', 'zeros']) })),
    unreachable: z.array(line({ state, reason: z.string().min(10) })),
    requests: z.array(
      line({ request, from: state, change: change.optional(), to: state, discard: z.boolean().optional(), listed: z.boolean().optional() }),
    ),
    reclaim: z.array(
      line({ from: state, change: change.optional(), to: state, discard: z.boolean().optional(), written: z.int().nonnegative() }),
    ),
    touch: z.array(line({ state, gives: z.union([z.literal('data'), code]), to: state })),
  });
  return z.strictObject({
    bytes: z.array(line({ state, byte: z.int().min(0).max(0x0f) })),
    nodatByte: line({ byte: z.int().min(1).max(0xff) }),
    nodat: z.array(line({ request, effect: z.enum(['kept', 'set', 'cleared']) })),
    exceptions: z.array(line({ request, withoutFacility: z.int().optional(), code })),
    interruptions: z.array(line({ code, psw: z.enum(['at', 'behind']), address: z.literal('page').optional() })),
    profiles: z.record(z.enum(['zvm', 'kvm', 'kvm-2026']), profile),
  });
};

/** What every request and every move of the host must do, as expectation.yaml says. */
export type Expectation = import('zod').infer<ReturnType<typeof schemaOf>>;
export type ConformProfile = keyof Expectation['profiles'];
export type ProfileExpectation = Expectation['profiles'][ConformProfile];
export type RequestLine = ProfileExpectation['requests'][number];

export const CONFORM_PROFILES = ['zvm', 'kvm', 'kvm-2026'] as const satisfies readonly ConformProfile[];

/**
 * Reads an expectation file.
 * @throws InputError for the first mistake: what is no YAML, what no line may say, a state or request that is missing or said twice
 */
export const parseExpectation = async (text: string, file: string): Promise<Expectation> => {
  // Only this command needs the two libraries: the others start without them.
  const [{ parseDocument, LineCounter }, { z }] = await Promise.all([import('yaml'), import('zod')]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [mistake] = document.errors;
  if (mistake) throw new InputError({ file, ...place(lines.linePos(mistake.pos[0])) }, `${mistake.code}, expected YAML`);
  const parsed = schemaOf(z).safeParse(document.toJS());
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    const node = document.getIn(path, true) as { range?: [number, number, number] } | undefined;
    const where = node?.range ? place(lines.linePos(node.range[0])) : {};
    throw new InputError({ file, ...where }, `${path.join('.')}: ${message}`);
  }
  const gap = findGap(parsed.data);
  if (gap) throw new InputError({ file }, gap);
  return parsed.data;
};

const place = ({ line, col }: { line: number; col: number }): { line: number; column: number } => ({ line, column: col });

/** A cell that has no line, or more than one; undefined when every cell has exactly one. */
const findGap = (expectation: Expectation): string | undefined => {
  const wrong = (count: number, what: string): string | undefined =>
    count === 1 ? undefined : `${count} lines for ${what}, expected exactly one`;
  const gaps: (string | undefined)[] = [];
  for (const state of STATES) gaps.push(wrong(expectation.bytes.filter((line) => line.state === state).length, `the byte of ${state}`));
  for (const name of CONFORM_PROFILES) {
    const profile = expectation.profiles[name];
    const never = new Set(profile.unreachable.map((line) => line.state));
    const outcomes = [...profile.requests, ...profile.reclaim, ...profile.touch].map((line) => line.to);
    const strayed = [...outcomes, ...profile.reach.map((line) => line.state)].find((state) => never.has(state));
    if (strayed) gaps.push(`${name}: a line leads to ${strayed}, which the file calls unreachable`);
    for (const state of STATES) {
      const excluded = profile.unreachable.filter((line) => line.state === state).length;
      if (excluded > 0) {
        gaps.push(wrong(excluded, `${name}, unreachable ${state}`));
        continue;
      }
      gaps.push(wrong(profile.touch.filter((line) => line.state === state).length, `${name}, touch of ${state}`));
      for (const change of [0, 1] as const) {
        const ways = profile.reach.filter((line) => line.state === state && line.change === change).length;
        if (ways === 0) gaps.push(`no line for ${name}, how ${state} with C=${change} is reached, expected at least one`);
        for (let request = 0; request < 8; request++) {
          gaps.push(
            wrong(requestLines(profile, request, state, change).length, `${name}, request ${request} from ${state} with C=${change}`),
          );
        }
        const reclaims = reclaimLines(profile, state, change).length;
        gaps.push(wrong(state.endsWith('r') ? reclaims : reclaims + 1, `${name}, reclaim of ${state} with C=${change}`));
      }
    }
  }
  for (let request = 0; request < 16; request++) {
    const effects = expectation.nodat.filter((line) => line.request === request).length;
    const exceptions = expectation.exceptions.filter((line) => line.request === request && line.withoutFacility === undefined).length;
    gaps.push(wrong(effects + exceptions, `what request ${request} does to the no-DAT attribute, or which exception it is`));
  }
  return gaps.find((gap) => gap !== undefined);
};

const requestLines = (profile: ProfileExpectation, request: number, from: StateName, change: Bit): RequestLine[] =>
  profile.requests.filter((line) => line.request === request && line.from === from && (line.change ?? change) === change);

const reclaimLines = (profile: ProfileExpectation, from: StateName, change: Bit): ProfileExpectation['reclaim'] =>
  profile.reclaim.filter((line) => line.from === from && (line.change ?? change) === change);

/** The line for a request 0 to 7 in a state that the profile can reach. */
export const requestLine = (profile: ProfileExpectation, request: number, from: StateName, change: Bit): RequestLine =>
  requestLines(profile, request, from, change)[0]!;

/** The line for reclaim by the host; undefined for a page that is not resident, which the host keeps as it is. */
export const reclaimLine = (profile: ProfileExpectation, from: StateName, change: Bit): ProfileExpectation['reclaim'][number] | undefined =>
  reclaimLines(profile, from, change)[0];

/** The line for a load from a page in a state that the profile can reach. */
export const touchLine = (profile: ProfileExpectation, state: StateName): ProfileExpectation['touch'][number] =>
  profile.touch.find((line) => line.state === state)!;

/** The byte that ESSA returns for a state. */
export const stateByte = (expectation: Expectation, state: StateName, nodat: boolean): number =>
  expectation.bytes.find((line) => line.state === state)!.byte | (nodat ? expectation.nodatByte.byte : 0);
