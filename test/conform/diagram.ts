import type { ProfileExpectation, RequestLine, StateName } from '../../src/conform/expectation.ts';

/**
 * The state diagram as SVG. What leads where is read from the expectation; this file only knows where things look well, and refuses to leave
 * out an arrow that it has no place for.
 */

/** A change of state in the picture, from one state or from a box of states with the same content. */
interface Change {
  readonly from: StateName | 'r' | 'z';
  readonly to: StateName;
  readonly kind: 'guest' | 'host' | 'touch';
  readonly labels: string[];
}

interface Point {
  readonly x: number;
  readonly y: number;
}

const LEFT = -40;
const WIDTH = 1060;
const HEIGHT = 730;
const NODE = { width: 132, height: 54 };
const AT: Partial<Record<StateName, Point>> = {
  Sr: { x: 200, y: 160 }, Pr: { x: 200, y: 290 }, Vr: { x: 200, y: 420 }, Ur: { x: 200, y: 550 },
  Sp: { x: 500, y: 160 }, Sz: { x: 800, y: 160 }, Vz: { x: 800, y: 420 }, Uz: { x: 800, y: 550 },
}; // biome-ignore format: a map
const BOX = { r: { x: 60, y: 96, width: 226, height: 512 }, z: { x: 714, y: 96, width: 226, height: 512 } } as const;
const WORD = { S: 'stable', U: 'unused', P: 'potentially volatile', V: 'volatile' } as const;
const CONTENT = { r: 'resident', p: 'preserved', z: 'logically zero' } as const;
const COLOUR = { guest: '#1d4ed8', host: '#b45309', touch: '#047857' } as const;
const DASH = { guest: '', host: ' stroke-dasharray="8 5"', touch: ' stroke-dasharray="2 4"' } as const;

/** How the arrows between two states run: a path, and where its label stands. */
const ROUTES: Readonly<Record<string, { path: string; label: Point; anchor?: 'start' | 'middle' | 'end'; stacked?: true }>> = {
  'host Sr Sp': { path: 'M266 146 L432 146', label: { x: 350, y: 137 } },
  'touch Sp Sr': { path: 'M434 162 L268 162', label: { x: 350, y: 180 } },
  'guest Sp Sr': { path: 'M450 187 C400 212 330 208 256 189', label: { x: 352, y: 219 } },
  'host Pr Sp': { path: 'M266 280 C350 268 420 240 468 190', label: { x: 398, y: 244 }, anchor: 'end' },
  'host Pr Vz': { path: 'M266 300 C420 320 600 360 732 406', label: { x: 380, y: 342 } },
  'host Vr Vz': { path: 'M266 424 L732 424', label: { x: 400, y: 416 } },
  'host Ur Uz': { path: 'M266 554 L732 554', label: { x: 400, y: 546 } },
  'guest Sp Vz': { path: 'M548 187 C620 250 700 320 770 391', label: { x: 632, y: 236 }, anchor: 'start', stacked: true },
  'guest Sp Uz': { path: 'M504 187 C520 330 620 470 732 540', label: { x: 542, y: 300 }, anchor: 'start' },
  'guest z Sr': { path: 'M827 96 C827 20 173 20 173 131', label: { x: 500, y: 32 } },
  'touch Sz Sr': { path: 'M776 133 C740 66 270 66 224 131', label: { x: 500, y: 75 } },
};

/** Draws what requests, reclaim and touching make of the eight states of the architecture. */
export const diagramOf = (profile: ProfileExpectation): string => {
  const changes = fold([...requestChanges(profile), ...reclaimChanges(profile), ...touchChanges(profile)]);
  const states = Object.keys(AT) as StateName[];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${LEFT} 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="Helvetica, Arial, sans-serif" font-size="14">`,
    '<title>Page states and what changes them</title>',
    `<defs>${Object.entries(COLOUR)
      .map(
        ([kind, colour]) =>
          `<marker id="${kind}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 L10 5 L0 10 z" fill="${colour}"/></marker>`,
      )
      .join('')}</defs>`,
    `<rect x="${LEFT}" width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    ...Object.values(BOX).map(
      (box) => `<rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" rx="18" fill="#f1f5f9" stroke="#94a3b8"/>`,
    ),
    ...(Object.keys(CONTENT) as (keyof typeof CONTENT)[]).map((content, n) =>
      text({ x: 200 + 300 * n, y: n === 1 ? 122 : 598 }, CONTENT[content], '#475569', 'middle', 'font-weight="bold"'),
    ),
    ...changes.map((change) => draw(change)),
    ...states.map((state) => node(state, profile)),
    ...legend(),
    '</svg>',
    '',
  ].join('\n');
};

/** Requests that change the state; those that do the same to every state of a box are one change of the box. */
const requestChanges = (profile: ProfileExpectation): Change[] => {
  const boxed = (['r', 'z'] as const).flatMap((box) =>
    [0, 1, 2, 3, 4, 5, 6, 7].flatMap((request): Change[] => {
      const lines = profile.requests.filter((line) => line.request === request && line.from.endsWith(box));
      const moving = lines.filter((line) => line.to !== line.from);
      const [first] = moving;
      if (!first) return [];
      const together = moving.every((line) => line.to === first.to) && lines.every((line) => line.to === first.to);
      if (!together) throw new RangeError(`the diagram has no place for request ${request} from ${box}`);
      return [{ from: box, to: first.to, kind: 'guest', labels: [`${request}`] }];
    }),
  );
  const single = profile.requests
    .filter((line) => line.from === 'Sp' && line.to !== line.from)
    .map((line): Change => ({ from: line.from, to: line.to, kind: 'guest', labels: [`${line.request}${condition(line)}`] }));
  return [...boxed, ...single];
};

const reclaimChanges = (profile: ProfileExpectation): Change[] =>
  profile.reclaim.map((line) => ({
    from: line.from,
    to: line.to,
    kind: 'host',
    labels: [`${line.written > 0 ? 'page-out' : line.to.startsWith('U') ? 'drop' : 'discard'}${condition(line)}`],
  }));

const touchChanges = (profile: ProfileExpectation): Change[] =>
  profile.touch
    .filter((line) => line.to !== line.state)
    .map((line) => ({
      from: line.state,
      to: line.to,
      kind: 'touch',
      labels: [line.state.endsWith('p') ? 'touched: page-in' : 'touched: a page of zeros'],
    }));

const condition = ({ change }: Pick<RequestLine, 'change'>): string => (change === undefined ? '' : ` if C=${change}`);

/** One arrow for all that leads from one place to another in the same manner. */
const fold = (changes: readonly Change[]): Change[] => {
  const folded = new Map<string, Change>();
  for (const change of changes) {
    const key = `${change.kind} ${change.from} ${change.to}`;
    const known = folded.get(key);
    if (known) known.labels.push(...change.labels);
    else folded.set(key, { ...change, labels: [...change.labels] });
  }
  return [...folded.values()];
};

const draw = (change: Change): string => {
  const { from, to, kind, labels } = change;
  const target = AT[to];
  const label = kind === 'guest' ? `ESSA ${labels.join(', ')}` : labels.join(', ');
  const inBox = (from === 'r' || from === 'z') && to.endsWith(from) && target;
  if (inBox) {
    // From the border of the box: whatever state of the box the page is in.
    const left = from === 'r';
    const edge = left ? BOX.r.x : BOX.z.x + BOX.z.width;
    const end = target.x + ((left ? -1 : 1) * NODE.width) / 2;
    return (
      arrow(kind, `M${edge} ${target.y} L${end} ${target.y}`) +
      text({ x: left ? edge - 8 : edge + 8, y: target.y + 5 }, labels.join(', '), COLOUR[kind], left ? 'end' : 'start')
    );
  }
  const route = ROUTES[`${kind} ${from} ${to}`];
  if (!route) throw new RangeError(`the diagram has no place for ${kind} ${from} -> ${to}`);
  const { x } = route.label;
  const words = route.stacked
    ? label
        .split(', ')
        .map((part, n) => `<tspan x="${x}" dy="${18 * Math.min(n, 1)}">${part}</tspan>`)
        .join('')
    : label;
  return arrow(kind, route.path) + text(route.label, words, COLOUR[kind], route.anchor ?? 'middle');
};

const arrow = (kind: Change['kind'], path: string): string =>
  `<path d="${path}" fill="none" stroke="${COLOUR[kind]}" stroke-width="1.8"${DASH[kind]} marker-end="url(#${kind})"/>`;

const text = ({ x, y }: Point, words: string, colour: string, anchor: 'start' | 'middle' | 'end', more = ''): string =>
  `<text x="${x}" y="${y}" fill="${colour}" text-anchor="${anchor}" paint-order="stroke" stroke="#ffffff" stroke-width="4" stroke-linejoin="round" ${more}>${words}</text>`;

const node = (state: StateName, profile: ProfileExpectation): string => {
  const { x, y } = AT[state]!;
  const { gives } = profile.touch.find((line) => line.state === state)!;
  const fault = gives === 'data' ? '' : ` · 0x${gives.toString(16).padStart(2, '0')}`;
  const word = state === 'Vz' ? 'discarded' : WORD[state[0] as keyof typeof WORD];
  return [
    `<rect x="${x - NODE.width / 2}" y="${y - NODE.height / 2}" width="${NODE.width}" height="${NODE.height}" rx="10" fill="#ffffff" stroke="${fault ? '#b91c1c' : '#334155'}" stroke-width="1.8"/>`,
    `<text x="${x}" y="${y - 4}" text-anchor="middle" font-size="18" font-weight="bold" fill="#0f172a">${state}</text>`,
    `<text x="${x}" y="${y + 16}" text-anchor="middle" font-size="11.5" fill="${fault ? '#b91c1c' : '#475569'}">${word}${fault}</text>`,
  ].join('');
};

const legend = (): string[] => {
  const entry = ({ x, y }: Point, kind: Change['kind'], words: string): string =>
    `${arrow(kind, `M${x} ${y} L${x + 44} ${y}`)}${text({ x: x + 54, y: y + 5 }, words, '#0f172a', 'start')}`;
  return [
    entry({ x: 60, y: 644 }, 'guest', 'the guest executes ESSA with this request; from the border of a box: in every state of the box'),
    entry({ x: 60, y: 674 }, 'host', 'the host reclaims the page'),
    entry({ x: 360, y: 674 }, 'touch', 'the guest touches it'),
    text(
      { x: 60, y: 709 },
      'red: an access is this program interruption, and the state stays. Requests that change nothing have no arrow.',
      '#b91c1c',
      'start',
    ),
  ];
};
