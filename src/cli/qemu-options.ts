import { FACILITIES } from '../cpu/facilities.ts';
import { InputError } from '../guest/input-error.ts';
import { parseSize } from '../guest/size.ts';

/** What a command line for `qemu-system-s390x` asks for, as far as zhint has it. */
export interface QemuOptions {
  readonly kernel: string;
  readonly append?: string;
  readonly initrd?: string;
  /** Guest storage, bytes. */
  readonly storage: number;
  /** Addresses of the CPUs in the order in which they are configured. */
  readonly cpuAddresses: readonly number[];
  /** Most CPUs that the machine may have. */
  readonly maxCpus: number;
  /** Facility bits that `-cpu` turns on and off. */
  readonly facilities: readonly number[];
  readonly withoutFacilities: readonly number[];
  /** Devices on the channel subsystem, as QEMU names them: `virtio-net-ccw`, with their properties behind it. */
  readonly devices: readonly string[];
  readonly name?: string;
  readonly uuid?: string;
  /** Socket on which the monitor (QMP) is served. */
  readonly monitor?: string;
  /** Socket on which the state of another machine comes in, to go on from. */
  readonly incoming?: string;
  /** The CPUs wait for the monitor's `cont`. */
  readonly stopped: boolean;
}

const DEFAULT_STORAGE = 128 * 2 ** 20;
const MACHINES = ['s390-ccw-virtio', 's390-ccw'];

/** Facility bits by the names that QEMU's CPU models give to features. */
const FEATURES: Readonly<Record<string, number>> = {
  edat: 8,
  edat2: 78,
  iep: 130,
  vx: 129,
  vxeh: 135,
  vxeh2: 148,
  vxpd: 134,
  gs: 133,
  cmmnt: 147,
  ctop: 11,
};
/** Facilities that need the vector facility. */
const VECTOR_FACILITIES = [129, 134, 135, 148];

/** Options without a value that change nothing here: there is no graphics, and devices are only those that are asked for. */
const FLAGS = new Set(['nodefaults', 'nographic', 'no-reboot', 'enable-kvm']);
/** Options whose value changes nothing here. */
const IGNORED = new Set(['accel', 'display', 'serial', 'watchdog-action', 'action', 'no-user-config', 'bios', 'net', 'nic', 'vga']);

type Properties = ReadonlyMap<string, string>;

interface Chardev {
  readonly kind: string;
  readonly properties: Properties;
}

const wrong = (what: string): never => {
  throw new InputError({ file: 'zhint qemu' }, what);
};

/** `first,name=value,name` as QEMU writes properties; a name alone is on. Two commas stand for one in a value. */
const propertiesOf = (text: string): { first: string; properties: Properties } => {
  const parts = text.split(/(?<!,),(?!,)/).map((part) => part.replaceAll(',,', ','));
  const named = (part: string): [string, string] => {
    const at = part.indexOf('=');
    return at < 0 ? [part, 'on'] : [part.slice(0, at), part.slice(at + 1)];
  };
  const [first = ''] = parts;
  // What comes first may be without a name, as the 2 of `-smp 2,maxcpus=4`.
  const rest = first.includes('=') ? parts : parts.slice(1);
  return { first: first.includes('=') ? '' : first, properties: new Map(rest.map(named)) };
};

const numberIn = (option: string, text: string): number =>
  /^\d+$/.test(text) ? Number(text) : wrong(`-${option} ${text}, expected a number`);

/** What has been read of a command line. */
class Reading {
  kernel: string | undefined;
  append: string | undefined;
  initrd: string | undefined;
  name: string | undefined;
  uuid: string | undefined;
  incoming: string | undefined;
  storage = DEFAULT_STORAGE;
  cpus = 1;
  maxCpus = 0;
  stopped = false;
  readonly cores: number[] = [];
  readonly devices: string[] = [];
  readonly features = new Map<string, boolean>();
  readonly chardevs = new Map<string, Chardev>();
  monitor: string | undefined;

  option(option: string, value: string): void {
    const { first, properties } = propertiesOf(value);
    switch (option) {
      case 'kernel':
        this.kernel = value;
        return;
      case 'append':
        this.append = value;
        return;
      case 'initrd':
        this.initrd = value;
        return;
      case 'uuid':
        this.uuid = value;
        return;
      case 'name':
        this.name = first || properties.get('guest');
        return;
      case 'machine':
      case 'M':
        this.#machine(first || properties.get('type') || '', properties);
        return;
      case 'm':
        this.#storage(first || properties.get('size') || '');
        return;
      case 'smp':
        this.#processors(first || properties.get('cpus') || '1', properties);
        return;
      case 'cpu':
        for (const [name, setting] of properties) this.#feature(name, setting);
        return;
      case 'device':
        this.#device(first || properties.get('driver') || '', properties, value);
        return;
      case 'chardev':
        this.chardevs.set(properties.get('id') ?? wrong(`-chardev ${value}, expected an id`), { kind: first, properties });
        return;
      case 'mon':
        this.#monitor(first || properties.get('chardev') || '', properties);
        return;
      case 'incoming':
        this.incoming = value.startsWith('unix:') ? value.slice('unix:'.length) : wrong(`-incoming ${value}, expected unix:PATH`);
        return;
      default:
        if (!IGNORED.has(option)) wrong(`-${option}: this option is not one of those that zhint knows`);
    }
  }

  #machine(type: string, properties: Properties): void {
    if (!MACHINES.some((machine) => type === machine || type.startsWith(`${machine}-`))) wrong(`-machine ${type}, expected ${MACHINES[0]}`);
    if (properties.has('confidential-guest-support')) wrong('protected virtualization is not supported');
  }

  /** QEMU counts mebibytes unless a letter says otherwise. */
  #storage(text: string): void {
    this.storage = parseSize(/^\d+$/.test(text) ? `${text}M` : text.toUpperCase()) ?? wrong(`-m ${text}, expected a size such as 128M`);
  }

  #processors(cpus: string, properties: Properties): void {
    this.cpus = numberIn('smp', cpus);
    const most = properties.get('maxcpus');
    if (most !== undefined) this.maxCpus = numberIn('smp maxcpus', most);
  }

  #feature(name: string, setting: string): void {
    if (!(name in FEATURES)) wrong(`-cpu: there is no feature '${name}', expected one of ${Object.keys(FEATURES).join(', ')}`);
    if (setting === 'on' && !FACILITIES.has(FEATURES[name]!)) wrong(`-cpu: feature '${name}' is not available`);
    this.features.set(name, setting === 'on');
  }

  #device(driver: string, properties: Properties, value: string): void {
    if (/-s390x-cpu$/.test(driver)) this.cores.push(numberIn('device core-id', properties.get('core-id') ?? ''));
    // The console and the watchdog are always there.
    else if (driver !== 'sclpconsole' && driver !== 'sclplmconsole' && driver !== 'diag288') this.devices.push(value);
  }

  #monitor(chardev: string, properties: Properties): void {
    if ((properties.get('mode') ?? 'control') !== 'control') wrong('-mon: only mode=control is supported');
    const { kind, properties: where } = this.chardevs.get(chardev) ?? wrong(`-mon: there is no chardev '${chardev}'`);
    if (kind !== 'socket' || !where.has('path')) wrong(`-mon: chardev '${chardev}' is a ${kind}, expected a socket with a path`);
    this.monitor = where.get('path');
  }
}

const facilitiesOf = (features: ReadonlyMap<string, boolean>, on: boolean): number[] => {
  const bits = [...features].filter(([, setting]) => setting === on).map(([name]) => FEATURES[name]!);
  return [...new Set(!on && bits.includes(129) ? [...bits, ...VECTOR_FACILITIES] : bits)];
};

/** Reads a command line of `qemu-system-s390x`: options begin with one hyphen or two. @throws InputError for what zhint does not have */
export const parseQemuOptions = (argv: readonly string[]): QemuOptions => {
  const reading = new Reading();
  for (let n = 0; n < argv.length; n++) {
    const word = argv[n]!;
    if (!word.startsWith('-')) wrong(`'${word}', expected an option: disk images are not supported`);
    const option = word.replace(/^--?/, '');
    if (option === 'S') reading.stopped = true;
    else if (!FLAGS.has(option)) {
      n++;
      reading.option(option, argv[n] ?? wrong(`-${option}, expected a value behind it`));
    }
  }
  const { kernel = wrong('no kernel, expected -kernel FILE'), cpus, cores, storage, features, devices, stopped } = reading;
  const cpuAddresses = [...Array.from({ length: cpus }, (_, n) => n), ...cores];
  if (new Set(cpuAddresses).size < cpuAddresses.length) wrong(`CPU addresses ${cpuAddresses.join(', ')}, expected different ones`);
  const optional = {
    append: reading.append,
    initrd: reading.initrd,
    name: reading.name,
    uuid: reading.uuid,
    monitor: reading.monitor,
    incoming: reading.incoming,
  };
  return {
    kernel,
    storage,
    cpuAddresses,
    maxCpus: Math.max(reading.maxCpus, ...cpuAddresses.map((address) => address + 1)),
    facilities: facilitiesOf(features, true),
    withoutFacilities: facilitiesOf(features, false),
    devices,
    stopped,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  };
};
