import { PGM } from '../../cpu/interruption.ts';
import { toEbcdic } from '../ebcdic.ts';
import type { Performer } from '../intercepted.ts';

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
  const block = BLOCKS[`${code}.${selector1}.${selector2}`]?.(machine.vcpus.length, cpuAddress);
  if (!block) {
    cpu.cc = 3;
    return;
  }
  cpu.storeBytes(i.address(2), block);
  cpu.cc = 0;
};

/** The block of the lowest virtual machine in SYSIB 3.2.2. */
const VIRTUAL_MACHINE = 32;

type Block = (cpus: number, cpuAddress: number) => Uint8Array;

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
  '1.2.2': (cpus) =>
    build((view) => {
      view.setUint16(36, cpus);
      view.setUint16(38, cpus);
    }),
  '2.2.2': (cpus) =>
    build((view, put) => {
      view.setUint16(36, cpus);
      view.setUint16(38, cpus);
      put(44, 'ZHINT   ');
    }),
  '3.2.2': (cpus) =>
    build((view, put) => {
      view.setUint8(31, 1);
      view.setUint16(VIRTUAL_MACHINE + 4, cpus);
      view.setUint16(VIRTUAL_MACHINE + 6, cpus);
      put(VIRTUAL_MACHINE + 12, 'ZHINT   ');
      view.setUint32(VIRTUAL_MACHINE + 20, 1000);
      put(VIRTUAL_MACHINE + 24, 'KVM/Linux       ');
    }),
};
