import { PGM } from '../../cpu/interruption.ts';
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

type Block = (cpus: number, cpuAddress: number) => Uint8Array;

/** EBCDIC of the few characters that the blocks need. */
const ebcdic = (text: string): Uint8Array =>
  Uint8Array.from(text, (c) => {
    if (c >= '0' && c <= '9') return 0xf0 + Number(c);
    if (c >= 'A' && c <= 'I') return 0xc1 + c.charCodeAt(0) - 65;
    if (c >= 'J' && c <= 'R') return 0xd1 + c.charCodeAt(0) - 74;
    if (c >= 'S' && c <= 'Z') return 0xe2 + c.charCodeAt(0) - 83;
    if (c >= 'a' && c <= 'i') return 0x81 + c.charCodeAt(0) - 97;
    if (c >= 'j' && c <= 'r') return 0x91 + c.charCodeAt(0) - 106;
    if (c >= 's' && c <= 'z') return 0xa2 + c.charCodeAt(0) - 115;
    return c === '/' ? 0x61 : 0x40;
  });

const build = (fill: (view: DataView, put: (at: number, text: string) => void) => void): Uint8Array => {
  const block = new Uint8Array(SYSIB_SIZE);
  fill(new DataView(block.buffer), (at, text) => block.set(ebcdic(text), at));
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
      view.setUint16(64 + 2, cpus);
      view.setUint16(64 + 4, cpus);
      put(64 + 8, 'ZHINT   ');
      view.setUint32(64 + 16, 1000);
      put(64 + 20, 'KVM/Linux       ');
    }),
};
