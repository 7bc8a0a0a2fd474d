import { type Data, decode, type Header, LANES } from './data.ts';
import { draw } from './draw.ts';
import { wordsAt } from './hover.ts';
import { type Layout, layoutOf, leastRows, placeAt, scaleOf } from './layout.ts';
import { fillLegend } from './legend.ts';
import { readTheme } from './theme.ts';
import { type Extent, pan, type View, whole, within, zoom } from './view.ts';

/** The picture of a run: draws when something has changed, at most once for a frame of the screen. */

const byId = <T extends Element = HTMLElement>(id: string): T => document.getElementById(id) as Element as T;

const inflate = async (text: string): Promise<Uint8Array> => {
  const packed = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
};

const begin = async (): Promise<void> => {
  const header = JSON.parse(byId('header').textContent!) as Header;
  const text = byId('columns');
  const data = decode(header, await inflate(text.textContent!.trim()));
  // The page need not keep its longest part twice.
  text.remove();
  fillLegend(data, byId('states'), byId('marks'));
  show(data);
};

const ZOOM_STEP = 1.5;

const show = (data: Data): void => {
  const canvas = byId<HTMLCanvasElement>('picture');
  const tip = byId('tip');
  const context = canvas.getContext('2d')!;
  const { header } = data;
  const kinds = LANES.map(({ kind }) => kind);
  const layout = (): Layout => layoutOf(data, canvas.clientWidth, canvas.clientHeight);
  const extentNow = (): Extent => ({ start: header.start, end: header.end, rows: header.rows.length, leastRows: leastRows(layout()) });
  let extent = extentNow();
  let view = whole(extent);
  let theme = readTheme(canvas, kinds);
  let waiting = false;
  let frames = 0;

  const paint = (): void => {
    waiting = false;
    const ratio = devicePixelRatio;
    canvas.width = Math.round(canvas.clientWidth * ratio);
    canvas.height = Math.round(canvas.clientHeight * ratio);
    const shapes = draw({ canvas: context, data, view, layout: layout(), theme, ratio });
    frames++;
    // For whoever wants to know what drawing took.
    Object.assign(canvas.dataset, { frames, shapes, from: view.t0, to: view.t1, firstRow: view.r0, lastRow: view.r1, top: layout().top });
  };
  const later = (): void => {
    if (!waiting) requestAnimationFrame(paint);
    waiting = true;
  };
  const go = (next: View): void => {
    view = next;
    hide();
    later();
  };
  const hide = (): void => {
    tip.hidden = true;
  };

  const about = (x: number, y: number): { t: number; r: number } => {
    const { time, row } = placeAt(layout(), view, x, y);
    return { t: time, r: row ?? view.r0 };
  };
  const middle = (): { t: number; r: number } => ({ t: (view.t0 + view.t1) / 2, r: (view.r0 + view.r1) / 2 });

  canvas.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const amount = (event.deltaY || event.deltaX) * (event.deltaMode === 1 ? 16 : 1);
      const factor = ZOOM_STEP ** (Math.max(-200, Math.min(200, amount)) / 100);
      const rows = event.shiftKey;
      const both = event.altKey;
      go(zoom(view, extent, about(event.offsetX, event.offsetY), rows ? 1 : factor, rows || both ? factor : 1));
    },
    { passive: false },
  );

  let dragged: { x: number; y: number } | undefined;
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    dragged = { x: event.offsetX, y: event.offsetY };
  });
  canvas.addEventListener('pointerup', () => {
    dragged = undefined;
  });
  canvas.addEventListener('pointercancel', () => {
    dragged = undefined;
  });
  canvas.addEventListener('pointerleave', hide);
  canvas.addEventListener('pointermove', (event) => {
    const { offsetX: x, offsetY: y } = event;
    if (dragged && event.buttons) {
      const scale = scaleOf(layout(), view);
      go(pan(view, extent, (dragged.x - x) / scale.x, (dragged.y - y) / scale.y));
      dragged = { x, y };
      return;
    }
    tell(x, y);
  });

  const tell = (x: number, y: number): void => {
    const words = wordsAt(data, layout(), view, x, y);
    tip.hidden = words === undefined;
    if (words === undefined) return;
    tip.replaceChildren(
      ...words.map((lines) => {
        const paragraph = document.createElement('p');
        paragraph.textContent = lines.join('\n');
        return paragraph;
      }),
    );
    const left = x + 16 + tip.offsetWidth > canvas.clientWidth ? x - 16 - tip.offsetWidth : x + 16;
    const top = y + 16 + tip.offsetHeight > canvas.clientHeight ? y - 16 - tip.offsetHeight : y + 16;
    tip.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, top)}px)`;
  };

  const actions: Readonly<Record<string, () => View>> = {
    '+': () => zoom(view, extent, middle(), 1 / ZOOM_STEP, 1),
    '=': () => zoom(view, extent, middle(), 1 / ZOOM_STEP, 1),
    '-': () => zoom(view, extent, middle(), ZOOM_STEP, 1),
    ']': () => zoom(view, extent, middle(), 1, 1 / ZOOM_STEP),
    '[': () => zoom(view, extent, middle(), 1, ZOOM_STEP),
    '0': () => whole(extent),
    ArrowLeft: () => pan(view, extent, (view.t0 - view.t1) / 8, 0),
    ArrowRight: () => pan(view, extent, (view.t1 - view.t0) / 8, 0),
    ArrowUp: () => pan(view, extent, 0, (view.r0 - view.r1) / 8),
    ArrowDown: () => pan(view, extent, 0, (view.r1 - view.r0) / 8),
  };
  canvas.addEventListener('keydown', (event) => {
    const action = event.ctrlKey || event.metaKey ? undefined : actions[event.key];
    if (!action) return;
    event.preventDefault();
    go(action());
  });
  canvas.addEventListener('dblclick', () => go(whole(extent)));
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-key]')) {
    button.addEventListener('click', () => go(actions[button.dataset['key']!]!()));
  }

  new ResizeObserver(() => {
    const all = view.r1 - view.r0 >= Math.max(extent.rows, extent.leastRows);
    extent = extentNow();
    go(within(all ? { ...view, r0: 0, r1: Math.max(extent.rows, extent.leastRows) } : view, extent));
  }).observe(canvas);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    theme = readTheme(canvas, kinds);
    later();
  });
  later();
};

begin().catch((error: unknown) => {
  byId('trouble').textContent = `This page cannot be shown: ${error instanceof Error ? error.message : String(error)}`;
  throw error;
});
