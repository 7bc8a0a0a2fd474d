import { type Disassembled, disassemble } from '../cpu/disassembler.ts';
import { lengthOf } from '../cpu/formats.ts';
import type { VirtualCpu } from '../host/virtual-cpu.ts';
import type { Look } from './look.ts';
import type { Probe } from './timeline/probe.ts';

/** An instruction that a CPU could execute. */
export interface Code extends Disassembled {
  readonly address: bigint;
  readonly bytes: Uint8Array;
}

const LONGEST = 6;

/** The instruction at an address of a CPU, by default the one that it executes next; undefined where there is nothing to be seen. */
export const codeAt = (
  look: Look,
  vcpu: VirtualCpu,
  address = look.registers(vcpu).psw.address,
  symbol?: (address: bigint) => string | undefined,
): Code | undefined => {
  const bytes = look.readUpTo(vcpu, 'virtual', address, LONGEST);
  if (bytes.length < 2 || bytes.length < lengthOf(bytes[0]!)) return undefined;
  const found = disassemble(bytes, address, symbol ? { symbol } : {});
  return { ...found, address, bytes: bytes.subarray(0, found.length) };
};

/** Instructions that save the address behind them for somebody to come back to: calls, and SIE. */
const CALLS = new Set(['bal', 'balr', 'bas', 'basr', 'bassm', 'bras', 'brasl', 'sie', 'svc', 'pc']);
/** Those of them that call no routine: a guest is left, and an interruption is told as such. */
const BY_THE_MACHINE = new Set(['sie', 'svc']);
const RETURNS = new Set(['lpsw', 'lpswe', 'pr']);
/** Register that return addresses are in, by the convention of the s390x ELF ABI. */
const LINK_REGISTER = 14;

export const isCall = ({ row, bytes }: Code): boolean => {
  if (!row || !CALLS.has(row.mnemonic)) return false;
  // Without a target register only the address is saved.
  const isRegisterForm = row.mnemonic === 'balr' || row.mnemonic === 'basr' || row.mnemonic === 'bassm';
  return !isRegisterForm || (bytes[1]! & 15) !== 0;
};

const isReturn = ({ row, bytes }: Code): boolean =>
  row !== undefined && (RETURNS.has(row.mnemonic) || (row.mnemonic === 'bcr' && bytes[1] === (0xf0 | LINK_REGISTER)));

/** Finds the return of the routine or the interruption handler that a CPU is in: calls and interruptions on the way return first. */
export const untilReturn = (look: Look, cpu: number): Probe<undefined> => ({
  stepping: true,
  attach: (machine, hit) => {
    const { events } = machine.configuration;
    const vcpu = machine.vcpus[cpu]!;
    const level = look.level(vcpu);
    let depth = 0;
    let counted = -1;
    let hasReturned = false;
    const ends = [
      events.on('instruction', (event) => {
        // One that is begun again after a page was brought counts once.
        if (event.cpu !== cpu || event.level !== level || counted === machine.instructions) return;
        counted = machine.instructions;
        if (hasReturned) hit(undefined, () => true);
        const code = codeAt(look, vcpu, event.address);
        if (!code) return;
        if (isReturn(code)) hasReturned = --depth < 0;
        else if (isCall(code) && !BY_THE_MACHINE.has(code.row!.mnemonic)) depth++;
      }),
      events.on('interruption', (event) => {
        if (event.cpu === cpu && event.level === level) depth++;
      }),
    ];
    return () => {
      for (const end of ends) end();
    };
  },
});
