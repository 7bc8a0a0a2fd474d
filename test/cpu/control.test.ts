import { describe, expect, test } from 'vitest';
import type { Cpu } from '../../src/cpu/cpu.ts';
import { type Exit, execute } from '../../src/cpu/execution.ts';
import { guestKey, setGuestKey } from '../../src/cpu/guest-keys.ts';
import { INTERCEPT, ProgramInterruption } from '../../src/cpu/interruption.ts';
import { CELL } from '../../src/cpu/layout.ts';
import { absoluteToOffset } from '../../src/cpu/levels.ts';
import { PGSTE_HIGH } from '../../src/cpu/pgste.ts';
import { blockOf, enterSie } from '../../src/cpu/sie.ts';
import { CPUFLAGS, ECB2, ICTL, SD } from '../../src/cpu/state-description.ts';
import { type HostAbsolute, KEY } from '../../src/cpu/storage.ts';
import { assemble } from '../../src/guest/assembler/assemble.ts';
import { Machine } from '../../src/host/machine.ts';

const MIB = 0x10_0000;
const ENTRY = 0x10000;
const SUPERVISOR_64 = 0x0000_0001_8000_0000n;

/** A level-1 guest that has been entered, with a few resident pages and these instructions at its entry. */
const entered = (source: string, storage = 2 * MIB): { machine: Machine; cpu: Cpu; step: (instructions?: number) => Exit } => {
  const machine = new Machine({ storage });
  // Faults of the host's translation are to be seen here, not resolved on the spot.
  machine.configuration.supply = () => undefined;
  for (const page of [0, 0x1000, ENTRY, 0x40000, 0x41000]) machine.storage.write(page, new Uint8Array(4096));
  const [segment] = assemble(source, 'test.s').segments;
  machine.storage.write(ENTRY, segment!.bytes);
  const { cpu, stateDescription } = machine.vcpus[0]!;
  expect(enterSie(cpu, stateDescription)).toBe(true);
  cpu.setPsw({ mask: SUPERVISOR_64, address: BigInt(ENTRY) });
  const step = (instructions = 1): Exit => {
    if (cpu.level === 0) expect(enterSie(cpu, stateDescription)).toBe(true);
    return execute(cpu, instructions);
  };
  return { machine, cpu, step };
};

const highWordOfStatus = (machine: Machine, page: number): number =>
  machine.configuration.storage.view.getInt32(machine.gmap.entries(page).pgste);
/** The key of the frame that holds a page, as the host sees it. */
const frameKey = (machine: Machine, page: number): number =>
  machine.configuration.storage.keys[Number(machine.configuration.storage.view.getBigUint64(machine.gmap.entries(page).pte)) / 4096]!;

describe('keys of a guest', () => {
  test('SSKE on a resident page moves the frame’s R and C to the host’s copies', () => {
    const { machine, cpu, step } = entered('sske %r1,%r2\n iske %r3,%r2\n mvi 0(%r2),1\n iske %r4,%r2');
    cpu.gr[1] = 0x78n;
    cpu.gr[2] = 0x40000n;
    machine.configuration.storage.keys.fill(KEY.R | KEY.C);
    step();
    expect(frameKey(machine, 0x40000)).toBe(0x78);
    expect(highWordOfStatus(machine, 0x40000) & (PGSTE_HIGH.HR | PGSTE_HIGH.HC)).toBe(PGSTE_HIGH.HR | PGSTE_HIGH.HC);
    step(3);
    expect(cpu.gr[3]).toBe(0x78n);
    expect(cpu.gr[4]).toBe(0x7en);
  });

  test('bits that the guest sets live in the page-status entry', () => {
    const { machine, cpu, step } = entered('sske %r1,%r2\n iske %r3,%r2\n rrbe %r0,%r2\n iske %r4,%r2');
    cpu.gr[1] = 0x16n;
    cpu.gr[2] = 0x40000n;
    step();
    expect(frameKey(machine, 0x40000)).toBe(0x10);
    step(2);
    expect(cpu.gr[3]).toBe(0x16n);
    expect(cpu.cc).toBe(3);
    step();
    expect(cpu.gr[4]).toBe(0x12n);
  });

  test('a page keeps its key while it is paged out, and may get another', () => {
    const { machine, cpu, step } = entered('iske %r3,%r2\n sske %r1,%r2\n iske %r4,%r2\n mvi 0(%r2),1\n iske %r5,%r2');
    cpu.gr[2] = 0x40000n;
    setGuestKey(cpu, 1, 0x40000, 0x3a);
    machine.pager.reclaim(0x40000, 'test');
    expect(machine.pager.isResident(0x40000)).toBe(false);
    cpu.gr[1] = 0x40n;
    step(3);
    expect(machine.pager.isResident(0x40000)).toBe(false);
    expect([cpu.gr[3], cpu.gr[4]]).toEqual([0x3an, 0x40n]);
    const exit = step();
    expect(exit.reason).toBe('fault');
    machine.pager.pageIn(0x40000, 'test');
    step(2);
    expect(cpu.gr[5]).toBe(0x46n);
  });

  test('a store after RRBE and SSKE is seen by guest and host', () => {
    const { machine, cpu, step } = entered('mvi 0(%r2),1\n sske %r1,%r2\n mvi 1(%r2),1\n iske %r3,%r2');
    cpu.gr[2] = 0x40000n;
    step(4);
    expect(cpu.gr[3]).toBe(6n);
    expect(frameKey(machine, 0x40000) & KEY.C).toBe(KEY.C);
  });

  test('a block outside guest storage is an addressing exception', () => {
    const { cpu } = entered('nopr %r7');
    expect(() => guestKey(cpu, 1, 2 * MIB)).toThrow(expect.objectContaining({ level: 1, code: 5 }) as Error);
  });

  test('without a host page table the host is interrupted', () => {
    const { cpu } = entered('nopr %r7');
    try {
      guestKey(cpu, 1, MIB);
      expect.unreachable();
    } catch (fault) {
      expect(fault).toBeInstanceOf(ProgramInterruption);
      expect(fault).toMatchObject({ level: 0, code: 0x10 });
    }
  });
});

describe('keys of a guest’s guest', () => {
  const BLOCK = 0x41000;
  const TABLES = 0x40000;
  const DATA = 0x1000;
  const REAL_SPACE = 0x20n;

  /** Level 2, whose absolute page 0 is level 1's page 0x1000; with page-status entries or without. */
  const nested = (pageStatus: boolean): { machine: Machine; cpu: Cpu } => {
    const { machine, cpu } = entered('nopr %r7');
    const { storage } = machine.configuration;
    const at = (absolute: number): number => absoluteToOffset(cpu, 1, absolute, true);
    // A segment table, of which one entry counts, in page 0; a page table with status entries behind it.
    storage.view.setBigUint64(at(0), BigInt(TABLES));
    for (let n = 0; n < 256; n++) storage.view.setBigUint64(at(TABLES) + 8 * n, 0x400n);
    for (let n = 0; n < 2; n++) storage.view.setBigUint64(at(TABLES) + 8 * n, BigInt(DATA));
    storage.view.setInt32(at(BLOCK) + SD.FLAGS, CPUFLAGS.ZARCH | CPUFLAGS.SM);
    storage.view.setUint8(at(BLOCK) + SD.ECB2, pageStatus ? ECB2.CMMA : 0);
    cpu.cr[1] = pageStatus ? 0n : REAL_SPACE;
    expect(enterSie(cpu, (at(BLOCK) - storage.offset(0 as HostAbsolute)) as HostAbsolute)).toBe(true);
    expect(cpu.level).toBe(2);
    return { machine, cpu };
  };

  test('without page-status entries they are the keys of the level below', () => {
    const { machine, cpu } = nested(false);
    setGuestKey(cpu, 2, DATA, 0x56);
    expect(guestKey(cpu, 2, DATA)).toBe(0x56);
    expect(guestKey(cpu, 1, DATA)).toBe(0x56);
    expect(frameKey(machine, DATA)).toBe(0x50);
  });

  test('with them, each level keeps the bits that the level above gave up', () => {
    const { machine, cpu } = nested(true);
    setGuestKey(cpu, 1, DATA, 0x06);
    setGuestKey(cpu, 2, 0, 0x30);
    expect(guestKey(cpu, 2, 0)).toBe(0x30);
    expect(guestKey(cpu, 1, DATA)).toBe(0x30);
    const { storage } = machine.configuration;
    const status = storage.view.getInt32(absoluteToOffset(cpu, 1, TABLES + 2048, false));
    expect(status & (PGSTE_HIGH.HR | PGSTE_HIGH.HC)).toBe(PGSTE_HIGH.HR | PGSTE_HIGH.HC);
    // The frame is touched: every level sees it.
    storage.keys[Number(storage.view.getBigUint64(machine.gmap.entries(DATA).pte)) / 4096]! |= KEY.R;
    expect([guestKey(cpu, 2, 0), guestKey(cpu, 1, DATA)]).toEqual([0x34, 0x34]);
  });

  test('an invalid page-table entry with status holds the key itself', () => {
    const { cpu } = nested(true);
    setGuestKey(cpu, 2, 0x5000, 0x9e);
    expect(guestKey(cpu, 2, 0x5000)).toBe(0x9e);
  });
});

describe('what SIE hands to the host', () => {
  test.each([
    ['lctlg %c4,%c6,0(%r2)', 0x8000 >> 5, true],
    ['lctl %c14,%c1,0(%r2)', 0x8000, true],
    ['lctlg %c4,%c6,0(%r2)', 0x8000 >> 7, false],
  ])('%s with load-control bits %i', (source, bits, intercepted) => {
    const { cpu, machine, step } = entered(source);
    cpu.gr[2] = 0x40000n;
    machine.configuration.storage.view.setUint16(blockOf(cpu) + SD.LCTL, bits);
    expect(step()).toEqual(intercepted ? { reason: 'interception', code: INTERCEPT.INSTRUCTION } : { reason: 'budget' });
  });

  test.each([
    ['svc 5', [0x80, 0, 0, 0], true],
    ['svc 5', [0x20, 5, 5, 0], true],
    ['svc 5', [0x40, 4, 5, 5], false],
  ])('%s with SVC controls %j', (source, controls, intercepted) => {
    const { cpu, machine, step } = entered(source);
    machine.configuration.storage.bytes.set(controls, blockOf(cpu) + SD.SVC_CONTROL);
    // Otherwise the supervisor call's new PSW, all zeros, is loaded.
    expect(step()).toEqual(intercepted ? { reason: 'interception', code: INTERCEPT.INSTRUCTION } : { reason: 'budget' });
  });

  test.each([
    ['stctg %c0,%c0,0(%r2)', ICTL.STCTL],
    ['lpswe 0(%r2)', ICTL.LPSW],
    ['ssm 0(%r2)', ICTL.SSM],
    ['stnsm 0(%r2),0xff', ICTL.STNSM],
    ['stosm 0(%r2),0', ICTL.STOSM],
    ['stck 0(%r2)', ICTL.STCK],
    ['stpt 0(%r2)', ICTL.CPU_TIMER],
    ['sckc 0(%r2)', ICTL.SCKC],
    ['iske %r1,%r2', ICTL.ISKE],
    ['sske %r1,%r2', ICTL.SSKE],
    ['rrbe %r1,%r2', ICTL.RRBE],
    ['tprot 0(%r2),0', ICTL.TPROT],
    ['ptlb', ICTL.PTLB],
    ['ipte %r2,%r3', ICTL.IPTE_CSP],
    ['stfle 0(%r2)', ICTL.STFLE],
  ])('%s by its own control only', (source, control) => {
    for (const ictl of [control, ~control & ~ICTL.PROGRAM]) {
      const { cpu, machine, step } = entered(source);
      cpu.gr[2] = 0x40000n;
      cpu.setCell32(CELL.ICTL, ictl);
      machine.configuration.storage.view.setUint32(blockOf(cpu) + SD.FACILITIES, 0x1000);
      const exit = step();
      expect(exit.reason).toBe(ictl === control ? 'interception' : 'budget');
    }
  });

  test('LPP loads the program parameter, which the state description keeps', () => {
    const { machine, cpu, step } = entered('lpp 0(%r2)\n diag %r0,%r0,0');
    const parameter = 0x0123_4567_89ab_cdefn;
    cpu.gr[2] = 0x40000n;
    cpu.store(0x40000n, 8, parameter);
    step(2);
    expect(cpu.level).toBe(0);
    const { storage } = machine.configuration;
    expect(storage.view.getBigUint64(storage.offset(machine.vcpus[0]!.stateDescription) + SD.PROGRAM_PARAMETER)).toBe(parameter);
    expect(cpu.cell64(CELL.PROGRAM_PARAMETER)).toBe(0n);
  });

  test.each([
    // Mask and flag bits: invalid, divide by zero, overflow, underflow, inexact.
    [0x0008_0000, 0xf800_0000, 0x0b],
    [0x0028_0000, 0xf800_0000, 0x2b],
    [0x0028_0000, 0xf000_0000, 0x23],
    [0x0018_0000, 0x1800_0000, 0x1b],
    [0x0068_0000, 0x4000_0000, 0x43],
    [0x00f8_0000, 0xf800_0000, 0x83],
    [0x0080_0000, 0x7800_0003, 0],
  ])('SFASR with FPC %i and source %i: DXC %i', (fpc, source, dxc) => {
    const { cpu, step } = entered('sfasr %r1');
    cpu.cr[0] = 0x4_0000n;
    cpu.setCell32(CELL.FPC, fpc);
    cpu.setCell32(CELL.ICTL, ICTL.PROGRAM);
    cpu.gr[1] = BigInt(source >>> 0);
    const { view } = cpu.configuration.storage;
    const block = blockOf(cpu);
    const { reason } = step();
    expect(reason).toBe(dxc === 0 ? 'budget' : 'interception');
    if (dxc !== 0) expect(view.getUint32(block + SD.LOWCORE + 0x90)).toBe(dxc);
    expect(cpu.cell32(CELL.FPC) >>> 0).toBe((source | fpc | (dxc << 8)) >>> 0);
  });

  test('STFLE without a designated list', () => {
    const { cpu, step } = entered('stfle 0(%r2)');
    cpu.gr[2] = 0x40000n;
    expect(step()).toEqual({ reason: 'interception', code: INTERCEPT.INSTRUCTION });
  });

  test('STFLE stores the designated list, as much as fits', () => {
    const { cpu, machine, step } = entered('stfle 0(%r2)');
    const { storage } = machine.configuration;
    const list = Number(machine.configuration.storage.view.getBigUint64(machine.gmap.entries(0x41000).pte));
    storage.store64(list as HostAbsolute, 0x1122_3344_5566_7788n);
    storage.store64((list + 8) as HostAbsolute, 0x99n);
    storage.view.setUint32(blockOf(cpu) + SD.FACILITIES, list);
    cpu.gr[0] = 0n;
    cpu.gr[2] = 0x40000n;
    step();
    expect(cpu.cc).toBe(3);
    expect(cpu.gr[0]).toBe(2n);
    expect(cpu.load(0x40000n, 8)).toBe(0x1122_3344_5566_7788n);
    expect(cpu.load(0x40008n, 8)).toBe(0n);
  });

  test('PFMF unless the state description lets it be interpreted', () => {
    for (const interpreted of [true, false]) {
      const { cpu, machine, step } = entered('pfmf %r1,%r2');
      machine.configuration.storage.bytes[blockOf(cpu) + SD.ECB2] = interpreted ? ECB2.PFMFI : 0;
      cpu.gr[1] = 0x3_0070n;
      cpu.gr[2] = 0x40000n;
      cpu.store(0x40000n, 8, 5n);
      expect(step().reason).toBe(interpreted ? 'budget' : 'interception');
      if (interpreted) expect([cpu.load(0x40000n, 8), guestKey(cpu, 1, 0x40000) & ~KEY.R]).toEqual([0n, 0x70]);
    }
  });
});

test('a large PFMF goes on where a host fault stopped it', () => {
  const { cpu, machine, step } = entered('pfmf %r1,%r2');
  cpu.gr[1] = 0x1_1000n;
  cpu.gr[2] = 0x0f_e123n;
  machine.storage.write(0xfe000, new Uint8Array(4096).fill(1));
  machine.storage.write(0xff000, new Uint8Array(4096).fill(1));
  machine.pager.reclaim(0xff000, 'test');
  expect(step().reason).toBe('fault');
  expect(cpu.gr[2]).toBe(0x0f_f123n);
  machine.pager.pageIn(0xff000, 'test');
  expect(step().reason).toBe('budget');
  expect(cpu.gr[2]).toBe(0x10_0123n);
  expect(machine.storage.read(0xfe000, 0x2000).some((byte) => byte !== 0)).toBe(false);
});
