import { expect, test } from 'vitest';
import { assemble } from '../../src/guest/assembler/assemble.ts';
import { Machine } from '../../src/host/machine.ts';

/** One page table: the program's page is itself, page 0 is the lowcore, all others are invalid. */
const SOURCE = `
_start: larl    %r1,new_psw
        lghi    %r2,0
        mvc     0x1d0(16,%r2),0(%r1)
        larl    %r4,asce
        lctlg   %c1,%c1,0(%r4)
        larl    %r4,with_dat
        lpswe   0(%r4)
translated:
        lghi    %r3,0x7000
fault:  stpx    0(%r3)
        .balign 8
handler:
        larl    %r4,passed
        lpswe   0(%r4)
        .balign 16
new_psw: .quad  0x0000000180000000,handler
passed: .quad   0x0002000180000000,0xfff
with_dat: .quad 0x0400000180000000,translated
asce:   .quad   segments
        .balign 4096
segments: .quad pages
        .rept   511
        .quad   0x20
        .endr
        .balign 2048
pages:  .quad   0
        .rept   15
        .quad   0x400
        .endr
        .quad   0x10000
        .rept   239
        .quad   0x400
        .endr
`;

test('STORE PREFIX on an invalid page, which the host performs, is nullified: the old PSW is at the instruction', () => {
  const program = assemble(SOURCE, 'nullified.s');
  const machine = new Machine({ storage: 0x10_0000 });
  for (const { address, bytes } of program.segments) machine.storage.write(address, bytes);
  machine.start(program.entry);
  expect(machine.run(1000)).toMatchObject({ verdict: 'passed' });
  const lowcore = machine.storage.read(0, 0x200);
  const view = new DataView(lowcore.buffer, lowcore.byteOffset);
  expect(view.getUint16(0x8e)).toBe(0x11);
  expect(view.getUint16(0x8c)).toBe(4);
  expect(view.getBigUint64(0x158)).toBe(program.symbols.get('fault'));
});
