import type { Strategy } from '../model/strategy.ts';
import { canonicalJson } from './canonical-json.ts';
import { defaultStrategy } from './default-strategy.ts';
import { renderPath, valueAt } from './document-path.ts';
import type { DocumentPath } from './document-path.ts';
import type { StrategyWarning } from './strategy-issue.ts';
import { unactedChannelSettings, unactedRouteSettings, unactedSettings } from './unacted-settings.ts';

const mostNamed = 5;

/** What a strategy asks for that this version does not do yet; a warning for each setting, never silence. */
export function strategyUnacted(strategy: Strategy): StrategyWarning[] {
  return [
    ...unactedSettings.filter((at) => differs(strategy, at)).map((at) => warning(renderPath(at), '')),
    ...unactedRouteSettings.flatMap(({ at, instead, appliesTo }) => {
      const routes = strategy.routes.filter(appliesTo).map(({ name }) => name);
      return combined('routes', routes, at, instead);
    }),
    ...unactedChannelSettings.flatMap(({ at, instead, appliesTo }) => {
      const channels = Object.entries(strategy.channels).filter(([, channel]) => appliesTo(channel));
      return combined(
        'channels',
        channels.map(([name]) => name),
        at,
        instead,
      );
    }),
  ];
}

function differs(strategy: Strategy, at: DocumentPath): boolean {
  return canonicalJson(valueAt(strategy, at)) !== canonicalJson(valueAt(defaultStrategy, at));
}

/** One warning for a setting, however many routes or channels have it. */
function combined(
  key: string,
  names: readonly string[],
  at: DocumentPath,
  instead: string,
): StrategyWarning[] {
  const [first] = names;
  if (first === undefined) return [];
  const others = names.length - mostNamed;
  const also = names.slice(1, mostNamed).join(', ') + (others > 0 ? ` and ${others} more` : '');
  const path = renderPath([key, first, ...at]);
  return [warning(path, `${also === '' ? '' : ` (also in ${also})`}; ${instead}`)];
}

function warning(path: string, rest: string): StrategyWarning {
  const message = `${path} is not acted on by this version${rest}`;
  return { code: 'SETTING_NOT_ACTED_ON', path, message };
}
