import { LOWCORE } from '../../cpu/interruption.ts';
import { absoluteForStore } from '../../cpu/levels.ts';
import type { Performer } from '../intercepted.ts';
import type { InterruptionCode } from './interruptions.ts';

/** TEST PENDING INTERRUPTION: takes the first interruption that CR6 lets through, without interrupting. The PSW's mask does not matter. */
export const testPendingInterruption: Performer = (machine, { cpu }, i) => {
  const address = i.address(2);
  cpu.needAligned(address, 4);
  const { interruptions } = machine.channel;
  const code = interruptions.first(Number(cpu.cr[6]! & 0xffff_ffffn));
  if (code === undefined) {
    cpu.cc = 0;
    return;
  }
  const bytes = codeBytes(code);
  if (address === 0n) {
    const at = absoluteForStore(cpu, 1, (cpu.prefix >>> 0) + LOWCORE.SUBSYSTEM_ID);
    machine.configuration.storage.bytes.set(bytes, at);
  } else cpu.storeBytes(address, bytes.subarray(0, 8));
  interruptions.take(code);
  cpu.cc = 1;
};

const codeBytes = ({ subsystem, parameter, identification }: InterruptionCode): Uint8Array => {
  const view = new DataView(new ArrayBuffer(12));
  view.setUint32(0, subsystem);
  view.setUint32(4, parameter);
  view.setUint32(8, identification);
  return new Uint8Array(view.buffer);
};

/** STORE CHANNEL REPORT WORD: the first one, or zeros with condition code 1. */
export const storeReportWord: Performer = (machine, { cpu }, i) => {
  cpu.needAligned(i.address(2), 4);
  const { reports } = machine.channel;
  const word = reports.first;
  cpu.store(i.address(2), 4, BigInt(word ?? 0));
  if (word !== undefined) reports.removeFirst();
  cpu.cc = word === undefined ? 1 : 0;
};
