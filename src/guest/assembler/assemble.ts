import { InputError } from '../input-error.ts';
import type { Line, Program } from '../program.ts';
import { LARGEST_IMAGE, Sections } from './layout.ts';
import { Pass, type ReadInclude } from './pass.ts';
import { splitSource } from './source.ts';
import { Symbols } from './symbols.ts';

export interface AssembleOptions {
  /** Reads the file of an `.include`; absent: there is none to read. */
  readonly readInclude?: ReadInclude;
}

/** Passes until symbols settle: one finds them, one uses them, more are for sizes that depend on later symbols. */
const MOST_PASSES = 12;

const noInclude: ReadInclude = (name, cursor) => {
  throw cursor.error(`cannot include '${name}', expected a source without .include here`, 0);
};

const lineTable = (pass: Pass): Line[] =>
  pass.lines
    .map(({ section, offset, file, line }) => ({ address: section.address + offset, file, line }))
    .sort((a, b) => a.address - b.address);

/**
 * Assembles a source in the syntax of GNU as for s390x.
 *
 * Layout: without a leading `.org` the image is what `as` and `ld -Ttext=0x10000` make of the source: `.text` at 0x10000, other code,
 * read-only data, then on the next page data and bss. A source whose first words in `.text` are `.org N` is what `ld -Ttext=0` makes of
 * it: the operand of every `.org` in `.text` is then an address, and nothing below N is loaded. In both cases a later `.org N` is an offset
 * in its section and moves forward only, as in GNU as.
 *
 * Entry: `_start`, or the beginning of the text. Throws {@link InputError} for the first mistake in the source.
 */
export const assemble = (source: string, file: string, options: AssembleOptions = {}): Program => {
  const sections = new Sections();
  const symbols = new Symbols();
  const statements = splitSource(source, file);
  for (let count = 1; count <= MOST_PASSES; count++) {
    const pass = new Pass(sections, symbols, options.readInclude ?? noInclude);
    pass.run(statements);
    if (sections.extent > 2 * LARGEST_IMAGE) throw new InputError({ file }, 'sections aligned too far apart, expected a smaller program');
    sections.finish();
    const moved = sections.place();
    const settled = !moved && count > 1 && !symbols.changed();
    if (settled) return finish(pass, sections, symbols);
    if (count === MOST_PASSES) break;
    sections.reset();
    symbols.nextPass();
  }
  throw new InputError(
    { file, line: 1, column: 1 },
    `symbols do not settle in ${MOST_PASSES} passes, expected sizes that do not depend on themselves`,
  );
};

const finish = (pass: Pass, sections: Sections, symbols: Symbols): Program => {
  if (pass.misfit !== undefined) throw pass.misfit;
  const { symbols: table, absolute } = symbols.table();
  const entry = table.get('_start') ?? BigInt(sections.text.address + sections.text.origin);
  return { entry, segments: sections.segments(), symbols: table, absolute, lines: lineTable(pass) };
};
