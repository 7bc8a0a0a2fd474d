import { expect, test } from 'vitest';
import { Session } from '../../src/debug/session.ts';
import { sessionOf } from '../sessions.ts';

/** Sets the watchdog, gives a parameter block and waits; when it is restarted it looks at what it finds. */
const SOURCE = `
#: storage 1M
        .include "program.inc"
_start: new_psw restart_new, supervisor, bitten
        lgfi    %r4,0x40000
        mvhi    0(%r4),200
        mvi     12(%r4),2
        lghi    %r6,5
        diag    %r4,%r6,0x308
        lghi    %r2,0
        lghi    %r3,20
        lghi    %r5,0
        diag    %r2,%r5,0x288
waits:  go      enabled_wait, 0
bitten: lgfi    %r4,0x41000
        lghi    %r6,6
        diag    %r4,%r6,0x308
        stap    0x300
        llgh    %r7,0x300
        stck    0x308
        lg      %r8,0x308
        pass
`;

test('a snapshot has the watchdog, the parameter block, the CPU addresses and what was typed', () => {
  const first = sessionOf(SOURCE, { cpuAddresses: [5, 3], name: 'twin', uuid: Array(16).fill(7) });
  first.machine.pushInput('typed');
  expect(first.run(14)).toBeUndefined();
  const second = Session.from(first.capture());
  expect(second.machine.watchdog.initialized).toBe(true);
  expect([second.machine.options.name, second.machine.options.uuid, second.machine.sclp.input.length]).toEqual([
    'twin',
    Array(16).fill(7),
    5,
  ]);
  const ends = [first, second].map((session) => [session.run(), session.machine.instructions, [...session.machine.vcpus[0]!.cpu.gr]]);
  expect(ends[0]).toEqual(ends[1]);
  expect(first.machine.vcpus[0]!.cpu.gr[5]! & 0xffffn).toBe(1n);
  expect(first.machine.vcpus[0]!.cpu.gr[7]).toBe(5n);
});
