import type { Cursor } from './cursor.ts';
import { align, type Directive, expectAlignment, fill, floats, integers, leb128, org, skip, strings } from './data-directives.ts';
import { insn } from './insn.ts';
import { defineMacro, loopOverCharacters, loopOverValues, repeat } from './macros.ts';
import type { Pass } from './pass.ts';
import { splitSource } from './source.ts';

const ignore: Directive = (cursor) => {
  cursor.rest();
};

const setSymbol =
  (redefinable: boolean): Directive =>
  (cursor, pass) => {
    cursor.skipBlanks();
    const at = cursor.at;
    const name = cursor.expectName('a symbol');
    cursor.expect(',', 'after the symbol');
    pass.assign(name, cursor, at, redefinable);
  };

const enter =
  (name: string): Directive =>
  (cursor, pass) => {
    if (!cursor.done && pass.knownNumber(cursor, 'subsection') !== 0)
      throw cursor.error('subsections are not supported, expected none or 0', 0);
    pass.enter(pass.sections.open(name));
  };

/** `.section name, "flags", @type` */
const section: Directive = (cursor, pass) => {
  const name = cursor.peek() === '"' ? String.fromCharCode(...cursor.string()) : cursor.match(/[\w.$-]+/y);
  if (name === undefined || name === '') throw cursor.error(`found ${cursor.found()}, expected the name of a section`);
  const flags = cursor.take(',') && cursor.peek() === '"' ? String.fromCharCode(...cursor.string()) : undefined;
  const nobits = /[@%"]nobits\b/.test(cursor.rest());
  pass.enter(pass.sections.open(name, flags, nobits));
};

const pushSection: Directive = (cursor, pass) => {
  pass.saved.push({ section: pass.section, last: pass.last });
  section(cursor, pass);
};

const popSection: Directive = (cursor, pass) => {
  const saved = pass.saved.pop();
  if (saved === undefined) throw cursor.error('.popsection without .pushsection, expected one above', 0);
  Object.assign(pass, saved);
};

/** The alignment that GNU as gives room of this size: the power of two below it, up to 8, for .lcomm; above it, up to 16, for .comm. */
const naturalAlignment = (size: number, isCommon: boolean): number => {
  const power = Math.log2(Math.max(size, 1));
  return isCommon ? Math.min(16, 2 ** Math.ceil(power)) : Math.min(8, 2 ** Math.floor(power));
};

/** `.lcomm name, size`: room in .bss. `.comm name, size, alignment`: room behind it, where GNU ld puts common symbols. */
const room =
  (isCommon: boolean): Directive =>
  (cursor, pass) => {
    cursor.skipBlanks();
    const at = cursor.at;
    const name = cursor.expectName('a symbol');
    cursor.expect(',', 'after the symbol');
    const size = pass.knownNumber(cursor, 'size');
    if (size < 0) throw cursor.error(`size ${size} is negative, expected 0 or more`, at);
    const alignment = cursor.take(',') ? pass.knownNumber(cursor, 'alignment') : naturalAlignment(size, isCommon);
    expectAlignment(alignment, alignment, cursor);
    const before = pass.section;
    const bss = pass.sections.open('.bss');
    pass.section = isCommon ? pass.sections.open('COMMON', 'aw', true) : bss;
    bss.alignment = Math.max(bss.alignment, alignment);
    pass.section.alignment = Math.max(pass.section.alignment, alignment);
    pass.fill((alignment - (pass.section.size % alignment)) % alignment, 0, cursor);
    pass.symbols.define(name, pass.here(), cursor, at, false);
    pass.fill(size, 0, cursor);
    pass.section = before;
  };

const include: Directive = (cursor, pass) => {
  const name = new TextDecoder().decode(new Uint8Array(cursor.string()));
  cursor.expectEnd();
  const { file, text } = pass.readInclude(name, cursor);
  let batch: ReturnType<typeof splitSource> | undefined = splitSource(text, file);
  pass.input.push(
    'file',
    () => {
      const now = batch;
      batch = undefined;
      return now;
    },
    cursor,
  );
};

const exitMacro: Directive = (cursor, pass) => {
  if (!pass.input.exitMacro()) throw cursor.error('.exitm outside a macro, expected it in one', 0);
};

const purge: Directive = (cursor, pass) => {
  const name = cursor.expectName('the name of a macro');
  if (!pass.macros.delete(name.toLowerCase())) throw cursor.error(`no macro '${name}', expected a defined one`, 0);
};

const complain: Directive = (cursor) => {
  const text = cursor.peek() === '"' ? new TextDecoder().decode(new Uint8Array(cursor.string())) : '.err';
  throw cursor.error(`${text} (the source says so), expected not to be reached`, 0);
};

const unpaired =
  (what: string): Directive =>
  (cursor: Cursor) => {
    throw cursor.error(`found the end of a block that was not begun, expected ${what} above`, 0);
  };

const previous: Directive = (_cursor, pass: Pass) => pass.enter(pass.last);

/** Directives that say nothing about the bytes: they concern linkers, debuggers and other machines. */
const IGNORED =
  '.globl .global .local .weak .hidden .internal .protected .type .size .ident .file .loc .machine .machinemode .gnu_attribute .print .version .end .list .nolist .title .sbttl .psize .eject .extern';
const UNWINDING =
  '.cfi_startproc .cfi_endproc .cfi_def_cfa .cfi_def_cfa_offset .cfi_def_cfa_register .cfi_offset .cfi_rel_offset .cfi_restore .cfi_remember_state .cfi_restore_state .cfi_adjust_cfa_offset .cfi_sections .cfi_undefined .cfi_same_value .cfi_escape';

/** Every directive but the conditional ones, by name. */
export const DIRECTIVES: Readonly<Record<string, Directive>> = {
  ...Object.fromEntries([...IGNORED.split(' '), ...UNWINDING.split(' ')].map((name) => [name, ignore])),
  '.byte': integers(1),
  '.short': integers(2),
  '.hword': integers(2),
  '.word': integers(2),
  '.2byte': integers(2),
  '.long': integers(4),
  '.int': integers(4),
  '.4byte': integers(4),
  '.quad': integers(8),
  '.8byte': integers(8),
  '.octa': integers(16),
  '.uleb128': leb128(false),
  '.sleb128': leb128(true),
  '.float': floats(4),
  '.single': floats(4),
  '.double': floats(8),
  '.ascii': strings([]),
  '.asciz': strings([0]),
  '.string': strings([0]),
  '.skip': skip,
  '.space': skip,
  '.zero': skip,
  '.fill': fill,
  '.org': org,
  '.align': align(false, 1),
  '.balign': align(false, 1),
  '.balignw': align(false, 2),
  '.balignl': align(false, 4),
  '.p2align': align(true, 1),
  '.p2alignw': align(true, 2),
  '.p2alignl': align(true, 4),
  '.insn': insn,
  '.set': setSymbol(true),
  '.equ': setSymbol(true),
  '.equiv': setSymbol(false),
  '.text': enter('.text'),
  '.data': enter('.data'),
  '.bss': enter('.bss'),
  '.section': section,
  '.pushsection': pushSection,
  '.popsection': popSection,
  '.previous': previous,
  '.comm': room(true),
  '.lcomm': room(false),
  '.include': include,
  '.macro': defineMacro,
  '.endm': unpaired('.macro'),
  '.exitm': exitMacro,
  '.purgem': purge,
  '.rept': repeat,
  '.irp': loopOverValues,
  '.irpc': loopOverCharacters,
  '.endr': unpaired('.rept, .irp or .irpc'),
  '.error': complain,
  '.err': complain,
};
