/** A request to the control API. */
export interface ControlRequest {
  /** What stands in place of `{…}` in the route's path. */
  readonly parameter: string;
  readonly query: URLSearchParams;
  readonly accept: string;
  /** The body as JSON, `{}` when there is none; throws a problem when it is no JSON. */
  readonly body: () => unknown;
}

/** What the control API answers. */
export interface ControlAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** One method on one path; a path may end in one `{parameter}`. */
export interface ControlRoute {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  handle(request: ControlRequest): ControlAnswer | Promise<ControlAnswer>;
}

/** An answer of JSON, ending in a line break for terminals. */
export function json(value: unknown, status = 200): ControlAnswer {
  const body = `${JSON.stringify(value)}\n`;
  return { status, contentType: 'application/json;charset=utf-8', body, headers: {} };
}
