import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Hercules } from './hercules.ts';
import { firstLine, timed } from './process.ts';

/** What one run of an image took. */
export interface Measurement {
  /** Processor seconds; of a threaded emulator, those of the thread that is the guest's CPU. */
  readonly cpu: number;
  readonly wall: number;
  /** Instructions that the engine itself counted. */
  readonly instructions?: number;
}

/** A machine that runs an image to its disabled wait at address 0xfff. */
export interface Engine {
  readonly name: string;
  readonly version: string;
  /** @throws Error when the image does not end at 0xfff */
  run(elf: string): Promise<Measurement>;
}

/** The program as a user starts it. */
export const ZHINT = fileURLToPath(new URL('../bin/zhint.js', import.meta.url));
const STORAGE = '64M';

class Zhint implements Engine {
  readonly name = 'zhint';
  readonly version = `Node ${process.version}`;

  async run(elf: string): Promise<Measurement> {
    const { status, output, errors, cpu, wall } = timed(process.execPath, ZHINT, 'run', elf, '--json', '--storage', STORAGE);
    if (status !== 0) throw new Error(`zhint does not pass ${elf}: ${errors || output.slice(0, 500)}`);
    return { cpu, wall, instructions: JSON.parse(output).instructions };
  }
}

const QEMU = 'qemu-system-s390x';
/** No devices but the machine's own; a panic, which is any disabled wait but 0xfff, makes the exit status 1. */
const QEMU_MACHINE = '-M s390-ccw-virtio -accel tcg -cpu max -m 64 -nodefaults -display none -action panic=exit-failure'.split(' ');

class Qemu implements Engine {
  readonly name = 'qemu';
  readonly version: string;

  constructor(version: string) {
    this.version = version;
  }

  async run(elf: string): Promise<Measurement> {
    const { status, errors, cpu, wall } = timed(QEMU, ...QEMU_MACHINE, '-kernel', elf);
    if (status !== 0) throw new Error(`QEMU does not pass ${elf}: ${errors}`);
    return { cpu, wall };
  }
}

export interface Found {
  readonly engines: readonly Engine[];
  /** Why a peer is left out, one line each. */
  readonly missing: readonly string[];
}

/** zhint and the peers that this machine has. */
export const findEngines = (): Found => {
  const engines: Engine[] = [new Zhint()];
  const missing: string[] = [];
  const peer = (name: string, where: string | undefined, absent: string, make: (command: string) => Engine | undefined): void => {
    const engine = where === undefined ? undefined : make(where);
    if (engine) engines.push(engine);
    else missing.push(`${name} is left out: ${absent}`);
  };
  const hercules = (name: string) => (command: string) => {
    const version = process.platform === 'linux' ? firstLine(command, '--version') : undefined;
    return version === undefined ? undefined : new Hercules(name, command, version.replace(/^\w+[IWES] /, ''));
  };
  peer('hercules', 'hercules', 'there is no `hercules` on PATH of a Linux system', hercules('hercules'));
  peer('hyperion', process.env['HYPERION'], '$HYPERION names no Hercules', hercules('hyperion'));
  peer('qemu', QEMU, `there is no \`${QEMU}\` on PATH`, (command) => {
    const version = firstLine(command, '--version');
    return version === undefined ? undefined : new Qemu(version);
  });
  return { engines, missing };
};

/** What the processor calls itself, for a table that people compare with others. */
export const processorName = (): string => {
  try {
    return /^model name\s*: (.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown processor';
  } catch {
    return 'unknown processor';
  }
};
