import type { FaultBoard } from '../fault/fault-board.ts';
import type { ActiveFault, FaultTable } from '../fault/fault-table.ts';
import type { ControlRoute } from './control-route.ts';
import { json } from './control-route.ts';
import { ControlProblem } from './problem.ts';

/** `/faults`: set, list and end them. */
export function faultRoutes(
  faults: FaultTable,
  board: FaultBoard,
  now: () => number,
): readonly ControlRoute[] {
  return [
    {
      method: 'GET',
      path: '/faults',
      handle: () => json({ faults: faults.list(now()).map(showFault) }),
    },
    {
      method: 'POST',
      path: '/faults',
      handle: async (request) => {
        const id = await board.set(request.body());
        const set = faults.list(now()).find((fault) => fault.id === id);
        return json(set === undefined ? { id } : showFault(set), 201);
      },
    },
    {
      method: 'DELETE',
      path: '/faults',
      handle: async () => {
        await board.endAll();
        return json({ faults: [] });
      },
    },
    {
      method: 'DELETE',
      path: '/faults/{id}',
      handle: async ({ parameter }) => {
        if (await board.end(parameter)) return json({ ended: parameter });
        const ids = faults.list(now()).map((fault) => fault.id);
        const allowed =
          ids.length === 0 ? 'the id of a fault in force; there is none' : `one of ${ids.join(', ')}`;
        throw new ControlProblem(404, 'FAULT_UNKNOWN', [{ field: 'id', value: parameter, allowed }]);
      },
    },
  ];
}

/** A fault the way it was asked for, with id, times and strikes. */
export function showFault(fault: ActiveFault): object {
  const { id, spec, since, until, strikes } = fault;
  return {
    id,
    ...spec,
    since: new Date(since).toISOString(),
    ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
    strikes,
  };
}
