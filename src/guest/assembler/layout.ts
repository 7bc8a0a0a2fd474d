import type { Segment } from '../program.ts';
import { Section, type SectionKind } from './section.ts';

/** Where `.text` begins when no `.org` says otherwise. */
const DEFAULT_ADDRESS = 0x10000;
/** Bytes that a program may have, holes included. */
export const LARGEST_IMAGE = 64 * 1024 * 1024;
/** MAXPAGESIZE of GNU ld for s390. */
const PAGE = 0x1000;

const ORDER: readonly SectionKind[] = ['code', 'readonly', 'data', 'bss'];

const alignUp = (address: number, alignment: number): number => Math.ceil(address / alignment) * alignment;

const KINDS_BY_NAME: Readonly<Record<string, SectionKind>> = {
  text: 'code',
  init: 'code',
  fini: 'code',
  rodata: 'readonly',
  rodata1: 'readonly',
  eh_frame: 'readonly',
  data: 'data',
  data1: 'data',
  bss: 'bss',
};

/** What GNU as takes a section without flags for, by its name; other names are not loaded. */
const kindOfName = (name: string): SectionKind => KINDS_BY_NAME[name.split('.')[1] ?? ''] ?? 'unloaded';

/** The kind that the flags of `.section` ask for. */
const kindOfFlags = (flags: string, nobits: boolean): SectionKind => {
  if (!flags.includes('a')) return 'unloaded';
  if (nobits) return 'bss';
  if (flags.includes('x')) return 'code';
  return flags.includes('w') ? 'data' : 'readonly';
};

/** The sections of one program, kept from pass to pass. */
export class Sections {
  private readonly byName = new Map<string, Section>();

  constructor() {
    for (const name of ['.text', '.data', '.bss']) this.open(name);
    this.text.address = DEFAULT_ADDRESS;
  }

  get text(): Section {
    return this.byName.get('.text')!;
  }

  /** The section of this name, made when it is new. */
  open(name: string, flags?: string, nobits = false): Section {
    const known = this.byName.get(name);
    if (known !== undefined) return known;
    const standard = kindOfName(name);
    const section = new Section(name, flags === undefined || standard !== 'unloaded' ? standard : kindOfFlags(flags, nobits));
    this.byName.set(name, section);
    return section;
  }

  find(name: string): Section | undefined {
    return this.byName.get(name);
  }

  reset(): void {
    for (const section of this.byName.values()) section.reset();
  }

  /** Standard sections first within their kind, then in order of appearance: GNU ld's order, but for .text.hot and its like, which ld puts before .text. */
  private ordered(): Section[] {
    const all = [...this.byName.values()];
    return ORDER.flatMap((kind) => all.filter((section) => section.kind === kind));
  }

  /**
   * Gives every section its address as `ld -Ttext=0x10000` of GNU binutils 2.40 does: code, read-only data, then on the next page at the
   * same offset in the page data and bss. With a leading `.org` the text begins at 0 (`ld -Ttext=0`), so that the operands of `.org` are addresses.
   * Returns whether an address changed.
   */
  place(): boolean {
    let address = this.text.fixed ? 0 : DEFAULT_ADDRESS;
    let changed = false;
    let writable = false;
    for (const section of this.ordered()) {
      if (!writable && (section.kind === 'data' || section.kind === 'bss')) {
        writable = true;
        address = alignUp(address, PAGE) + (address % PAGE);
      }
      address = alignUp(address, section.size === 0 ? 1 : section.alignment);
      changed ||= section.address !== address;
      section.address = address;
      address += section.size;
    }
    return changed;
  }

  /** The most bytes that the image can take with the sections on their alignments. */
  get extent(): number {
    return [...this.byName.values()].reduce((sum, { size, origin, alignment }) => sum + alignUp(size - origin, alignment) + alignment, 0);
  }

  /** Ends the sections on their alignment, as GNU as does. */
  finish(): void {
    for (const section of this.byName.values()) section.fill(alignUp(section.size, section.alignment) - section.size, section.padding);
  }

  /** The image: code with read-only data, and data with bss. */
  segments(): Segment[] {
    const sections = this.ordered().filter((section) => section.bytes.length > 0);
    const isWritable = (section: Section): boolean => section.kind === 'data' || section.kind === 'bss';
    const groups = [sections.filter((section) => !isWritable(section)), sections.filter(isWritable)];
    return groups.filter((group) => group.length > 0).map(join);
  }
}

const join = (sections: readonly Section[]): Segment => {
  const first = sections[0]!;
  const last = sections.at(-1)!;
  const address = first.address + first.origin;
  const bytes = new Uint8Array(last.address + last.size - address);
  for (const section of sections) bytes.set(section.bytes, section.address + section.origin - address);
  return { address, bytes };
};
