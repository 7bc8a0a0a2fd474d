import { PGM } from '../../cpu/interruption.ts';
import { CELL } from '../../cpu/layout.ts';
import { absoluteForStore, absoluteToOffset } from '../../cpu/levels.ts';
import { SPACE } from '../../cpu/psw.ts';
import { SD } from '../../cpu/state-description.ts';
import { FRAME_SIZE } from '../../cpu/storage.ts';
import { todClock } from '../../cpu/timing.ts';
import { ACCESS, CR0, isLowAddress, PROTECTED_BY, realToAbsolute, teidOf } from '../../cpu/translation.ts';
import type { Performer } from '../intercepted.ts';

const PREFIX_MASK = 0x7fff_e000n;
const LOWCORE_STFL = 0xc8;
/** CPU identification: version 00, serial 0x10000 + address, type 2964, as STORE CPU ID shows it to a guest at level 3. */
const CPU_ID = 0x0001_0000_2964_8000n;

/** SET PREFIX: the new prefix area must be accessible before the prefix changes. */
const setPrefix: Performer = (machine, { cpu }, i) => {
  const address = i.address(2);
  cpu.needAligned(address, 4);
  const prefix = Number(cpu.load(address, 4) & PREFIX_MASK);
  if (prefix + 2 * FRAME_SIZE > machine.options.storage) cpu.programCheck(PGM.ADDRESSING);
  for (const page of [prefix, prefix + FRAME_SIZE]) absoluteToOffset(cpu, 1, page, true);
  cpu.prefix = prefix;
  // Translations of the old prefix areas are gone, and the host looks after the new one when the CPU goes on.
  machine.configuration.tlb.purge();
};

const storePrefix: Performer = (_, { cpu }, i) => {
  cpu.needAligned(i.address(2), 4);
  cpu.store(i.address(2), 4, BigInt(cpu.prefix));
};

const storeCpuAddress: Performer = (_, { cpu, address }, i) => {
  cpu.needAligned(i.address(2), 2);
  cpu.store(i.address(2), 2, BigInt(address));
};

const storeCpuId: Performer = (_, { cpu, address }, i) => {
  cpu.needAligned(i.address(2), 8);
  cpu.store(i.address(2), 8, CPU_ID + (BigInt(address) << 32n));
};

/** SET CLOCK sets the epoch of this guest's clock, on every CPU. */
const setClock: Performer = (machine, { cpu }, i) => {
  cpu.needAligned(i.address(2), 8);
  const wanted = cpu.load(i.address(2), 8);
  const epoch = BigInt.asUintN(64, cpu.cell64(CELL.EPOCH) + wanted - todClock(cpu));
  const { view } = machine.configuration.storage;
  for (const vcpu of machine.vcpus) {
    view.setBigUint64(machine.block(vcpu) + SD.EPOCH, epoch);
    if (machine.isEntered(vcpu)) vcpu.cpu.setCell64(CELL.EPOCH, epoch);
  }
  cpu.cc = 0;
};

/** STORE FACILITY LIST: the first word of the list, at real 200. */
const storeFacilityList: Performer = (machine, { cpu }) => {
  const offset = absoluteForStore(cpu, 1, realToAbsolute(LOWCORE_STFL, cpu.prefix));
  machine.configuration.storage.view.setUint32(offset, Number(machine.configuration.facilityList[0]! >> 32n));
};

/** STORE FACILITY LIST EXTENDED: GR0 says how many doublewords there is room for, and learns how many there are. */
const storeFacilityListExtended: Performer = (machine, { cpu }, i) => {
  cpu.needAligned(i.address(2), 8);
  const list = machine.configuration.facilityList;
  const room = Number(cpu.gr[0]! & 0xffn) + 1;
  const bytes = new Uint8Array(8 * Math.min(room, list.length));
  const view = new DataView(bytes.buffer);
  for (let n = 0; n < bytes.length / 8; n++) view.setBigUint64(8 * n, list[n]!);
  cpu.storeBytes(i.address(2), bytes);
  cpu.gr[0] = (cpu.gr[0]! & ~0xffn) | BigInt(list.length - 1);
  cpu.cc = room < list.length ? 3 : 0;
};

/** LOAD CONTROL is intercepted only so that the host notices a change of CR0: pending interruptions may have become deliverable. */
const loadControl: Performer = (machine, vcpu, i) => {
  machine.configuration.storage.view.setUint16(machine.block(vcpu) + SD.LCTL, 0);
  i.row.plain!(vcpu.cpu, i);
};

/** LOAD PSW is intercepted only so that the host notices that the PSW lets machine checks through. */
const loadPsw: Performer = (_, { cpu }, i) => i.row.plain!(cpu, i);

/** TEST BLOCK clears the block whose real address is in R2; there are no damaged blocks here. Low-address protection applies, keys do not. */
const testBlock: Performer = (machine, { cpu }, i) => {
  const real = Number(cpu.gr[i.r2]! & cpu.addressMask & ~0xfffn);
  if (real >= machine.options.storage) cpu.programCheck(PGM.ADDRESSING);
  const low = real | 0;
  if (cpu.controlRegister0(1) & CR0.LOW_ADDRESS && isLowAddress(0, low)) {
    cpu.programCheck(PGM.PROTECTION, { teid: teidOf(0, low, ACCESS.STORE, SPACE.PRIMARY, PROTECTED_BY.LOW_ADDRESS) });
  }
  const offset = absoluteForStore(cpu, 1, realToAbsolute(real, cpu.prefix));
  machine.configuration.storage.bytes.fill(0, offset, offset + FRAME_SIZE);
  cpu.gr[0] = 0n;
  cpu.cc = 0;
};

export const CPU_INSTRUCTIONS: Readonly<Record<string, Performer>> = {
  spx: setPrefix,
  stpx: storePrefix,
  stap: storeCpuAddress,
  stidp: storeCpuId,
  sck: setClock,
  stfl: storeFacilityList,
  stfle: storeFacilityListExtended,
  tb: testBlock,
  lctl: loadControl,
  lctlg: loadControl,
  lpsw: loadPsw,
  lpswe: loadPsw,
};
