import { PGM } from '../../cpu/interruption.ts';
import { toEbcdic } from '../ebcdic.ts';
import type { Performer } from '../intercepted.ts';
import type { Machine } from '../machine.ts';

const SYSIB_SIZE = 4096;
/** Virtual machine level. */
const CURRENT_LEVEL = 3;

/** STORE SYSTEM INFORMATION: the guest runs at level 3 under a control program that calls itself KVM/Linux, as Linux and kvm-unit-tests expect. */
export const storeSystemInformation: Performer = (machine, { cpu, address: cpuAddress }, i) => {
  const gr0 = Number(cpu.gr[0]! & 0xffff_ffffn);
  const gr1 = Number(cpu.gr[1]! & 0xffff_ffffn);
  const code = gr0 >>> 28;
  const selector1 = gr0 & 0xff;
  const selector2 = gr1 & 0xffff;
  if (code > CURRENT_LEVEL) {
    cpu.cc = 3;
    return;
  }
  if (gr0 & 0x0fff_ff00 || gr1 & 0xffff_0000) cpu.programCheck(PGM.SPECIFICATION);
  if (code === 0) {
    cpu.gr[0] = (cpu.gr[0]! & ~0xffff_ffffn) | BigInt(CURRENT_LEVEL << 28);
    cpu.cc = 0;
    return;
  }
  cpu.needAligned(i.address(2), SYSIB_SIZE);
  const block = BLOCKS[`${code}.${selector1}.${selector2}`]?.(machine, cpuAddress);
  if (!block) {
    cpu.cc = 3;
    return;
  }
  cpu.storeBytes(i.address(2), block);
  cpu.cc = 0;
};

type Block = (machine: Machine, cpuAddress: number) => Uint8Array;

const build = (fill: (view: DataView, put: (at: number, text: string) => void) => void): Uint8Array => {
  const block = new Uint8Array(SYSIB_SIZE);
  fill(new DataView(block.buffer), (at, text) => block.set(toEbcdic(text), at));
  return block;
};

const BLOCKS: Readonly<Record<string, Block>> = {
  '1.1.1': () =>
    build((_, put) => {
      put(32, 'IBM             ');
      put(48, '2964');
      put(64, 'ZHINT           ');
      put(80, '0000000000010000');
      put(96, 'ZH  ');
    }),
  '1.2.1': (_, cpuAddress) =>
    build((view, put) => {
      put(80, '0000000000010000');
      put(96, 'ZH  ');
      view.setUint16(100, cpuAddress);
    }),
  '1.2.2': (machine) => build((view) => putCpuCounts(view, 36, machine)),
  '2.2.2': (machine) =>
    build((view, put) => {
      putCpuCounts(view, 36, machine);
      put(44, 'ZHINT   ');
    }),
  '3.2.2': (machine) =>
    build((view, put) => {
      view.setUint8(31, 1);
      putCpuCounts(view, VIRTUAL_MACHINE + 4, machine);
      put(VIRTUAL_MACHINE + 12, nameOf(machine));
      view.setUint32(VIRTUAL_MACHINE + 20, FULL_CAPABILITY);
      put(VIRTUAL_MACHINE + 24, 'KVM/Linux       ');
      view.setUint8(VIRTUAL_MACHINE + 43, NAME_IS_UTF8);
      new Uint8Array(view.buffer).set(machine.options.uuid, VIRTUAL_MACHINE + 48);
      new Uint8Array(view.buffer).set(new TextEncoder().encode(machine.options.name).subarray(0, EXTENDED_NAME_SIZE), EXTENDED_NAME);
    }),
};

/** Offsets in SYSIB 3.2.2: the description of the innermost virtual machine, and its extended name. */
const VIRTUAL_MACHINE = 32;
const EXTENDED_NAME = 2048;
const EXTENDED_NAME_SIZE = 256;
const NAME_IS_UTF8 = 2;
/** CPU-capability adjustment factor in thousandths. */
const FULL_CAPABILITY = 1000;

/** The first eight characters of the machine's name. */
const nameOf = ({ options }: Machine): string => options.name.slice(0, 8).padEnd(8);

/** Halfwords: CPUs altogether, configured, in standby, reserved. */
const putCpuCounts = (view: DataView, at: number, { vcpus, options: { maxCpus } }: Machine): void => {
  for (const [n, count] of [maxCpus, vcpus.length, 0, maxCpus - vcpus.length].entries()) view.setUint16(at + 2 * n, count);
};
