import { FACILITIES } from '../cpu/facilities.ts';
import { PROFILES, type ProfileName } from '../cpu/profile.ts';
import type { DeviceText } from '../guest/device.ts';
import type { AddressText, Expectation, Fixture, HostAction, Settings } from '../guest/fixture.ts';
import { InputError, type Place } from '../guest/input-error.ts';
import { type Program, segmentEnd } from '../guest/program.ts';
import { Machine, type MachineOptions, type Outcome } from '../host/machine.ts';
import type { PagingDevice } from '../host/paging-device.ts';
import { RandomScheduler } from '../host/scheduler.ts';
import { captureMachine, optionsOf, reinstateMachine } from '../host/snapshot.ts';
import { attachDevices, type OpenStore } from './devices.ts';
import { checkExpectations, pageOf, type Resolve } from './expectations.ts';
import { hostCounters, Recorder, type Result, resultOf } from './result.ts';
import { captureProgram, fixtureOf, programOf, type SessionSnapshot } from './snapshot.ts';

const MIB = 0x10_0000;
const DEFAULT_STORAGE = 128 * MIB;
const DEFAULT_FIXTURE_LIMIT = 100_000_000;

/** What the command line may say over the program and its fixture. */
export interface SessionOptions extends Partial<Omit<Settings, 'devices'>> {
  /** Devices beside those of the fixture. */
  readonly devices?: readonly DeviceText[];
  readonly openStore?: OpenStore;
  readonly pagingDevice?: PagingDevice;
  /** See {@link MachineOptions}; with addresses, `cpus` does not count. */
  readonly cpuAddresses?: readonly number[];
  readonly maxCpus?: number;
  readonly name?: string;
  readonly uuid?: readonly number[];
  /** Kernel command line. */
  readonly append?: string;
  /** Initial RAM disk, and where it came from. */
  readonly initrd?: { readonly file: string; readonly bytes: Uint8Array };
}

/** What may be said anew of a session that goes on from a snapshot. */
export type GoOnOptions = Pick<SessionOptions, 'limit' | 'pagingDevice' | 'openStore'>;

/** Where Linux on s390, and kvm-unit-tests after it, look for what the loader has for them (spec/kvm-unit-tests.md 4.1 and 4.9). */
const PARAMETER_AREA = { INITRD_ADDRESS: 0x1_0408, INITRD_SIZE: 0x1_0410, COMMAND_LINE: 0x1_0480, COMMAND_LINE_SIZE: 0x380 } as const;
/** QEMU's place for an initial RAM disk behind a small kernel. */
const INITRD_ADDRESS = 0x80_0000;

/** A program on a machine, with the fixture that may come with it. */
export class Session {
  readonly machine: Machine;
  readonly program: Program;
  readonly fixture: Fixture | undefined;
  readonly recorder: Recorder;
  /** Instructions after which the run ends with the verdict "limit". */
  readonly limit: number;
  /** The program's name, as results have it. */
  readonly name: string;
  /** Devices beside those of the fixture. */
  readonly #devices: readonly DeviceText[];
  /** The fixture's actions that the host has come to. */
  readonly #acted = new Set<HostAction>();
  /** Takes back what has been arranged for the fixture's actions. */
  readonly #arranged = new Set<() => void>();

  /**
   * @param snapshot where the session goes on from, instead of loading the program: see {@link Session.from}
   * @throws InputError when the program does not fit the machine, or the fixture names what is not there
   */
  constructor(name: string, program: Program, fixture: Fixture | undefined, options: SessionOptions = {}, snapshot?: SessionSnapshot) {
    this.name = name;
    this.program = program;
    this.fixture = fixture;
    const settings = { ...fixture?.settings, ...defined(options) } as SessionOptions & Partial<Settings>;
    this.limit = settings.limit ?? (fixture ? DEFAULT_FIXTURE_LIMIT : Number.POSITIVE_INFINITY);
    const { pagingDevice } = options;
    this.machine = snapshot
      ? new Machine({ ...optionsOf(snapshot.machine.state), ...(pagingDevice && { pagingDevice }) })
      : makeMachine(name, settings);
    this.recorder = new Recorder(this.machine);
    this.#devices = options.devices ?? [];
    attachDevices(this.machine, [...(fixture?.settings.devices ?? []), ...this.#devices], options.openStore);
    if (snapshot) this.reinstate(snapshot);
    else {
      this.#load();
      this.#passParameters(options);
      this.#arrangeActions();
    }
  }

  /**
   * A new session that goes on from a snapshot, exactly as the one that was captured does.
   * @throws SnapshotError when the snapshot is not one of this version of zhint; InputError when a device's file cannot be opened
   */
  static from(snapshot: SessionSnapshot, options: GoOnOptions = {}): Session {
    const { session } = snapshot;
    const limit = options.limit ?? session.limit;
    const given = { ...options, devices: session.devices, ...(limit !== null && { limit }) };
    return new Session(session.name, programOf(session), fixtureOf(session), given, snapshot);
  }

  /**
   * The whole session as data, between two runs. It does not notice.
   * @param earlier an earlier snapshot of this session: what has not changed since is shared with it
   */
  capture(earlier?: SessionSnapshot): SessionSnapshot {
    return {
      session: {
        name: this.name,
        program: earlier?.session.program ?? captureProgram(this.program),
        fixture: this.fixture?.source ?? null,
        devices: this.#devices,
        acted: this.#actions.flatMap((action, n) => (this.#acted.has(action) ? [n] : [])),
        limit: Number.isFinite(this.limit) ? this.limit : null,
        records: this.recorder.capture(),
      },
      machine: captureMachine(this.machine, earlier?.machine),
    };
  }

  /** Goes back, or forth, to a snapshot of this session. */
  reinstate({ session, machine }: SessionSnapshot): void {
    reinstateMachine(this.machine, machine);
    this.recorder.reinstate(session.records);
    this.#acted.clear();
    for (const n of session.acted) this.#acted.add(this.#actions[n]!);
    this.#arrangeActions();
  }

  get #actions(): readonly HostAction[] {
    return this.fixture?.actions ?? [];
  }

  /** Runs for up to `instructions` more; undefined when the program has not ended by then. */
  run(instructions = Number.POSITIVE_INFINITY): Outcome | undefined {
    const until = Math.min(this.limit, this.machine.instructions + instructions);
    const outcome = this.machine.run(until);
    return outcome.verdict === 'limit' && until < this.limit ? undefined : outcome;
  }

  /** The result, with the fixture's expectations checked. A run that ended too early is not checked: it has failed already. */
  result(outcome: Outcome): Result {
    const failures = outcome.verdict === 'limit' || outcome.verdict === 'interrupted' ? [] : this.#check();
    return resultOf(this.machine, this.name, outcome, this.recorder, failures);
  }

  /** The number that an address of the fixture stands for. */
  readonly resolve: Resolve = (address: AddressText): bigint => {
    const [name, offset = '0'] = address.text.split('+') as [string, string?];
    if (/^-?\d/.test(name)) return name.startsWith('-') ? -BigInt(name.slice(1)) : BigInt(name);
    const symbol = this.program.symbols.get(name);
    if (symbol === undefined) throw new InputError(address, `the program has no label '${name}', expected one of its labels or a number`);
    return symbol + BigInt(offset);
  };

  #check(): string[] {
    const { expectations = [] } = this.fixture ?? {};
    const missed = this.#actions.filter((action) => !this.#acted.has(action));
    return [
      ...missed.map(({ place, text }) => `${place.file}:${place.line}: ${text}: the program never came there`),
      ...checkExpectations(this.machine, this.recorder, expectations, this.resolve),
    ];
  }

  #load(): void {
    const { machine, program } = this;
    const size = machine.options.storage;
    for (const segment of program.segments) {
      const { address, bytes } = segment;
      if (segmentEnd(segment) > size) {
        const end = segmentEnd(segment).toString(16);
        throw new InputError({ file: this.name }, `the program reaches to 0x${end}, expected it to end within ${size / MIB}M of storage`);
      }
      machine.storage.load(address, bytes);
    }
    machine.start(program.entry, program.pswMask);
    for (const action of this.#actions) this.#checkAction(action);
    for (const expectation of this.fixture?.expectations ?? []) this.#checkExpectation(expectation);
  }

  /** What actions and expectations name must be there before the program runs. */
  #checkAction({ at, operand, verb, cpu, place }: HostAction): void {
    this.resolve(at);
    const value = this.resolve(operand);
    if (verb !== 'interrupt') {
      this.#needStorage(operand, 1);
      return;
    }
    this.#needCpu(cpu, place);
    if (value < 0n || value > 0xffffn) throw new InputError(operand, `'${operand.text}', expected a code of 16 bits`);
  }

  #checkExpectation(expectation: Expectation): void {
    for (const value of Object.values(expectation)) if (isAddress(value)) this.resolve(value);
    if ('cpu' in expectation && expectation.cpu !== undefined) this.#needCpu(expectation.cpu, expectation.place);
    if (expectation.kind === 'storage') this.#needStorage(expectation.address, expectation.bytes.length);
    if (expectation.kind === 'page' || expectation.kind === 'key') this.#needStorage(expectation.address, 1);
    if (expectation.kind === 'host' && !Object.hasOwn(hostCounters(this.machine), expectation.counter)) {
      const counters = Object.keys(hostCounters(this.machine)).join(', ');
      throw new InputError(expectation.place, `the host does not count '${expectation.counter}', expected one of ${counters}`);
    }
  }

  #needCpu(cpu: number, place: Place): void {
    if (!this.machine.vcpus[cpu]) throw new InputError(place, `there is no CPU ${cpu}, expected 0 to ${this.machine.vcpus.length - 1}`);
  }

  #needStorage(address: AddressText, length: number): void {
    const value = this.resolve(address);
    const { storage } = this.machine.options;
    if (value < 0n || value + BigInt(length) > BigInt(storage)) {
      throw new InputError(address, `0x${value.toString(16)} is not in guest storage, expected an address below 0x${storage.toString(16)}`);
    }
  }

  #passParameters({ append, initrd }: SessionOptions): void {
    const { storage } = this.machine;
    if (append !== undefined) {
      const text = new TextEncoder().encode(`${append}\0`);
      if (text.length > PARAMETER_AREA.COMMAND_LINE_SIZE) {
        throw new InputError({ file: '--append' }, `${text.length - 1} bytes, expected at most ${PARAMETER_AREA.COMMAND_LINE_SIZE - 1}`);
      }
      storage.write(PARAMETER_AREA.COMMAND_LINE, text);
    }
    if (initrd === undefined) return;
    const { bytes, file } = initrd;
    if (INITRD_ADDRESS + bytes.length > this.machine.options.storage) {
      throw new InputError(
        { file },
        `${bytes.length} bytes at 0x${INITRD_ADDRESS.toString(16)}, expected them to end within guest storage`,
      );
    }
    storage.write(INITRD_ADDRESS, bytes);
    const words = new DataView(new ArrayBuffer(16));
    words.setBigUint64(0, BigInt(INITRD_ADDRESS));
    words.setBigUint64(8, BigInt(bytes.length));
    storage.write(PARAMETER_AREA.INITRD_ADDRESS, new Uint8Array(words.buffer));
  }

  /** Makes the host come to the actions that are yet to be taken, and to no others. */
  #arrangeActions(): void {
    for (const undo of this.#arranged) undo();
    this.#arranged.clear();
    for (const action of this.#actions) if (action.every || !this.#acted.has(action)) this.#arrange(action);
  }

  #arrange(action: HostAction): void {
    const undo = this.machine.before(this.resolve(action.at), () => {
      if (!action.every) undo();
      this.#acted.add(action);
      this.act(action);
    });
    this.#arranged.add(undo);
  }

  /**
   * The host acts, while the CPUs are between instructions of its own guest.
   * @param reason why, as events tell it
   * @throws InputError when the page's state forbids it
   */
  act({ verb, operand, place, cpu }: Pick<HostAction, 'verb' | 'operand' | 'place' | 'cpu'>, reason = 'fixture'): void {
    const value = this.resolve(operand);
    const { pager } = this.machine;
    if (verb === 'interrupt') {
      this.machine.interruptExternally(this.machine.vcpus[cpu]!, Number(value));
      return;
    }
    const page = pageOf(value);
    const state = pager.state(page);
    const { name: profile, discards } = this.machine.configuration.profile;
    const forbid = (expected: string): never => {
      const where = pager.pinned.has(page) ? ' in the prefix area of a CPU' : '';
      const name = `${state.usage}${state.content}`;
      throw new InputError(place, `the host may not ${verb} page 0x${page.toString(16)}${where} in state ${name}, expected ${expected}`);
    };
    if (verb === 'page-in') {
      if (discards && state.content === 'z' && state.usage === 'V') forbid('a page that is not discarded');
      pager.pageIn(page, reason);
      return;
    }
    const allowed = pager.reclaimAction(page);
    if (verb === 'discard' && allowed !== 'discard' && allowed !== 'drop')
      forbid(discards ? 'Vr, clean Pr or Ur' : `Ur in profile ${profile}`);
    if (verb === 'page-out' && allowed !== 'page-out') forbid(discards ? 'Sr or changed Pr' : `Sr, Pr or Vr in profile ${profile}`);
    if (verb === 'reclaim' && allowed === undefined) forbid('a resident page outside the prefix area');
    pager.reclaim(page, reason);
  }
}

const isAddress = (value: unknown): value is AddressText =>
  typeof value === 'object' && value !== null && 'text' in value && typeof value.text === 'string' && 'file' in value;

const defined = <T extends object>(options: T): Partial<T> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;

const makeMachine = (name: string, settings: SessionOptions & Partial<Settings>): Machine => {
  const {
    storage = DEFAULT_STORAGE,
    cpuAddresses,
    cpus = cpuAddresses?.length ?? 1,
    frames,
    profile = 'zvm',
    essa,
    seed,
    pagingDevice,
  } = settings;
  const { maxCpus, name: machineName, uuid } = settings;
  const wrong = (what: string): never => {
    throw new InputError({ file: name }, what);
  };
  if (storage < MIB || storage % MIB !== 0) wrong(`storage of ${storage} bytes, expected a multiple of 1M`);
  if (storage > 3584 * MIB) wrong(`storage of ${storage / MIB}M, expected at most 3584M`);
  if (cpus < 1 || cpus > 64) wrong(`${cpus} CPUs, expected 1 to 64`);
  const wrongAddress = cpuAddresses?.find((address, n) => !(address >= 0 && address <= 255) || cpuAddresses.indexOf(address) !== n);
  if (wrongAddress !== undefined) wrong(`CPU address ${wrongAddress}, expected numbers of 0 to 255, each once`);
  const least = 2 * cpus + 8;
  if (frames !== undefined && frames < least)
    wrong(`${frames} frames, expected at least ${least}: prefix areas, and what one instruction can need`);
  if (!(profile in PROFILES)) wrong(`there is no profile '${profile}', expected one of ${Object.keys(PROFILES).join(', ')}`);
  const facilities = new Set(FACILITIES);
  for (const bit of settings.facilities ?? []) facilities.add(bit);
  for (const bit of settings.withoutFacilities ?? []) facilities.delete(bit);
  const options: MachineOptions = {
    storage,
    cpus,
    profile: PROFILES[profile as ProfileName],
    facilities,
    ...(frames !== undefined && { frames }),
    ...(essa && { essa }),
    ...(seed !== undefined && { scheduler: new RandomScheduler(seed) }),
    ...(pagingDevice && { pagingDevice }),
    ...(cpuAddresses && { cpuAddresses }),
    ...(maxCpus !== undefined && { maxCpus }),
    ...(machineName !== undefined && { name: machineName }),
    ...(uuid && { uuid }),
  };
  return new Machine(options);
};
