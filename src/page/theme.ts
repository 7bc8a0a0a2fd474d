/** Colours of the canvas, from the style sheet, so that light and dark are told apart in one place. */
export interface Theme {
  readonly ink: string;
  readonly faint: string;
  readonly line: string;
  readonly paper: string;
  /** By the low four bits of the state's byte, as the pixels of an image have them. */
  readonly states: Uint32Array;
  /** By lane. */
  readonly lanes: readonly string[];
}

/** Usage and content as ESSA's byte has them, and as the style sheet's names do. */
const USAGE = ['S', 'U', 'P', 'V'] as const;
const CONTENT = ['r', '', 'p', 'z'] as const;

/** The style sheet's name for the colour of a state. */
export const stateVariable = (code: number): string => `--${USAGE[(code >> 2) & 3]}${CONTENT[code & 3]}`;
/** The style sheet's name for the colour of a kind of events. */
export const laneVariable = (kind: string): string => `--mark-${kind}`;

export const readTheme = (element: Element, kinds: readonly string[]): Theme => {
  const style = getComputedStyle(element);
  const value = (name: string): string => style.getPropertyValue(name).trim();
  return {
    ink: value('--ink'),
    faint: value('--faint'),
    line: value('--line'),
    paper: value('--paper'),
    states: Uint32Array.from({ length: 16 }, (_, code) => pixel(value(stateVariable(code)))),
    lanes: kinds.map((kind) => value(laneVariable(kind))),
  };
};

/** "#rrggbb" as an opaque pixel of an image, whose bytes are red, green, blue, alpha. */
const pixel = (colour: string): number => {
  const rgb = Number.parseInt(colour.slice(1), 16) || 0;
  return (0xff00_0000 | ((rgb & 0xff) << 16) | (rgb & 0xff00) | (rgb >> 16)) >>> 0;
};
