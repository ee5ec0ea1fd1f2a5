/** Facts of one log line. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Tells what happened: `debug` is each request, `info` a change of state, `error` what a person must act on. */
export interface Log {
  /** The fields are worked out only when they are written. */
  debug(fields: () => LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

/** A log that keeps nothing. */
export const SILENT_LOG: Log = {
  debug: () => undefined,
  info: () => undefined,
  error: () => undefined,
};

/** How lines look: terse for people, NDJSON for programs. */
export type LogFormat = 'text' | 'json';
/** From which level lines are written. */
export type LogLevel = 'debug' | 'info' | 'error' | 'silent';

const ORDER: readonly LogLevel[] = ['debug', 'info', 'error', 'silent'];

/** A log that writes one line an event through `write`. */
export function createLog(
  options: { readonly format: LogFormat; readonly level: LogLevel; readonly now: () => number },
  write: (line: string) => void,
): Log {
  const wanted = (level: LogLevel): boolean => ORDER.indexOf(level) >= ORDER.indexOf(options.level);
  const line = (level: LogLevel) => (fields: LogFields, message: string) => {
    if (!wanted(level)) return;
    const time = new Date(options.now()).toISOString();
    write(
      options.format === 'json' ? jsonLine(time, level, fields, message) : textLine(time, fields, message),
    );
  };
  const debug = line('debug');
  return {
    debug: (fields, message) => {
      if (wanted('debug')) debug(fields(), message);
    },
    info: line('info'),
    error: line('error'),
  };
}

function jsonLine(time: string, level: LogLevel, fields: LogFields, message: string): string {
  return `${JSON.stringify({ level, time, ...fields, msg: message })}\n`;
}

function textLine(time: string, fields: LogFields, message: string): string {
  const facts = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return `${[time.slice(11, 23), message, ...facts].join('  ')}\n`;
}

/** `+8613800138000` → `+86138****8000`: what a log may say about a number. */
export function maskNumber(phoneNumber: string): string {
  if (phoneNumber.length < 8) return '****';
  return `${phoneNumber.slice(0, -8)}****${phoneNumber.slice(-4)}`;
}
