import { describe, expect, test } from 'vitest';
import { LOWCORE, PGM } from '../../src/cpu/interruption.ts';
import { CELL } from '../../src/cpu/layout.ts';
import { ECA, SD } from '../../src/cpu/state-description.ts';
import { assemble } from '../../src/guest/assembler/assemble.ts';
import { Machine } from '../../src/host/machine.ts';

const ENTRY = 0x1_0000;
const DATA = 0x4_0000;
const WAIT = 0x0002_0001_8000_0000n;
const ENABLED = 0x6_0000n;

interface State {
  /** Vector registers by number, as hexadecimal digits; shorter ones are filled up with zeros at the right. */
  readonly vr?: Readonly<Record<number, string>>;
  readonly cr0?: bigint;
  readonly fpc?: number;
  readonly programMask?: number;
  /** Whether the state description lets the guest have the facility. */
  readonly eca?: number;
}

interface End {
  readonly code: number;
  readonly dxc: number;
  readonly cc: number;
  readonly fpc: number;
  readonly oldAddress: number;
  readonly vr: (n: number) => string;
  readonly gr: readonly bigint[];
  readonly data: string;
}

/** Executes one instruction; %r2 is the address of 16 bytes, which are what `data` says. */
const perform = (instruction: string, { vr = {}, cr0 = ENABLED, fpc = 0, programMask = 0, eca = ECA.VX }: State, data = ''): End => {
  const machine = new Machine({ storage: 2 ** 20 });
  const { view } = machine.configuration.storage;
  machine.storage.write(0, new Uint8Array(8192));
  const psw = new DataView(new ArrayBuffer(16));
  psw.setBigUint64(0, WAIT);
  psw.setBigUint64(8, 0xfffn);
  machine.storage.write(LOWCORE.NEW_PSW.program, new Uint8Array(psw.buffer));
  machine.storage.write(LOWCORE.NEW_PSW.svc, new Uint8Array(psw.buffer));
  machine.storage.write(ENTRY, assemble(`${instruction}\n svc 0`, 'test.s').segments[0]!.bytes);
  machine.storage.write(DATA, Uint8Array.from(Buffer.from(data.padEnd(32, '0'), 'hex')));
  const vcpu = machine.vcpus[0]!;
  const { cpu } = vcpu;
  machine.start(BigInt(ENTRY));
  const block = machine.block(vcpu);
  view.setInt32(block + SD.ECA, (view.getInt32(block + SD.ECA) & ~ECA.VX) | eca);
  view.setBigUint64(block + SD.CR, cr0);
  view.setBigUint64(block + SD.PSW, view.getBigUint64(block + SD.PSW) | (BigInt(programMask) << 40n));
  cpu.gr[2] = BigInt(DATA);
  cpu.setCell32(CELL.FPC, fpc);
  for (const [n, digits] of Object.entries(vr)) {
    const whole = BigInt(`0x${digits.padEnd(32, '0')}`);
    cpu.vr[2 * Number(n)] = whole >> 64n;
    cpu.vr[2 * Number(n) + 1] = whole;
  }
  machine.run(10);
  const lowcore = new DataView(machine.storage.read(0, 0x200).buffer);
  const code = lowcore.getUint16(LOWCORE.PGM_CODE);
  const old = code === 0 ? LOWCORE.OLD_PSW.svc : LOWCORE.OLD_PSW.program;
  return {
    code,
    dxc: lowcore.getUint32(LOWCORE.DXC),
    cc: (lowcore.getUint8(old + 2) >> 4) & 3,
    fpc: cpu.cell32(CELL.FPC) >>> 0,
    oldAddress: Number(lowcore.getBigUint64(old + 8)),
    vr: (n) => [cpu.vr[2 * n]!, cpu.vr[2 * n + 1]!].map((half) => half.toString(16).padStart(16, '0')).join(''),
    gr: [...cpu.gr],
    data: Buffer.from(machine.storage.read(DATA, 16)).toString('hex'),
  };
};

describe('enablement', () => {
  test.each([
    ['vector-enablement control off', 0x4_0000n, ECA.VX, PGM.DATA, 0xfe],
    ['AFP-register control off', 0x2_0000n, ECA.VX, PGM.DATA, 0xfe],
    ['no vector facility in SIE', ENABLED, 0, PGM.OPERATION, 0],
  ])('%s', (_, cr0, eca, code, dxc) => {
    expect(perform('vlr %v1,%v2', { cr0, eca })).toMatchObject({ code, dxc, oldAddress: ENTRY + 6 });
    expect(perform('vfadb %v1,%v2,%v3', { cr0, eca })).toMatchObject({ code, dxc });
  });

  test('the data-exception code is in the FPC too, if AFP registers are on', () => {
    expect(perform('vlr %v1,%v2', { cr0: 0x4_0000n }).fpc).toBe(0xfe00);
    expect(perform('vlr %v1,%v2', { cr0: 0x2_0000n }).fpc).toBe(0);
  });

  test('LCBB needs none of that', () => {
    expect(perform('lcbb %r1,4095(%r2),6', { cr0: 0n })).toMatchObject({ code: 0, cc: 3 });
  });

  test('floating-point registers are the left halves', () => {
    expect(perform('ldr %f1,%f2', { vr: { 1: '11'.repeat(16), 2: '22'.repeat(16) } }).vr(1)).toBe(`${'22'.repeat(8)}${'11'.repeat(8)}`);
  });
});

describe('vector-processing exceptions', () => {
  const ONE = '3ff0000000000000';
  const SIGNALING = '7ff4000000000000';

  test.each([
    ['vfadb %v1,%v2,%v3', [SIGNALING, ONE], 0x8000_0000, 0x01],
    ['vfadb %v1,%v2,%v3', [ONE, SIGNALING], 0x8000_0000, 0x11],
    ['vfddb %v1,%v2,%v3', [ONE, ONE], 0x4000_0000, 0x02],
    ['vfmdb %v1,%v2,%v2', [ONE, '7fe0000000000000'], 0x2000_0000, 0x13],
    ['vfmdb %v1,%v2,%v2', ['0010000000000000', ONE], 0x1000_0000, 0x04],
    ['vfisb %v1,%v2,0,5', ['0000000000000000', '000000003f000000'], 0x0800_0000, 0x35],
  ])('%s with %j and masks %i: VXC %i', (instruction, halves, fpc, vxc) => {
    const end = perform(instruction, { vr: { 1: 'ab'.repeat(16), 2: halves.join('') }, fpc });
    expect(end).toMatchObject({ code: PGM.VECTOR_PROCESSING, dxc: vxc, fpc: (fpc | (vxc << 8)) >>> 0, oldAddress: ENTRY + 6 });
    expect(end.vr(1)).toBe('ab'.repeat(16));
  });

  test('without the masks all elements’ exceptions become flags', () => {
    expect(perform('vfddb %v1,%v2,%v3', { vr: { 2: `${SIGNALING}${ONE}` } })).toMatchObject({ code: 0, fpc: 0xc0_0000 });
  });

  test('a negative multiply and add rounds, and then changes the sign', () => {
    const roundedUp = 2;
    const end = perform('wfnmadb %v1,%v2,%v2,%v3', { vr: { 2: ONE, 3: '3c00000000000000' }, fpc: roundedUp });
    expect(end.vr(1).slice(0, 16)).toBe('bff0000000000001');
  });
});

describe('packed decimal numbers of 31 digits', () => {
  const number = (digits: string): string => digits.padStart(32, '0');

  test.each([
    ['vap %v1,%v2,%v3,31,1', '21c', '21c', '42c', 2],
    ['vap %v1,%v2,%v3,31,1', '1c', '2d', '1d', 1],
    ['vap %v1,%v2,%v3,31,1', '1c', '1d', '0c', 0],
    ['vap %v1,%v2,%v3,2,1', '98c', '2c', '0c', 3],
    ['vap %v1,%v2,%v3,2,1', '98d', '2d', '0d', 3],
    ['vap %v1,%v2,%v3,31,3', '1c', '2c', '3f', 2],
    ['vap %v1,%v2,%v3,31,13', '1d', '20', '3c', 2],
    ['vsp %v1,%v2,%v3,31,1', '1c', '3c', '2d', 1],
    ['vmp %v1,%v2,%v3,31,1', '12d', '12c', '144d', 1],
    ['vmp %v1,%v2,%v3,31,1', '0d', '12c', '0c', 0],
    ['vmsp %v1,%v2,%v3,2,1', '125c', '125c', '156c', 2],
    ['vdp %v1,%v2,%v3,31,1', '7d', '2c', '3d', 1],
    ['vrp %v1,%v2,%v3,31,1', '7d', '2c', '1d', 1],
    ['vsdp %v1,%v2,%v3,3,1', '7c', '2c', '3500c', 2],
    ['vsrp %v1,%v2,31,2,1', '7c', '', '700c', 2],
    ['vsrp %v1,%v2,31,127,1', '75d', '', '7d', 1],
    ['vsrp %v1,%v2,31,255,1', '75d', '', '8d', 1],
    ['vsrp %v1,%v2,1,1,1', '75c', '', '0c', 3],
    ['vpsop %v1,%v2,31,4,1', '7c', '', '7d', 1],
    ['vpsop %v1,%v2,31,0,1', '0b', '', '0c', 0],
    ['vpsop %v1,%v2,31,10,1', '70', '', '7f', 2],
    ['vpsop %v1,%v2,1,12,1', '17a', '', '7d', 3],
    ['vlip %v1,0x1234,0xb', '', '', '1234000d', 0],
  ])('%s of %s and %s is %s, condition code %i', (instruction, second, third, result, cc) => {
    const end = perform(instruction, { vr: { 2: number(second), 3: number(third) } });
    expect([end.vr(1), end.cc, end.code]).toEqual([number(result), cc, 0]);
  });

  test.each([
    ['vap %v1,%v2,%v3,0,0', PGM.SPECIFICATION],
    ['vap %v1,%v2,%v3,0x9f,0', PGM.SPECIFICATION],
    ['vap %v1,%v2,%v4,31,0', PGM.DATA],
    ['vdp %v1,%v2,%v5,31,0', PGM.DECIMAL_DIVIDE],
    ['vap %v1,%v2,%v3,1,0', PGM.DECIMAL_OVERFLOW],
    ['vcvb %r1,%v6,0', PGM.FIXED_POINT_OVERFLOW],
    ['vlip %v1,0x123a,0', PGM.DATA],
    ['vpkz %v1,0(%r2),31', PGM.SPECIFICATION],
    ['vlrl %v1,0(%r2),16', PGM.SPECIFICATION],
  ])('%s: interruption code %i', (instruction, code) => {
    const vr = { 2: number('5c'), 3: number('5c'), 4: number('a5c'), 5: number('0c'), 6: number('2147483648c') };
    expect(perform(instruction, { vr, programMask: 12 })).toMatchObject({ code, dxc: 0 });
  });

  test.each([
    ['vcvb %r1,%v2,1', '2147483647c', 0x7fff_ffffn, 0],
    ['vcvb %r1,%v2,1', '2147483648d', 0x8000_0000n, 0],
    ['vcvb %r1,%v2,1', '2147483648c', 0x8000_0000n, 3],
    ['vcvb %r1,%v2,3', '4294967295c', 0xffff_ffffn, 0],
    ['vcvbg %r1,%v2,1', '1d', 0xffff_ffff_ffff_ffffn, 0],
    ['vcvbg %r1,%v2,9', '1d', 1n, 0],
  ])('%s of %s', (instruction, second, result, cc) => {
    const end = perform(instruction, { vr: { 2: number(second) } });
    expect([end.gr[1], end.cc]).toEqual([result, cc]);
  });

  test.each([
    ['vcvd %v1,%r2,31,1', '262144c', 0],
    ['vcvdg %v1,%r2,3,1', '144c', 3],
    ['vcvd %v1,%r0,31,1', '0c', 0],
    ['vcvd %v1,%r2,31,3', '262144f', 0],
  ])('%s', (instruction, result, cc) => {
    const end = perform(instruction, {});
    expect([end.vr(1), end.cc]).toEqual([number(result), cc]);
  });

  test.each([
    ['vtp %v2', '5c', 0],
    ['vtp %v2', '55', 1],
    ['vtp %v2', 'a5c', 2],
    ['vtp %v2', 'a55', 3],
    ['vcp %v2,%v3,0', '5c', 2],
    ['vcp %v2,%v3,0', '5d', 1],
    ['vcp %v2,%v3,8', '1d', 0],
  ])('%s of %s: condition code %i', (instruction, second, cc) => {
    expect(perform(instruction, { vr: { 2: number(second), 3: number('1c') } }).cc).toBe(cc);
  });

  test('zoned numbers lose their zones, and get 1111', () => {
    expect(perform('vpkz %v1,0(%r2),4', {}, 'f1f2f3f4d5').vr(1)).toBe(number('12345d'));
    expect(perform('vupkz %v1,0(%r2),3', { vr: { 1: number('12345d') } }).data).toBe('f2f3f4d5'.padEnd(32, '0'));
  });

  test('the rightmost bytes by length', () => {
    expect(perform('vlrl %v1,0(%r2),2', {}, '112233445566').vr(1)).toBe(number('112233'));
    expect(perform('vstrl %v1,0(%r2),1', { vr: { 1: number('12345d') } }).data).toBe('345d'.padEnd(32, '0'));
    expect(perform('vlrlr %v1,%r2,0(%r2)', {}, '11'.repeat(16)).vr(1)).toBe('11'.repeat(16));
  });
});
