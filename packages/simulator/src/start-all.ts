/** Something with a port. */
export interface Startable {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Why a simulator could not start, in a sentence for people. */
export class StartError extends Error {
  constructor(message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'StartError';
  }
}

/** Starts all of them; if one cannot, stops the others and says which one and why. */
export async function startAll(named: readonly (readonly [name: string, part: Startable])[]): Promise<void> {
  const started: Startable[] = [];
  for (const [name, part] of named) {
    try {
      await part.start();
      started.push(part);
    } catch (error) {
      await Promise.all(started.map((other) => other.stop()));
      throw new StartError(`${name} cannot listen: ${reason(error)}`, error);
    }
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  const where = `${address ?? ''}:${String(port ?? '')}`;
  if (code === 'EADDRINUSE')
    return `port ${where} is taken by another program; choose another one or stop it`;
  if (code === 'EACCES') return `no permission to listen on ${where}`;
  return error.message;
}
