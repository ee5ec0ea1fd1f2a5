import { signNamesOf } from '../model/message-batch.ts';
import type { Message } from '../model/message.ts';
import type { Route } from '../model/route.ts';
import type { Strategy } from '../model/strategy.ts';
import { finish } from '../steps.ts';
import type { Steps } from '../steps.ts';
import { allWithin, countryPrefixes } from './country-code.ts';

/** The route of a message, or why there is none. */
export type RouteMatch =
  { readonly matched: true; readonly route: Route } | { readonly matched: false; readonly reason: string };

/** Finds routes; built once for a strategy. */
export interface RouteMatcher {
  /** The first route that matches, or the one called `name`, whatever it matches. */
  match(message: Message, name?: string): RouteMatch;
}

/** Routes that are named to a caller who asked for another. */
const mostShown = 10;

interface CompiledRoute {
  readonly route: Route;
  readonly position: number;
  readonly signs: ReadonlySet<string> | undefined;
}

/** Prepares a strategy's routes, so that ten thousand of them cost no more than the few that may match. */
export function buildRouteMatcher(strategy: Pick<Strategy, 'routes'>): RouteMatcher {
  return finish(buildRouteMatcherInSteps(strategy));
}

/** As `buildRouteMatcher`, a step a route. */
export function* buildRouteMatcherInSteps(strategy: Pick<Strategy, 'routes'>): Steps<RouteMatcher> {
  const byName = new Map(strategy.routes.map((route) => [route.name, route]));
  const byTemplate = new Map<string, CompiledRoute[]>();
  const forAnyTemplate: CompiledRoute[] = [];
  for (const [position, route] of strategy.routes.entries()) {
    const signNames = route.match?.signNames;
    const compiled = { route, position, signs: signNames === undefined ? undefined : new Set(signNames) };
    const templates = route.match?.templateCodes;
    if (templates === undefined) forAnyTemplate.push(compiled);
    for (const template of new Set(templates)) {
      const routes = byTemplate.get(template);
      if (routes === undefined) byTemplate.set(template, [compiled]);
      else routes.push(compiled);
    }
    yield;
  }
  return {
    match(message, name) {
      if (name !== undefined) {
        const route = byName.get(name);
        return route === undefined
          ? { matched: false, reason: noSuchRoute(name, strategy.routes) }
          : { matched: true, route };
      }
      const prefixes = countryPrefixes(message.e164);
      const signNames = signNamesOf(message);
      const fits = (compiled: CompiledRoute) => agrees(compiled, signNames, prefixes);
      const named = byTemplate.get(message.templateCode)?.find(fits);
      const any = forAnyTemplate.find(
        (compiled) => (named === undefined || compiled.position < named.position) && fits(compiled),
      );
      const first = any ?? named;
      return first === undefined
        ? {
            matched: false,
            reason: 'no route matches this template with these numbers and this sign',
          }
        : { matched: true, route: first.route };
    },
  };
}

/** The first route of a strategy that matches a message, or the one called `name`. For one message only. */
export function matchRoute(strategy: Pick<Strategy, 'routes'>, message: Message, name?: string): RouteMatch {
  return buildRouteMatcher(strategy).match(message, name);
}

/** Which names there are; the one asked for is not repeated, since anything may stand there. */
function noSuchRoute(name: string, routes: Strategy['routes']): string {
  const shown = routes.slice(0, mostShown).map((route) => route.name);
  const more = routes.length > mostShown ? ` and ${String(routes.length - mostShown)} more` : '';
  return `route: there is no route of this name (${String(name.length)} characters); there are ${shown.join(', ')}${more}`;
}

function agrees(
  { route, signs }: CompiledRoute,
  signNames: readonly string[],
  prefixes: readonly string[],
): boolean {
  const countries = route.match?.countryCodes;
  return (
    (signs === undefined || signNames.every((signName) => signs.has(signName))) &&
    (countries === undefined || allWithin(prefixes, countries))
  );
}
