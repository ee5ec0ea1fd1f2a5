import type { CommandDefinition } from '../command-definition.ts';
import { exitCodes } from '../exit-code.ts';
import { usage } from '../invocation.ts';

const bash = `# wayctl completion for bash: source <(wayctl completion bash)
_wayctl() {
  local IFS=$'\\n'
  COMPREPLY=($(wayctl __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  if [ "\${#COMPREPLY[@]}" -eq 1 ] && [ "\${COMPREPLY[0]: -1}" = "=" ]; then compopt -o nospace; fi
}
complete -o default -F _wayctl wayctl
`;

const zsh = `#compdef wayctl
# wayctl completion for zsh: source <(wayctl completion zsh)
_wayctl() {
  local -a found
  found=("\${(@f)$(wayctl __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$found" ]]; then compadd -- $found; else _files; fi
}
compdef _wayctl wayctl
`;

const fish = `# wayctl completion for fish: wayctl completion fish | source
complete -c wayctl -f -a '(wayctl __complete -- (commandline -opc)[2..-1] (commandline -ct))'
complete -c wayctl -s f -l file -r -F
`;

const scripts: Readonly<Record<string, string>> = { bash, zsh, fish };

/** `wayctl completion`. */
export const completionCommand: CommandDefinition = {
  name: 'completion',
  summary: 'Print a completion script for a shell',
  details: 'It completes commands, options and, from etcd, the names of routes and channels.',
  arguments: [{ name: '<SHELL>', description: 'bash, zsh or fish', completes: ['bash', 'zsh', 'fish'] }],
  examples: [
    'source <(wayctl completion bash)',
    'wayctl completion zsh > "${fpath[1]}/_wayctl"',
    'wayctl completion fish > ~/.config/fish/completions/wayctl.fish',
  ],
  run(invocation) {
    const shell = invocation.required(0);
    const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined;
    if (script === undefined) throw usage(`SHELL must be bash, zsh or fish, got ${JSON.stringify(shell)}`);
    invocation.world.out.write(script);
    return Promise.resolve(exitCodes.done);
  },
};
