import { describe, expect, test } from 'vitest';
import { CELL } from '../../src/cpu/layout.ts';
import { syntaxOf } from '../../src/cpu/operands.ts';
import type { Row } from '../../src/cpu/row.ts';
import { ROWS } from '../../src/cpu/rows/index.ts';
import { assemble } from '../../src/guest/assembler/assemble.ts';
import { Machine } from '../../src/host/machine.ts';
import { encode, operandFields } from '../instructions.ts';

const ENTRY = 0x1_0000;
const DATA = 0x4_0000;
const ROUNDS = 10_500;

/** An instruction of this row: registers 17 to 20 and 3 to 5, storage at general register 2, masks that are valid for most. */
const instructionOf = (row: Row): Uint8Array => {
  const values = operandFields(syntaxOf(row)).map(({ name }) => {
    const n = Number(name.slice(1));
    if (name.startsWith('v')) return 16 + n;
    if (name.startsWith('r')) return 2 + n;
    if (name.startsWith('b')) return 2;
    if (name.startsWith('m')) return row.title.includes(' FP ') ? 3 : 2;
    return name.startsWith('i') ? 7 : 0;
  });
  return encode(row, values);
};

/** Executes it in a loop that is long enough to be compiled, between changes of its registers. A machine that steps compiles nothing. */
const run = (row: Row, stepping: boolean): object => {
  const machine = new Machine({ storage: 2 ** 20 });
  if (stepping) machine.configuration.events.on('instruction', () => undefined);
  const bytes = [...instructionOf(row)].join();
  const source = `lctlg %c0,%c0,0x208
    lhi %r10,${ROUNDS}
1:  .byte ${bytes}
    ipm %r6
    agr %r7,%r6
    vlvgf %v17,%r10,1
    vag %v18,%v18,%v17
    agr %r5,%r7
    brct %r10,1b
    lpswe 0x210`;
  const low = new DataView(new ArrayBuffer(0x300));
  low.setBigUint64(0x208, 0x6_0000n);
  for (const psw of [0x210, 0x1d0]) {
    low.setBigUint64(psw, 0x0002_0001_8000_0000n);
    low.setBigUint64(psw + 8, psw === 0x210 ? 0xfffn : 0xbadn);
  }
  machine.storage.write(0, new Uint8Array(low.buffer));
  machine.storage.write(ENTRY, assemble(source, 'loop.s').segments[0]!.bytes);
  machine.storage.write(
    DATA,
    Uint8Array.from({ length: 512 }, (_, n) => n * 37),
  );
  const { cpu } = machine.vcpus[0]!;
  cpu.gr[2] = BigInt(DATA);
  for (const n of cpu.vr.keys()) cpu.vr[n] = BigInt.asUintN(64, BigInt(n + 1) * 0x3f01_0203_0405_0607n);
  machine.start(BigInt(ENTRY));
  const { verdict, reason } = machine.run(1_000_000);
  return { verdict, reason, vr: [...cpu.vr], gr: [...cpu.gr], fpc: cpu.cell32(CELL.FPC), data: [...machine.storage.read(DATA, 512)] };
};

describe('compiled code does what the interpreter does', () => {
  const rows = ROWS.filter(({ vector, mnemonic }) => vector === true || mnemonic === 'lcbb');
  test.each(rows.map((row) => [row.mnemonic, row] as const))('%s', (_, row) => {
    expect(run(row, false)).toEqual(run(row, true));
  });
});
