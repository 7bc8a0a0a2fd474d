import { expect, test } from 'vitest';
import { assemble } from '../../src/guest/assembler/assemble.ts';
import { Machine, type MachineOptions } from '../../src/host/machine.ts';
import type { Scheduler, SchedulerState } from '../../src/host/scheduler.ts';
import { sessionOf } from '../sessions.ts';

/** Chooses the first CPU as long as it can run, a few instructions at a time. */
class FirstFirst implements Scheduler {
  choose(runnable: readonly number[]): { cpu: number; instructions: number } {
    return { cpu: runnable[0]!, instructions: 5 };
  }
  yieldTo(): void {}
  capture(): SchedulerState {
    throw new Error('no snapshot is taken');
  }
}

const PRELUDE = `
        .set    supervisor, 0x0000000180000000
        .set    enabled_wait, 0x0102000180000000
        .set    disabled_wait, 0x0002000180000000
        .macro  start address, entry
        lghi    %r5,\\address
        lgfi    %r3,0x20000+0x2000*\\address
        mvc     0x100(256,%r3),0x100
        sigp    %r2,%r5,0x0d
        larl    %r4,.Lpsw\\@
        mvc     0x1a0(16,%r3),0(%r4)
        sigp    %r2,%r5,0x06
        j       .Lover\\@
        .balign 8
.Lpsw\\@: .quad  supervisor, \\entry
.Lover\\@:
        .endm
        .macro  pass
        larl    %r1,.Lpass\\@
        lpswe   0(%r1)
        .balign 8
.Lpass\\@: .quad disabled_wait, 0xfff
        .endm
`;

const run = (source: string, options: Partial<MachineOptions>): Machine => {
  const program = assemble(PRELUDE + source, 'several.s');
  const machine = new Machine({ storage: 0x10_0000, ...options });
  for (const { address, bytes } of program.segments) machine.storage.write(address, bytes);
  machine.start(program.entry);
  expect(machine.run(100_000)).toMatchObject({ verdict: 'passed' });
  return machine;
};

const conditionCode = (machine: Machine, register: number): number => Number((machine.vcpus[0]!.cpu.gr[register]! >> 28n) & 3n);

test('a CPU that has been asked to stop and has not stopped yet is busy, except for a reset', () => {
  const machine = run(
    `
_start: start   1, spin
        sigp    %r2,%r5,5               # stop; the scheduler lets CPU 0 go on
        sigp    %r2,%r5,1               # sense
        ipm     %r6
        sigp    %r2,%r5,4               # start
        ipm     %r7
        sigp    %r2,%r5,0x0c            # CPU reset
        ipm     %r8
        sigp    %r2,%r5,1
        ipm     %r9
        pass
spin:   j       spin
`,
    { cpus: 2, scheduler: new FirstFirst() },
  );
  expect([6, 7, 8, 9].map((register) => conditionCode(machine, register))).toEqual([2, 2, 0, 1]);
});

test('the service signal interrupts the CPU that waits for it, whichever CPU has made the call', () => {
  const machine = run(
    `
_start: start   9, wait
1:      sigp    %r2,%r5,0x15            # until it waits
        brc     8,1b
        lgfi    %r2,0x00010001
        larl    %r3,block
        servc   %r2,%r3
        larl    %r4,told
2:      lt      %r6,0(%r4)
        jz      2b
        pass
wait:   larl    %r1,cr0
        lctlg   %c0,%c0,0(%r1)
        larl    %r1,external
        mvc     0x1b0(16,%r0),0(%r1)
        larl    %r1,waiting
        lpswe   0(%r1)
signal: l       %r7,0x80
        larl    %r4,told
        st      %r7,0(%r4)
3:      j       3b
        .balign 8
cr0:    .quad   0x2e0
external: .quad supervisor, signal
waiting: .quad  enabled_wait, 0
told:   .long   0
        .balign 4096
block:  .short  4096
`,
    { cpuAddresses: [0, 9] },
  );
  // The parameter is the block's address, and CPU 1 has taken it.
  expect(machine.vcpus[1]!.cpu.gr[7]! & 0xffff_ffffn).toBe(0x11000n);
  expect(machine.floating).toEqual([]);
});

test('addresses that no CPU has are not operational; the CPU stores its own', () => {
  const machine = run(
    `
_start: lghi    %r5,1
        sigp    %r2,%r5,1
        ipm     %r6
        lghi    %r5,7
        sigp    %r2,%r5,1
        ipm     %r7
        stap    0x300
        llgh    %r8,0x300
        pass
`,
    { cpuAddresses: [7, 200] },
  );
  expect([6, 7].map((register) => conditionCode(machine, register))).toEqual([3, 0]);
  expect(machine.vcpus[0]!.cpu.gr[8]).toBe(7n);
});

test('store additional status stores the vector registers where the vector facility is', () => {
  const source = `
#: storage 1M
#: cpus 2
#: facility 129
        .include "program.inc"
_start: lghi    %r5,1
        lgfi    %r3,0x40200             # not on its boundary
        sigp    %r2,%r5,0x17
        lgr     %r6,%r2
        lgfi    %r3,0x40000
        sigp    %r2,%r5,0x17
        ipm     %r7
        pass
`;
  const { machine } = sessionOf(source);
  machine.vcpus[1]!.cpu.vr.set([1n, 2n], 2 * 31);
  expect(machine.run()).toMatchObject({ verdict: 'passed' });
  expect(machine.vcpus[0]!.cpu.gr[6]! & 0xffff_ffffn).toBe(0x100n);
  expect(conditionCode(machine, 7)).toBe(0);
  expect(Buffer.from(machine.storage.read(0x401f0, 16)).toString('hex')).toBe('00000000000000010000000000000002');
});

test("DIAGNOSE X'9C' gives the turn to the CPU that it names", () => {
  const machine = run(
    `
_start: start   1, one
        start   2, two
        larl    %r4,told
        lghi    %r5,2
        diag    %r5,%r0,0x9c
        lg      %r6,0(%r4)
        pass
one:    larl    %r4,told
        lghi    %r1,1
        stg     %r1,0(%r4)
1:      j       1b
two:    larl    %r4,told
        lghi    %r1,2
        stg     %r1,0(%r4)
2:      j       2b
        .balign 8
told:   .quad   0
`,
    { cpus: 3, scheduler: new Yielding() },
  );
  expect(machine.vcpus[0]!.cpu.gr[6]).toBe(2n);
});

/** CPU 0, except when it yields. */
class Yielding implements Scheduler {
  #next = 0;
  choose(): { cpu: number; instructions: number } {
    const cpu = this.#next;
    this.#next = 0;
    return { cpu, instructions: 10 };
  }
  yieldTo(cpu: number): void {
    this.#next = cpu;
  }
  capture(): SchedulerState {
    throw new Error('no snapshot is taken');
  }
}
