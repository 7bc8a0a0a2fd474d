import type { Cpu } from '../cpu.ts';
import { essa } from '../essa.ts';
import type { Instruction } from '../instruction.ts';
import { PGM } from '../interruption.ts';
import { CELL, STORAGE } from '../layout.ts';
import { absoluteForStore, SAVED, savedCell } from '../levels.ts';
import { plainRow, type Row } from '../row.ts';
import { enterSie } from '../sie.ts';
import type { HostAbsolute } from '../storage.ts';

const PREFIX_SIZE = 8192n;
/** A guest's guest is the deepest level; its SIE goes to its host. */
const DEEPEST_SIE = 1;

/** START INTERPRETIVE EXECUTION (spec/sie.md 4.1). */
const sie = (cpu: Cpu, i: Instruction): void => {
  if (cpu.level > DEEPEST_SIE) cpu.interceptInstruction();
  const address = i.address(2);
  if (address & 511n) cpu.programCheck(PGM.SPECIFICATION);
  const prefix = BigInt(cpu.prefix >>> 0);
  if (address < PREFIX_SIZE || (address >= prefix && address < prefix + PREFIX_SIZE)) cpu.programCheck(PGM.SPECIFICATION);
  if (address >= BigInt(cpu.guests[cpu.level]!.extent)) cpu.programCheck(PGM.ADDRESSING);
  const block = (absoluteForStore(cpu, cpu.level, Number(address)) - STORAGE) as HostAbsolute;
  cpu.setCell64(savedCell(cpu.level, SAVED.SIE_ADDRESS), cpu.instructionAddress);
  cpu.branchTo(cpu.nextAddress);
  enterSie(cpu, block);
  cpu.setCell32(CELL.EXIT, 1);
};

export const VIRTUALIZATION: readonly Row[] = [
  plainRow('b214', 'sie', 'S', 'START INTERPRETIVE EXECUTION', { privileged: true }, sie),
  plainRow('b9ab', 'essa', 'RRF-c', 'EXTRACT AND SET STORAGE ATTRIBUTES', { privileged: true }, essa),
];
