import { expect, test } from 'vitest';
import { SD } from '../../src/cpu/state-description.ts';
import { runToEnd, sessionOf } from '../sessions.ts';

/** What an interception of ESSA leaves in the state description (spec/sie.md 4.2, 4.3 and 4.7). */

const INSTRUCTION = 0x04;

/** The guest comes to an ESSA on block 0x40000 at or through the label `at`, behind which is `behind`. Result in %r5, block in %r9. */
const program = (lines: string): string => `
        .include "program.inc"
_start: lgfi    %r9,0x40000
        lgfi    %r5,0x1234
        lghi    %r6,0
${lines}
`;

const FORMS = {
  'ESSA itself': { lines: 'at: set_volatile %r5,%r9\nbehind: pass', status: 0x00 },
  'ESSA across the end of a page': {
    lines: '        j at\n        .balign 4096\n        .skip 4094\nat: set_volatile %r5,%r9\nbehind: pass',
    status: 0x00,
  },
  'the target of EXECUTE': {
    lines: '        larl %r1,target\nat: ex %r0,0(%r1)\nbehind: pass\ntarget: set_volatile %r5,%r9',
    status: 0x41,
  },
  'the target of EXECUTE RELATIVE LONG': { lines: 'at: exrl %r0,target\nbehind: pass\ntarget: set_volatile %r5,%r9', status: 0x61 },
  // EXECUTE ORs the register into the second byte of its target, which is part of the operation code: b9 00 there is b9 ab here.
  'a target that EXECUTE modifies': {
    lines: '        lghi %r8,0xab\nat: exrl %r8,target\nbehind: pass\ntarget: .long 0xb9003059',
    status: 0x61,
  },
} as const;

test.each(Object.entries(FORMS))('%s', (_, { lines, status }) => {
  const session = sessionOf(program(lines), { storage: 0x10_0000, essa: 'intercept' });
  const { machine, program: loaded } = session;
  const { view } = machine.configuration.storage;
  const block = machine.block(machine.vcpus[0]!);
  const seen: object[] = [];
  machine.configuration.events.on('sie', ({ entered }) => {
    if (entered || view.getUint8(block + SD.ICPTCODE) !== INSTRUCTION) return;
    seen.push({
      status: view.getUint8(block + SD.ICPTSTATUS),
      ipa: view.getUint16(block + SD.IPA),
      ipb: view.getUint32(block + SD.IPB),
      psw: view.getBigUint64(block + SD.PSW + 8),
      gr5: machine.vcpus[0]!.cpu.gr[5],
      state: machine.pager.state(0x4_0000),
    });
  });
  expect(runToEnd(session)).toMatchObject({ verdict: 'passed' });
  const untouched = { usage: 'S', content: 'z', nodat: false };
  expect(seen).toEqual([{ status, ipa: 0xb9ab, ipb: 0x3059_0000, psw: loaded.symbols.get('behind'), gr5: 0x1234n, state: untouched }]);
  expect(machine.vcpus[0]!.cpu.gr[5]).toBe(3n);
});
