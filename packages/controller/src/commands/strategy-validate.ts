import type { CommandDefinition } from '../command-definition.ts';
import { exitCodes } from '../exit-code.ts';
import { checkText } from '../strategy/check-strategy.ts';
import { rejectStrategy } from '../workflow/reject-strategy.ts';
import { fileOption, requireSource } from '../workflow/source.ts';
import { allowEndpointOption, warnAbout, warningsFor } from '../workflow/warn-about.ts';

/** `wayctl strategy validate`. */
export const strategyValidate: CommandDefinition = {
  name: 'strategy validate',
  summary: 'Check a strategy file without touching etcd',
  details:
    'Tells every mistake at once, with line and column, and warns of what is valid but hardly meant. Exit code 3 for an invalid strategy.',
  options: [fileOption, allowEndpointOption],
  examples: [
    'wayctl strategy validate -f strategy.yaml',
    'wayctl strategy get | wayctl strategy validate -f -',
    'wayctl strategy validate -f strategy.yaml -o json | jq .mistakes',
  ],
  async run(invocation) {
    const source = await requireSource(invocation);
    const checked = checkText(source.text, source.name);
    if (!checked.valid) return rejectStrategy(invocation, source.name, checked);
    const warnings = warningsFor(invocation, checked);
    warnAbout(invocation, warnings);
    const { channels, routes } = checked.strategy;
    const data = {
      valid: true,
      digest: checked.digest,
      channels: Object.keys(channels).length,
      routes: routes.length,
      warnings,
    };
    await invocation.emit(
      data,
      (colours) =>
        `${source.name}: ${colours.green('valid')}, channels ${data.channels}, routes ${data.routes}, digest ${data.digest.slice(0, 12)}\n`,
    );
    return exitCodes.done;
  },
};
