import type { Cpu } from '../../cpu/cpu.ts';
import type { Instruction } from '../../cpu/instruction.ts';
import { PGM } from '../../cpu/interruption.ts';
import type { Performer } from '../intercepted.ts';
import type { Machine } from '../machine.ts';
import { channelSubsystemCall } from './chsc.ts';
import { Orb } from './orb.ts';
import { storeReportWord, testPendingInterruption } from './pending-instructions.ts';
import type { Subchannel } from './subchannel.ts';
import { resetChannelPath, setAddressLimit, setChannelMonitor, storeChannelPathStatus } from './subsystem-instructions.ts';
import { CHARACTERISTICS, CONTROL, IRB, ORB, PMCW, SCHIB, SID } from './words.ts';

/**
 * The instructions that name a subchannel in GR1 (PoP, "I/O Instructions"). Access exceptions of the operand come before the operand exception,
 * as QEMU has it too; both before anything that the subchannel's state decides.
 */

const CC = { DONE: 0, STATUS_PENDING: 1, BUSY: 2, NOT_APPLICABLE: 2, NOT_OPERATIONAL: 3 } as const;

/** The subchannel that GR1 names; nothing when there is none. Raises an operand exception for what is no subsystem-identification word. */
const subchannelOf = ({ channel }: Machine, cpu: Cpu): Subchannel | undefined => {
  const id = Number(cpu.gr[1]! & 0xffff_ffffn);
  const mayBe = SID.ONE | SID.NUMBER | (channel.multipleSets ? SID.SET : 0);
  if (!(id & SID.ONE) || id & ~mayBe) cpu.programCheck(PGM.OPERAND);
  return channel.find(id);
};

/** The same where the subchannel must be enabled to be operational. */
const enabledOf = (machine: Machine, cpu: Cpu): Subchannel | undefined => {
  const subchannel = subchannelOf(machine, cpu);
  return subchannel?.isEnabled ? subchannel : undefined;
};

const loadBlock = (cpu: Cpu, i: Instruction, size: number): Uint8Array => {
  cpu.needAligned(i.address(2), 4);
  return cpu.loadBytes(i.address(2), size);
};

/** An instruction without an operand in storage: what it does with an enabled subchannel, as its condition code. */
const onSubchannel =
  (act: (machine: Machine, subchannel: Subchannel) => number): Performer =>
  (machine, { cpu }) => {
    const subchannel = enabledOf(machine, cpu);
    cpu.cc = subchannel === undefined ? CC.NOT_OPERATIONAL : act(machine, subchannel);
  };

const storeSubchannel: Performer = (machine, { cpu }, i) => {
  cpu.needAligned(i.address(2), 4);
  cpu.probeStore(i.address(2), SCHIB.SIZE);
  const subchannel = subchannelOf(machine, cpu);
  if (subchannel) cpu.storeBytes(i.address(2), new Uint8Array(subchannel.schib.buffer));
  cpu.cc = subchannel ? CC.DONE : CC.NOT_OPERATIONAL;
};

const modifySubchannel: Performer = (machine, { cpu }, i) => {
  const schib = new DataView(loadBlock(cpu, i, SCHIB.SIZE).buffer);
  const subchannel = subchannelOf(machine, cpu);
  if (isInvalidSchib(schib)) cpu.programCheck(PGM.OPERAND);
  if (!subchannel) cpu.cc = CC.NOT_OPERATIONAL;
  else if (subchannel.has(CONTROL.PENDING)) cpu.cc = CC.STATUS_PENDING;
  else if (subchannel.has(CONTROL.FUNCTION)) cpu.cc = CC.BUSY;
  else {
    subchannel.modify(schib);
    cpu.cc = CC.DONE;
  }
};

/** Bits that must be zeros, both limit modes at once, and a format-1 measurement block off its boundary of 64 bytes (PoP, "MODIFY SUBCHANNEL"). */
const isInvalidSchib = (schib: DataView): boolean => {
  const flags = schib.getUint16(SCHIB.FLAGS);
  const characteristics = schib.getInt32(SCHIB.CHARACTERISTICS);
  if (flags & PMCW.INVALID || (flags & PMCW.LIMIT_MODE) === PMCW.LIMIT_MODE) return true;
  if (characteristics & (CHARACTERISTICS.INVALID | CHARACTERISTICS.EXTENDED_MEASUREMENT_WORD)) return true;
  return (characteristics & CHARACTERISTICS.FORMAT_1) !== 0 && (schib.getUint8(SCHIB.MEASUREMENT_BLOCK + 7) & 0x3f) !== 0;
};

const startSubchannel: Performer = (machine, { cpu }, i) => {
  const orb = new Orb(loadBlock(cpu, i, ORB.SIZE));
  const subchannel = enabledOf(machine, cpu);
  if (!orb.isValid) cpu.programCheck(PGM.OPERAND);
  if (!subchannel) cpu.cc = CC.NOT_OPERATIONAL;
  else if (subchannel.has(CONTROL.PENDING)) cpu.cc = CC.STATUS_PENDING;
  else if (subchannel.has(CONTROL.FUNCTION)) cpu.cc = CC.BUSY;
  else {
    machine.channel.start(subchannel, orb);
    cpu.cc = CC.DONE;
  }
};

const testSubchannel: Performer = (machine, { cpu }, i) => {
  cpu.needAligned(i.address(2), 4);
  cpu.probeStore(i.address(2), IRB.SIZE);
  const subchannel = enabledOf(machine, cpu);
  if (!subchannel) {
    cpu.cc = CC.NOT_OPERATIONAL;
    return;
  }
  cpu.storeBytes(i.address(2), subchannel.responseBlock());
  cpu.cc = subchannel.has(CONTROL.PENDING) ? CC.DONE : CC.STATUS_PENDING;
  if (subchannel.has(CONTROL.PENDING)) machine.channel.clearStatus(subchannel);
};

const clearSubchannel = onSubchannel(({ channel }, subchannel) => {
  channel.clear(subchannel);
  return CC.DONE;
});

/** Never busy: a halt or clear function is performed at once, and leaves status pending. */
const haltSubchannel = onSubchannel(({ channel }, subchannel) => {
  const status = subchannel.control & CONTROL.STATUS;
  // Intermediate status alone does not stand in the way.
  if (status & CONTROL.PENDING && status !== (CONTROL.INTERMEDIATE | CONTROL.PENDING)) return CC.STATUS_PENDING;
  channel.halt(subchannel);
  return CC.DONE;
});

const resumeSubchannel = onSubchannel(({ channel }, subchannel) => {
  if (subchannel.has(CONTROL.PENDING)) return CC.STATUS_PENDING;
  if (!subchannel.suspended) return CC.NOT_APPLICABLE;
  channel.resume(subchannel);
  return CC.DONE;
});

const cancelSubchannel = onSubchannel(({ channel }, subchannel) => {
  if (subchannel.has(CONTROL.PENDING)) return CC.STATUS_PENDING;
  if (!subchannel.suspended) return CC.NOT_APPLICABLE;
  channel.cancel(subchannel);
  return CC.DONE;
});

/** By mnemonic. */
export const CHANNEL_INSTRUCTIONS: Readonly<Record<string, Performer>> = {
  stsch: storeSubchannel,
  msch: modifySubchannel,
  ssch: startSubchannel,
  tsch: testSubchannel,
  csch: clearSubchannel,
  hsch: haltSubchannel,
  rsch: resumeSubchannel,
  xsch: cancelSubchannel,
  tpi: testPendingInterruption,
  stcrw: storeReportWord,
  rchp: resetChannelPath,
  schm: setChannelMonitor,
  sal: setAddressLimit,
  stcps: storeChannelPathStatus,
  chsc: channelSubsystemCall,
};
