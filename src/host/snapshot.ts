import type { ConfigurationState } from '../cpu/configuration.ts';
import { STORAGE } from '../cpu/layout.ts';
import { PROFILES, type ProfileName } from '../cpu/profile.ts';
import {
  type CpuState,
  captureCpu,
  capturePages,
  LAYOUT,
  ownPages,
  type Pages,
  pagesBetween,
  reinstateCpu,
  restorePages,
} from '../cpu/snapshot.ts';
import { FRAME_SIZE, type HostAbsolute } from '../cpu/storage.ts';
import type { Saved } from './channel/saved.ts';
import type { EssaBy, Machine, MachineOptions, Progress } from './machine.ts';
import type { PagerState } from './pager.ts';
import type { SlotContents, StoreState } from './paging-device.ts';
import { fromPlain, toPlain } from './plain.ts';
import type { VirtualCpu } from './virtual-cpu.ts';

/**
 * Snapshots: the whole state of a machine as data. A machine that takes over a snapshot goes on exactly as the first one does, to the last
 * bit, event and count, and a machine that is captured does not notice.
 *
 * A machine's state is in four places, and whoever adds to it puts it in one of them:
 *
 * - linear memory: CPU blocks, storage keys, and host storage with state descriptions, tables and the frames in use;
 * - fields of {@link Machine} and {@link VirtualCpu} that everybody sees: every one of them is captured, as plain data or as a {@link Stateful}
 *   object. Functions are not state; {@link STRUCTURE} names the fields that hold the machine together;
 * - the private parts of the objects that hold it together, which capture and reinstate them themselves;
 * - what the machine was made of: its options.
 */
export interface MachineSnapshot {
  readonly state: MachineState;
  /** Pages of linear memory: shared with the snapshot before where nothing has changed. */
  readonly pages: Pages;
  /** What is on the paging device. */
  readonly slots: SlotContents;
}

/** What a snapshot holds beside contents of pages: JSON, and bytes in the fields of objects. */
export interface MachineState {
  /** Where things lie in linear memory and in host storage. */
  readonly layout: string;
  readonly options: {
    readonly storage: number;
    readonly cpuAddresses: readonly number[];
    readonly maxCpus: number;
    readonly name: string;
    readonly uuid: readonly number[];
    readonly frames: number;
    readonly profile: ProfileName;
    readonly facilities: readonly number[];
    readonly essa: EssaBy;
  };
  readonly progress: Progress;
  readonly configuration: ConfigurationState;
  readonly cpus: readonly CpuState[];
  readonly pager: PagerState;
  readonly store: StoreState;
  readonly vcpus: readonly Fields[];
  readonly machine: Fields;
}

type Fields = Readonly<Record<string, Saved>>;

/** An object that gives and takes its state itself, because it has private parts. */
interface Stateful {
  save(): Saved;
  restore(saved: Saved): void;
}

/** Thrown when a snapshot does not fit the machine that is to take it over. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
}

/** Fields of {@link Machine} and {@link VirtualCpu} that are not state: parts that capture themselves, and what follows from the options. */
const STRUCTURE = new Set([
  'configuration',
  'pager',
  'store',
  'gmap',
  'layout',
  'storage',
  'vcpus',
  'options',
  'cpu',
  'address',
  'stateDescription',
]);

/**
 * Captures a machine, between two runs.
 * @param earlier an earlier snapshot of the same machine, with which pages that have not changed are shared
 * @throws PagingError when the paging device cannot be read
 */
export const captureMachine = (machine: Machine, earlier?: MachineSnapshot): MachineSnapshot => {
  const { configuration, vcpus, options, layout, store } = machine;
  const pager = machine.pager.capture();
  const { state, contents } = store.capture();
  return {
    state: {
      layout: layoutOf(machine),
      options: {
        storage: options.storage,
        cpuAddresses: vcpus.map(({ address }) => address),
        maxCpus: options.maxCpus,
        name: options.name,
        uuid: options.uuid,
        frames: layout.frameCount,
        profile: configuration.profile.name,
        facilities: [...configuration.facilities],
        essa: options.essa,
      },
      progress: machine.capture(),
      configuration: configuration.capture(),
      cpus: configuration.cpus.map(captureCpu),
      pager,
      store: state,
      vcpus: vcpus.map(captureFields),
      machine: captureFields(machine),
    },
    pages: capturePages(configuration.storage, pagesInUse(machine, pager), earlier?.pages),
    slots: contents,
  };
};

/** The options of a machine that can take over a snapshot. */
export const optionsOf = ({ options }: MachineState): MachineOptions => ({
  ...options,
  profile: PROFILES[options.profile],
  facilities: new Set(options.facilities),
});

/**
 * Makes a machine that was made with the same options, see {@link optionsOf}, go on from a snapshot.
 * @throws SnapshotError when the snapshot does not fit the machine; PagingError when the paging device cannot be written
 */
export const reinstateMachine = (machine: Machine, { state, pages, slots }: MachineSnapshot): void => {
  const { configuration, vcpus } = machine;
  if (state.layout !== layoutOf(machine)) throw new SnapshotError('the state is laid out differently');
  if (state.cpus.length !== vcpus.length || state.vcpus.length !== vcpus.length) throw new SnapshotError('the number of CPUs differs');
  if (!state.pager.resident.every(([page, frame]) => isPageOf(machine, page) && isFrameOf(machine, frame))) {
    throw new SnapshotError('a page or a frame lies outside storage');
  }
  if (!state.store.saved.every(([, slot]) => slots.has(slot))) throw new SnapshotError('the content of a slot is missing');
  for (const [n, cpu] of configuration.cpus.entries()) reinstateCpu(cpu, state.cpus[n]!);
  restorePages(configuration.storage, pagesInUse(machine, state.pager), pages);
  restorePages(configuration.storage, framesSince(machine, state.pager), pages);
  configuration.reinstate(state.configuration);
  machine.pager.reinstate(state.pager);
  machine.store.reinstate(state.store, slots);
  for (const [n, vcpu] of vcpus.entries()) reinstateFields(vcpu, state.vcpus[n]!);
  reinstateFields(machine, state.machine);
  machine.reinstate(state.progress);
};

const layoutOf = ({ layout }: Machine): string => `${LAYOUT} ${JSON.stringify(layout)}`;

const isPageOf = ({ options: { storage } }: Machine, page: number): boolean => page % FRAME_SIZE === 0 && page < storage;
const isFrameOf = ({ layout: { frames, size } }: Machine, frame: number): boolean =>
  frame % FRAME_SIZE === 0 && frame >= frames && frame < size;

/** Everything but free frames: nobody sees what is in those. */
function* pagesInUse({ configuration: { storage, cpus }, layout }: Machine, { resident }: PagerState): Generator<number> {
  yield* ownPages(cpus.length, storage);
  yield* pagesBetween(STORAGE, storage.offset(layout.frames));
  for (const [, frame] of resident) yield storage.offset(frame as HostAbsolute) / FRAME_SIZE;
}

/** Frames that were first handed out after a snapshot: they are to be what the pager takes them for, never used. */
const framesSince = ({ configuration: { storage }, pager }: Machine, { untouched }: PagerState): Generator<number> =>
  pagesBetween(storage.offset(untouched as HostAbsolute), storage.offset(pager.capture().untouched as HostAbsolute));

const isStateful = (value: unknown): value is Stateful =>
  typeof value === 'object' && value !== null && 'save' in value && 'restore' in value;

const stateFields = (object: Machine | VirtualCpu): [string, unknown][] =>
  Object.entries(object).filter(([name, value]) => !STRUCTURE.has(name) && typeof value !== 'function');

const captureFields = (object: Machine | VirtualCpu): Fields =>
  Object.fromEntries(stateFields(object).map(([name, value]) => [name, toPlain(isStateful(value) ? value.save() : value)]));

const reinstateFields = (object: Machine | VirtualCpu, fields: Fields): void => {
  const present = stateFields(object);
  const [there, given] = [present.map(([name]) => name), Object.keys(fields)].map((names) => names.sort().join());
  if (there !== given) throw new SnapshotError(`it has the fields ${given}, and the machine has ${there}`);
  for (const [name, value] of present) {
    const state = fromPlain(fields[name]!);
    if (isStateful(value)) value.restore(state as Saved);
    else Object.assign(object, { [name]: state });
  }
};
