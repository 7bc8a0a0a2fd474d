import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { Recording } from '../debug/recording.ts';
import { encodeReport } from '../debug/report.ts';
import type { Result } from '../debug/result.ts';
import type { Session } from '../debug/session.ts';
import { traceFile } from '../debug/trace-events.ts';
import { page } from '../page/template.ts';
import { OutputFile } from './output-file.ts';

const PAGE = new URL('../page/', import.meta.url);
/** Better compression takes much longer for a few per cent. */
const LEVEL = 6;

/** Records a session for `zhint run --report` and `--trace-file`, and writes those files when it has ended. */
export class Pictures {
  readonly #report: OutputFile | undefined;
  readonly #trace: OutputFile | undefined;
  readonly #recording: Recording;
  readonly #title: string;

  /** @throws InputError when a file cannot be written */
  constructor(session: Session, files: { readonly report?: string | undefined; readonly trace?: string | undefined }) {
    this.#report = files.report === undefined ? undefined : new OutputFile(files.report, 'the report');
    try {
      this.#trace = files.trace === undefined ? undefined : new OutputFile(files.trace, 'the trace events');
    } catch (error) {
      this.close();
      throw error;
    }
    this.#title = session.fixture?.title || session.name;
    this.#recording = new Recording(session.machine);
  }

  /** Writes the files. @throws InputError when that fails */
  write(result: Result): void {
    this.#recording.stop();
    this.#report?.commit(reportPage(this.#recording, result, this.#title));
    this.#trace?.commit(traceFile(this.#recording, result.program));
  }

  /** Leaves no unfinished files behind. */
  close(): void {
    this.#report?.close();
    this.#trace?.close();
  }
}

/** The page, in pieces. Its script is made of src/page, its data are packed; nothing in it refers to anything outside. */
export const reportPage = (recording: Recording, result: Pick<Result, 'program' | 'verdict' | 'reason'>, title: string): string[] => {
  const { header, columns } = encodeReport(recording, result, title);
  return page({
    title,
    summary: summary(header),
    style: readFileSync(new URL('page.css', PAGE), 'utf8'),
    header: JSON.stringify(header),
    columns: deflateRawSync(columns, { level: LEVEL }).toString('base64'),
    script: script(),
  });
};

const summary = ({ program, verdict, reason, start, end, events, rows, complete }: ReturnType<typeof encodeReport>['header']): string => {
  const count = (n: number): string => n.toLocaleString('en');
  const missing = complete ? '' : ` What came after instruction ${count(end)} was not recorded.`;
  const from = start === 0 ? '' : `from instruction ${count(start)} `;
  return `${program}: ${verdict}, ${reason}; ${from}${from ? `to ${count(end)}` : `${count(end)} instructions`}, ${count(events)} events, ${count(rows.length)} pages.${missing}`;
};

const script = (): string => {
  const { outputFiles } = buildSync({
    entryPoints: [fileURLToPath(new URL('main.ts', PAGE))],
    bundle: true,
    format: 'iife',
    target: 'es2022',
    minify: true,
    write: false,
    tsconfigRaw: '{}',
  });
  return outputFiles[0]!.text;
};
