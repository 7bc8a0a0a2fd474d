import { connect as connectTo, createServer } from 'node:net';
import type { Session, SessionOptions } from '../debug/session.ts';
import { parseDevice } from '../guest/device.ts';
import { InputError } from '../guest/input-error.ts';
import type { Outcome } from '../host/machine.ts';
import { openByteStore } from './byte-store.ts';
import { connectInput } from './input.ts';
import { readInput } from './load.ts';
import { openSession } from './open.ts';
import { parseQemuOptions, type QemuOptions } from './qemu-options.ts';
import { CommandError, listenOn, QmpServer } from './qmp.ts';
import { uuidOf } from './run.ts';
import { packSession, unpackSession } from './snapshot-file.ts';

const HELP = `zhint qemu: zhint in the place of QEMU emulator (qemu-system-s390x), for the harness of kvm-unit-tests

usage: zhint qemu -kernel FILE [-append TEXT] [-initrd FILE] [-m SIZE] [-smp N[,maxcpus=N]] [-cpu MODEL[,FEATURE=on|off]...]
  [-device virtio-net-ccw[,...]] [-device MODEL-s390x-cpu,core-id=N] [-name NAME] [-uuid UUID] [-S]
  [-chardev socket,id=ID,path=PATH -mon chardev=ID,mode=control] [-incoming unix:PATH]

Options may begin with one hyphen or two. The console is standard input and output. The monitor knows cont, stop, quit, migrate,
query-migrate and query-status. Options that change nothing here, such as -nodefaults, -nographic and -machine s390-ccw-virtio, are accepted.
Exit status: 0 the guest ended by itself, whatever it prints; 1 it could not go on; 2 the options are wrong; 70 a defect of zhint itself.
`;

/** Instructions between two looks at the monitor. */
const SLICE = 20_000_000;

export const main = async (argv: string[]): Promise<number> => {
  if (argv.some((word) => /^--?(help|h)$/.test(word))) {
    process.stdout.write(HELP);
    return 0;
  }
  return new Emulation(parseQemuOptions(argv)).run();
};

/** A guest that a monitor may stop, continue, and send to another process. */
class Emulation {
  readonly #options: QemuOptions;
  readonly #monitor: QmpServer | undefined;
  #running: boolean;
  #quit = false;
  #destination: string | undefined;
  #migration: 'none' | 'active' | 'completed' | 'failed' = 'none';
  /** Wakes whoever waits for the monitor. */
  #wake: () => void = () => {};

  constructor(options: QemuOptions) {
    this.#options = options;
    this.#running = !options.stopped;
    if (options.monitor === undefined) return;
    this.#monitor = new QmpServer(options.monitor, {
      quit: () => this.#change(() => (this.#quit = true)),
      stop: () => this.#change(() => (this.#running = false)),
      cont: () => this.#change(() => (this.#running = this.#migration !== 'completed')),
      migrate: ({ uri }) => this.#migrate(uri),
      'query-migrate': () => (this.#migration === 'none' ? {} : { status: this.#migration }),
      'query-status': () => ({ status: this.#status, running: this.#status === 'running' }),
    });
  }

  /** @returns the exit status */
  async run(): Promise<number> {
    await this.#monitor?.listen();
    const stopReading: (() => void)[] = [];
    try {
      const { incoming } = this.#options;
      // What is typed before the guest is here is meant for nobody.
      if (incoming !== undefined) process.stdin.on('data', discard);
      const session = incoming === undefined ? open(this.#options) : await this.#receive(incoming);
      if (!session) return 0;
      session.machine.onPrint = (text) => process.stdout.write(text);
      const read = (): void => void stopReading.push(connectInput(session.machine));
      if (incoming === undefined) session.machine.onInputWanted = read;
      else {
        read();
        process.stdin.off('data', discard);
      }
      const outcome = await this.#toTheEnd(session);
      return outcome === undefined ? 0 : statusOf(session, outcome);
    } finally {
      for (const stop of stopReading) stop();
      if (process.stdin.listeners('data').includes(discard)) process.stdin.destroy();
      this.#monitor?.close();
    }
  }

  /** @returns how the guest ended; undefined when the monitor ended it */
  async #toTheEnd(session: Session): Promise<Outcome | undefined> {
    while (!this.#quit) {
      if (this.#destination !== undefined) await this.#send(session, this.#destination);
      else if (this.#running) {
        const outcome = session.run(SLICE);
        if (outcome) return outcome;
        await new Promise((resolve) => setImmediate(resolve));
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
    return undefined;
  }

  /** Waits for another process to send its guest. @returns undefined when the monitor ends that */
  async #receive(path: string): Promise<Session | undefined> {
    let arrived: (bytes: Uint8Array | undefined) => void = () => {};
    const bytes = new Promise<Uint8Array | undefined>((resolve) => {
      arrived = resolve;
    });
    this.#wake = () => this.#quit && arrived(undefined);
    const server = createServer((socket) => {
      const pieces: Buffer[] = [];
      socket.on('data', (piece) => pieces.push(piece));
      socket.on('end', () => arrived(Buffer.concat(pieces)));
      socket.on('error', () => socket.destroy());
    });
    await listenOn(server, path);
    try {
      const received = await bytes;
      return received && (await unpackSession(received, path));
    } finally {
      server.close();
    }
  }

  get #status(): string {
    if (this.#migration === 'completed') return 'postmigrate';
    return this.#running ? 'running' : 'paused';
  }

  #change(work: () => void): object {
    work();
    this.#wake();
    return {};
  }

  #migrate(uri: unknown): object {
    if (typeof uri !== 'string' || !uri.startsWith('unix:')) throw new CommandError('expected a uri of the form unix:PATH');
    if (this.#migration === 'active' || this.#migration === 'completed') throw new CommandError('the guest has been migrated already');
    this.#migration = 'active';
    return this.#change(() => (this.#destination = uri.slice('unix:'.length)));
  }

  /** The whole guest as a snapshot to whoever listens there; it goes on in that process and no more in this one. */
  async #send(session: Session, path: string): Promise<void> {
    this.#destination = undefined;
    const bytes = packSession(session);
    const sent = await new Promise<boolean>((resolve) => {
      const socket = connectTo(path, () => socket.end(bytes));
      socket.on('error', () => resolve(false));
      socket.on('finish', () => resolve(true));
    });
    this.#migration = sent ? 'completed' : 'failed';
    if (sent) this.#running = false;
  }
}

const discard = (): void => {};

const statusOf = ({ machine }: Session, { verdict, reason }: Outcome): number => {
  if (verdict === 'passed' || machine.console.includes('EXIT: STATUS=')) return 0;
  process.stderr.write(`zhint qemu: ${reason}\n`);
  return 1;
};

const wrong = (what: string): never => {
  throw new InputError({ file: 'zhint qemu' }, what);
};

const open = (options: QemuOptions): Session => {
  const { kernel, initrd, devices, uuid, monitor: _monitor, incoming: _incoming, stopped: _stopped, ...rest } = options;
  const given: SessionOptions = {
    ...rest,
    devices: devices.map((text) => parseDevice(text, { file: 'zhint qemu -device' })),
    openStore: openByteStore,
    ...(uuid !== undefined && { uuid: uuidOf(uuid, wrong) }),
    ...(initrd !== undefined && { initrd: { file: initrd, bytes: readInput(initrd) } }),
  };
  try {
    readInput(kernel);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    // The harness looks for these words to see that an option was refused before the kernel was looked at.
    throw new InputError({ file: 'zhint qemu' }, `could not load kernel '${kernel}': ${error.what}`);
  }
  return openSession(kernel, given);
};
