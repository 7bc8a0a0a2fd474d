import { type Data, LANES } from './data.ts';
import { SHAPES } from './draw.ts';
import { laneVariable, stateVariable } from './theme.ts';

/** Fills the legend: the states that occur, and the kinds of events with their numbers. */
export const fillLegend = ({ header, byLane }: Data, states: HTMLElement, marks: HTMLElement): void => {
  const plain = header.states.filter(([code, name]) => name.length === 2 || !header.states.some(([other]) => other === (code & 15)));
  for (const [code, name, words] of plain) {
    states.append(entry(swatch(stateVariable(code)), `${name.slice(0, 2)} ${words.replace(', no DAT', '')}`));
  }
  for (const [n, { kind, name }] of LANES.entries()) {
    const count = byLane.from[n + 1]! - byLane.from[n]!;
    if (count > 0)
      marks.append(entry(shape(kind), `${count.toLocaleString('en')} ${count === 1 && name.endsWith('s') ? name.slice(0, -1) : name}`));
  }
};

const entry = (sign: Element, text: string): HTMLElement => {
  const item = document.createElement('li');
  item.append(sign, text);
  return item;
};

const swatch = (variable: string): HTMLElement => {
  const sign = document.createElement('i');
  sign.style.background = `var(${variable})`;
  return sign;
};

const shape = (kind: keyof typeof SHAPES): SVGElement => {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  svg.setAttribute('viewBox', '-6 -6 12 12');
  const path = document.createElementNS(space, 'path');
  path.setAttribute('d', SHAPES[kind]);
  path.style.fill = `var(${laneVariable(kind)})`;
  svg.append(path);
  return svg;
};
