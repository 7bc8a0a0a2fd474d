import type { Cpu } from '../cpu.ts';
import type { Instruction } from '../instruction.ts';
import { PGM } from '../interruption.ts';
import { CELL } from '../layout.ts';
import { absoluteToOffset } from '../levels.ts';
import type { Meaning } from '../meaning.ts';
import { interceptedRow, plainRow, type Row, row } from '../row.ts';
import { blockOf } from '../sie.ts';
import { FACILITY_LIST, ICTL, SD } from '../state-description.ts';
import type { Offset } from '../storage.ts';
import { ACCESS, realToAbsolute, translateReal } from '../translation.ts';
import { ASCE, ENTRY, PTE } from '../walk.ts';

/** Control registers, what the configuration tells about itself, and the invalidation of translations. */

const PRIVILEGED = { privileged: true } as const;

// ---- control registers -------------------------------------------------------------------------------------------------

/** Control registers that a translation depends on: 0, 1, 7 and 13, as bits from the left of 16. */
const TRANSLATION = 0xc104;

/** How many control registers R1 to R3 are; their numbers wrap from 15 to 0. */
const registerCount = ({ r1, r3 }: Instruction): number => ((r3 - r1) & 15) + 1;

/** LOAD CONTROL. The state description has a bit for each register whose loading the host wants to see. */
const loadControl =
  (bytes: 4 | 8) =>
  (cpu: Cpu, i: Instruction): void => {
    const { r1 } = i;
    const count = registerCount(i);
    let registers = 0;
    for (let n = 0; n < count; n++) registers |= 0x8000 >> ((r1 + n) & 15);
    if (registers & cpu.configuration.storage.view.getUint16(blockOf(cpu) + SD.LCTL)) cpu.interceptInstruction();
    const address = i.address(2);
    cpu.needAligned(address, bytes);
    const loaded = cpu.loadBytes(address, count * bytes);
    const view = new DataView(loaded.buffer, loaded.byteOffset);
    for (let n = 0; n < count; n++) {
      const register = (r1 + n) & 15;
      if (bytes === 8) cpu.cr[register] = view.getBigUint64(8 * n);
      else cpu.cr[register] = (cpu.cr[register]! & 0xffff_ffff_0000_0000n) | BigInt(view.getUint32(4 * n));
    }
    if (registers & TRANSLATION) cpu.contextChanged();
  };

const storeControl =
  (bytes: 4 | 8) =>
  (m: Meaning): void => {
    const address = m.address(2);
    m.needAligned(address, bytes);
    const first = m.unsigned('r1');
    const count = m.add(m.and(m.sub(m.unsigned('r3'), first), 15), 1);
    m.writeBlock(address, m.mul(count, bytes), (to) =>
      m.times(count, (n) => {
        const register = m.crAt(m.add(first, n));
        const at = m.add(to, m.mul(n, bytes));
        if (bytes === 8) m.poke64(at, register);
        else m.poke32(at, m.low(register));
      }),
    );
  };

/** LOAD PROGRAM PARAMETER: a value of the program's for those who measure the CPU. */
const loadProgramParameter = (cpu: Cpu, i: Instruction): void => cpu.setCell64(CELL.PROGRAM_PARAMETER, cpu.load(i.address(2), 8));

// ---- facilities --------------------------------------------------------------------------------------------------------

/**
 * STORE FACILITY LIST EXTENDED. What a guest sees is the list that its host designates in the state description, as long as the machine's
 * own (format 0); without a designation the host must answer itself.
 */
const storeFacilityList = (cpu: Cpu, i: Instruction): void => {
  const { storage, facilityList } = cpu.configuration;
  const list = storage.view.getUint32(blockOf(cpu) + SD.FACILITIES) & FACILITY_LIST;
  if (list === 0) cpu.interceptInstruction();
  const address = i.address(2);
  cpu.needAligned(address, 8);
  const wanted = Number(cpu.gr[0]! & 0xffn) + 1;
  const present = facilityList.length;
  const out = new Uint8Array(8 * Math.min(wanted, present));
  for (let at = 0; at < out.length; at += 8) {
    const from = absoluteToOffset(cpu, cpu.level - 1, list + at, false);
    out.set(storage.bytes.subarray(from, from + 8), at);
  }
  cpu.storeBytes(address, out);
  cpu.gr[0] = (cpu.gr[0]! & ~0xffn) | BigInt(present - 1);
  cpu.cc = wanted >= present ? 0 : 3;
};

// ---- invalidation ------------------------------------------------------------------------------------------------------

const purge = (cpu: Cpu): void => cpu.configuration.tlb.purge();

/**
 * A table entry, to be changed, by the address that the walk would have for it: an absolute one (walk.ts). References are subject to
 * low-address and key-controlled protection, as the PoP says of IPTE and IDTE, but not to DAT.
 */
const entryPlace = (cpu: Cpu, absolute: number): Offset => {
  // Prefixing is its own inverse.
  const real = realToAbsolute(absolute, cpu.prefix);
  return translateReal(cpu, Math.floor(real / 0x1_0000_0000) | 0, real | 0, ACCESS.STORE);
};

/** Sets the invalid bit of table entries, once all of them are known to be accessible: a large table crosses page ends. */
const invalidate = (cpu: Cpu, entries: readonly number[], bit: number): void => {
  const { view } = cpu.configuration.storage;
  const places = entries.map((absolute) => entryPlace(cpu, absolute) + 4);
  for (const at of places) view.setInt32(at, view.getInt32(at) | bit);
};

/** The addresses of `count` entries of a table from an index on. */
const entriesFrom = (table: number, index: number, count: number): number[] =>
  // The table index wraps; the address does not depend on the addressing mode.
  Array.from({ length: count }, (_, n) => table + 8 * ((index + n) & 0x7ff));

/**
 * INVALIDATE PAGE TABLE ENTRY: the entry of R2's page index in the table that R1 designates, and with R3 as many more as its low byte says.
 * Local clearing (M4) may clear more than it must, so it makes no difference here.
 */
const invalidatePage = (cpu: Cpu, i: Instruction): void => {
  const index = Number((cpu.gr[i.r2]! >> 12n) & 0xffn);
  const more = i.r3 !== 0 && cpu.configuration.facilities.has(IPTE_RANGE) ? Number(cpu.gr[i.r3]! & 0xffn) : 0;
  if (index + more > 255) cpu.programCheck(PGM.SPECIFICATION);
  const table = Number(cpu.gr[i.r1]! & ~0x7ffn);
  invalidate(cpu, entriesFrom(table, index, more + 1), PTE.INVALID);
  purge(cpu);
};
const IPTE_RANGE = 13;

/** R2 of IDTE: bit 52 asks for clearing by ASCE only; bits 44-51 must be zeros; bits 53-63 count entries beyond the first. */
const CLEARING_BY_ASCE = 0x800n;
const IDTE_RESERVED = 0xff000n;

/** INVALIDATE DAT TABLE ENTRY. All translations are cleared, so the ASCE in R3 makes no difference. */
const invalidateTable = (cpu: Cpu, i: Instruction): void => {
  const designation = cpu.gr[i.r1]!;
  const second = cpu.gr[i.r2]!;
  if (second & IDTE_RESERVED) cpu.programCheck(PGM.SPECIFICATION);
  if (!(second & CLEARING_BY_ASCE)) {
    const type = (Number(designation & 0xfn) & ASCE.TYPE) >> 2;
    // The index of the table's level: 11 bits from bit 33 of the address on for segments, further left for regions.
    const index = Number((second >> BigInt(20 + 11 * type)) & 0x7ffn);
    const table = Number(designation & ~0xfffn);
    invalidate(cpu, entriesFrom(table, index, Number(second & 0x7ffn) + 1), ENTRY.INVALID);
  }
  purge(cpu);
};

/** R2 of CSP and CSPG: bit 63 asks for a purge of the TLB, bit 62 of the ALB, which we do not have. */
const PURGE_TLB = 1n;

/** COMPARE AND SWAP AND PURGE: word or doubleword at R2, whose low bits say what to purge when the comparison was equal. */
const compareAndSwapAndPurge =
  (bytes: 4 | 8) =>
  (cpu: Cpu, i: Instruction): void => {
    const { r1, r2 } = i;
    cpu.needEven(r1);
    const second = cpu.gr[r2]!;
    const { view } = cpu.configuration.storage;
    const at = cpu.translate(second & cpu.addressMask & ~BigInt(bytes - 1), ACCESS.STORE, 2);
    const found = bytes === 8 ? view.getBigUint64(at) : BigInt(view.getUint32(at));
    const upper = bytes === 8 ? 0n : cpu.gr[r1]! & 0xffff_ffff_0000_0000n;
    if (found !== BigInt.asUintN(8 * bytes, cpu.gr[r1]!)) {
      cpu.gr[r1] = upper | found;
      cpu.cc = 1;
      return;
    }
    if (bytes === 8) view.setBigUint64(at, cpu.gr[r1 + 1]!);
    else view.setUint32(at, Number(cpu.gr[r1 + 1]! & 0xffff_ffffn));
    cpu.cc = 0;
    if (second & PURGE_TLB) purge(cpu);
  };

const LOAD_CONTROL = { ...PRIVILEGED, operands: 'c1,c3,d2(b2)' } as const;
const STORE_CONTROL = { ...LOAD_CONTROL, intercept: { ictl: ICTL.STCTL } } as const;
const INVALIDATION = { ...PRIVILEGED, intercept: { ictl: ICTL.IPTE_CSP } } as const;
const DAT_ENHANCEMENT = { ...INVALIDATION, facility: 3 } as const;

// biome-ignore format: one row a line
export const CONTROL_REGISTERS: readonly Row[] = [
  plainRow('b7', 'lctl', 'RS-a', 'LOAD CONTROL (32)', LOAD_CONTROL, loadControl(4)),
  plainRow('eb2f', 'lctlg', 'RSY-a', 'LOAD CONTROL (64)', LOAD_CONTROL, loadControl(8)),
  row('b6', 'stctl', 'RS-a', 'STORE CONTROL (32)', STORE_CONTROL, storeControl(4)),
  row('eb25', 'stctg', 'RSY-a', 'STORE CONTROL (64)', STORE_CONTROL, storeControl(8)),

  plainRow('b280', 'lpp', 'S', 'LOAD PROGRAM PARAMETER', { ...PRIVILEGED, facility: 40 }, loadProgramParameter),
  plainRow('b20d', 'ptlb', 'S', 'PURGE TLB', { ...PRIVILEGED, operands: '', intercept: { ictl: ICTL.PTLB } }, purge),
  plainRow('b221', 'ipte', 'RRF-a', 'INVALIDATE PAGE TABLE ENTRY', { ...INVALIDATION, operands: 'r1,r2,r3?,m4?' }, invalidatePage),
  plainRow('b98e', 'idte', 'RRF-b', 'INVALIDATE DAT TABLE ENTRY', DAT_ENHANCEMENT, invalidateTable),
  plainRow('b250', 'csp', 'RRE', 'COMPARE AND SWAP AND PURGE (32)', INVALIDATION, compareAndSwapAndPurge(4)),
  plainRow('b98a', 'cspg', 'RRE', 'COMPARE AND SWAP AND PURGE (64)', DAT_ENHANCEMENT, compareAndSwapAndPurge(8)),

  plainRow('b2b0', 'stfle', 'S', 'STORE FACILITY LIST EXTENDED', { facility: 7, intercept: { ictl: ICTL.STFLE } }, storeFacilityList),
  interceptedRow('b2b1', 'stfl', 'S', 'STORE FACILITY LIST', PRIVILEGED),
  interceptedRow('b27d', 'stsi', 'S', 'STORE SYSTEM INFORMATION', PRIVILEGED),
  interceptedRow('b212', 'stap', 'S', 'STORE CPU ADDRESS', PRIVILEGED),
  interceptedRow('b202', 'stidp', 'S', 'STORE CPU ID', PRIVILEGED),
  interceptedRow('b210', 'spx', 'S', 'SET PREFIX', PRIVILEGED),
  interceptedRow('b211', 'stpx', 'S', 'STORE PREFIX', PRIVILEGED),
  interceptedRow('b204', 'sck', 'S', 'SET CLOCK', PRIVILEGED),
  interceptedRow('ae', 'sigp', 'RS-a', 'SIGNAL PROCESSOR', PRIVILEGED),
  interceptedRow('83', 'diag', 'RS-a', 'DIAGNOSE', PRIVILEGED),
  interceptedRow('b220', 'servc', 'RRE', 'SERVICE CALL', PRIVILEGED),
  interceptedRow('b22c', 'tb', 'RRE', 'TEST BLOCK', PRIVILEGED),
];
