import type { Account } from '../config/simulator-config.ts';
import type { Refusal } from './refusal.ts';
import { refuse } from './refusal.ts';

type Template = Account['templates'][string];

/** A template with its variables filled in. */
export interface FilledTemplate {
  readonly content: string;
  readonly values: readonly string[];
}

/** Fills a template from the TemplateParam of a request, by the provider's rules for variables. */
export function fillTemplate(
  template: Template,
  templateParam: string | undefined,
): FilledTemplate | Refusal {
  const parameters = readParameters(templateParam);
  if (parameters === undefined) {
    return refuse('isv.INVALID_JSON_PARAM', 'JSON参数不合法，只接受字符串值');
  }
  const names = [...template.content.matchAll(/\$\{([^}]+)\}/g)].map((match) => match[1] ?? '');
  const values: string[] = [];
  for (const name of names) {
    const value = parameters.get(name);
    if (value === undefined) return refuse('isv.TEMPLATE_MISSING_PARAMETERS', '模板缺少变量');
    if (/https?:\/\//i.test(value)) return refuse('isv.PARAM_NOT_SUPPORT_URL', '不支持URL');
    const [least, most] = template.kind === 'code' ? [4, 6] : [1, 35];
    const { length } = Array.from(value);
    if (length < least || length > most) return refuse('isv.PARAM_LENGTH_LIMIT', '参数超出长度限制');
    values.push(value);
  }
  const content = template.content.replace(/\$\{([^}]+)\}/g, (_, name: string) => parameters.get(name) ?? '');
  return { content, values };
}

/** The parameters, or undefined when they are no JSON object of strings. */
function readParameters(json: string | undefined): ReadonlyMap<string, string> | undefined {
  if (json === undefined || json === '') return new Map();
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
  const entries = Object.entries(parsed as Record<string, unknown>);
  const strings = entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return strings.length === entries.length ? new Map(strings) : undefined;
}
