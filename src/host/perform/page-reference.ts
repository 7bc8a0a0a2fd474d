import type { Cpu } from '../../cpu/cpu.ts';
import { PGM } from '../../cpu/interruption.ts';
import { absoluteToOffset } from '../../cpu/levels.ts';
import { realToAbsolute } from '../../cpu/translation.ts';
import type { Performer } from '../intercepted.ts';
import type { Machine } from '../machine.ts';

/** Fields of the parameter block, doublewords behind the first: token address, selection and comparison mask, reserved. */
interface Parameters {
  readonly code: number;
  readonly request: number;
  readonly doublewords: number;
  readonly version: number;
  readonly token: bigint;
  readonly select: bigint;
  readonly compare: bigint;
  readonly reserved: bigint;
}
const SIZE = 40;
const CODE = 0x258;
const VERSION = 2;
const REQUEST = { TOKEN: 0, CANCEL: 1 } as const;
const RESULT = { DONE: 0n, NOT_ESTABLISHED: 4n, ALREADY_ESTABLISHED: 8n } as const;

/** Reads the block at a real address, which may lie in two pages. */
const readParameters = (machine: Machine, cpu: Cpu, address: bigint): Parameters => {
  const bytes = new Uint8Array(SIZE);
  const { storage } = machine.configuration;
  for (let n = 0; n < SIZE; n += 8) {
    const real = address + BigInt(n);
    if (real >= BigInt(machine.options.storage)) cpu.programCheck(PGM.ADDRESSING);
    const offset = absoluteToOffset(cpu, 1, realToAbsolute(Number(real), cpu.prefix), false);
    bytes.set(storage.bytes.subarray(offset, offset + 8), n);
  }
  const view = new DataView(bytes.buffer);
  return {
    code: view.getUint16(0),
    request: view.getUint16(2),
    doublewords: view.getUint16(4),
    version: view.getUint16(6),
    token: view.getBigUint64(8),
    select: view.getBigUint64(16),
    compare: view.getBigUint64(24),
    reserved: view.getBigUint64(32),
  };
};

/**
 * X'258', page-reference services, as KVM has them: the handshake by which a program agrees to be interrupted when it touches a page that is
 * still coming in, and when it has come. The real address of the parameters is in R1; R3 gets the result. This host brings pages in while
 * the instruction waits, which the handshake leaves it free to do, so that nothing more comes of it.
 */
export const pageReference: Performer = (machine, vcpu, i) => {
  const { cpu } = vcpu;
  const invalid = (): never => cpu.programCheck(PGM.SPECIFICATION);
  cpu.needAligned(cpu.gr[i.r1]!, 8);
  const given = readParameters(machine, cpu, cpu.gr[i.r1]!);
  if (given.version !== VERSION || given.doublewords < SIZE / 8 || given.code !== CODE) invalid();
  switch (given.request) {
    case REQUEST.TOKEN:
      if (vcpu.pageFaultToken !== undefined) {
        cpu.gr[i.r3] = RESULT.ALREADY_ESTABLISHED;
        return;
      }
      if ((given.compare & given.select) !== given.compare || given.token & 7n) invalid();
      if (given.token >= BigInt(machine.options.storage)) cpu.programCheck(PGM.ADDRESSING);
      vcpu.pageFaultToken = given.token;
      cpu.gr[i.r3] = RESULT.DONE;
      return;
    case REQUEST.CANCEL:
      if (given.token | given.select | given.compare | given.reserved) invalid();
      cpu.gr[i.r3] = vcpu.pageFaultToken === undefined ? RESULT.NOT_ESTABLISHED : RESULT.DONE;
      vcpu.pageFaultToken = undefined;
      return;
    default:
      invalid();
  }
};
