import { PSW } from '../cpu/psw.ts';
import { SD } from '../cpu/state-description.ts';
import { masksOf } from './external.ts';
import type { Machine } from './machine.ts';
import { validityText } from './reflect.ts';
import type { VirtualCpu } from './virtual-cpu.ts';
import { waitingPsw } from './waiting.ts';

/** The ways in which a program ends, other than by what it is asked to expect: each tells the machine its verdict. */

const PASSED = 0xfffn;
const ANY_INTERRUPTION = PSW.IO | PSW.EXTERNAL | PSW.MACHINE_CHECK;

/** Below this address a disabled wait is a statement of the program; elsewhere only a CPU that is done, or lost. */
const STATEMENTS = 0x1000n;

const endDisabledWait = (machine: Machine, vcpu: VirtualCpu, address: bigint): void => {
  const where = `CPU ${vcpu.address} loaded a disabled wait with address 0x${address.toString(16)}`;
  machine.end(address === PASSED ? 'passed' : 'failed', where);
};

/** Ends the program if the PSW that waits says how it went. A disabled wait elsewhere ends it when no other CPU can go on: {@link endIdle}. */
export const endStatement = (machine: Machine, vcpu: VirtualCpu): void => {
  const { mask, address } = waitingPsw(machine, vcpu);
  if (isDisabled(mask) && address < STATEMENTS) endDisabledWait(machine, vcpu, address);
};

const isDisabled = (mask: bigint): boolean => !(Number(mask >> 32n) & ANY_INTERRUPTION);

/** The state description, or the guest's storage, does not allow the guest to go on. */
export const endInvalid = (machine: Machine, vcpu: VirtualCpu): void => {
  const reason = machine.configuration.storage.view.getUint16(machine.block(vcpu) + SD.IPB);
  const text = validityText(reason);
  machine.end('failed', `validity interception 0x${reason.toString(16)} on CPU ${vcpu.address}: ${text}`);
};

/** A program-interruption handler that raises a program interruption itself, where nothing else can come in between, is the end of a program. */
export const endLoop = (machine: Machine, vcpu: VirtualCpu): void => {
  const { cpu } = vcpu;
  cpu.programsInARow = 0;
  const alone = machine.vcpus.every((other) => other === vcpu || other.stopped);
  if (!alone || cpu.level > 1 || masksOf(machine, vcpu).pswHigh & ANY_INTERRUPTION) return;
  machine.end('failed', `program-interruption loop on CPU ${vcpu.address}: the instruction at its program-new PSW raises one, too`);
};

/** All CPUs have stopped: the convention of kvm-unit-tests tells how it went. */
export const endStopped = (machine: Machine): void => {
  const status = /EXIT: STATUS=(\d+)/.exec(machine.console)?.[1];
  if (status === undefined) machine.end('failed', 'all CPUs are stopped');
  else machine.end(status === '1' || status === '77' ? 'passed' : 'failed', `EXIT: STATUS=${status}`);
};

/** No CPU can run, and nothing will change that. */
export const endIdle = (machine: Machine): void => {
  const lost = machine.vcpus.find((vcpu) => !vcpu.stopped && isDisabled(waitingPsw(machine, vcpu).mask));
  if (lost) endDisabledWait(machine, lost, waitingPsw(machine, lost).address);
  else if (machine.vcpus.every((v) => v.stopped)) endStopped(machine);
  else machine.end('failed', 'every CPU waits and nothing will wake one');
};
