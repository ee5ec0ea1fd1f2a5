const src = (name) => `^packages/${name}/src/`;
const door = '^packages/[^/]+/(src|dist)/(index|testing/index)\\.(ts|js)$';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'core-imports-zod-and-itself',
      severity: 'error',
      from: { path: src('core'), pathNot: ['\\.test\\.ts$', `${src('core')}testing/`] },
      to: { pathNot: [src('core'), '(^|/)node_modules/(\\.pnpm/)?zod'] },
    },
    {
      name: 'agent-and-controller-never-meet',
      severity: 'error',
      from: { path: '^packages/(agent|controller)/' },
      to: { path: '^packages/(agent|controller)/', pathNot: '^packages/$1/' },
    },
    {
      name: 'simulator-shares-nothing',
      severity: 'error',
      from: { path: src('simulator') },
      to: { path: '^packages/', pathNot: '^packages/simulator/' },
    },
    {
      name: 'arrows-run-down',
      comment: 'core < config, etcd < agent, controller',
      severity: 'error',
      from: { path: '^packages/(config|etcd)/' },
      to: { path: '^packages/', pathNot: ['^packages/$1/', '^packages/core/'] },
    },
    {
      name: 'e2e-starts-what-is-shipped',
      severity: 'error',
      from: { path: '^e2e/' },
      to: { path: '^packages/', pathNot: door },
    },
    {
      name: 'bench-starts-what-is-shipped',
      severity: 'error',
      from: { path: '^bench/' },
      to: { path: '^(packages|e2e)/', pathNot: door },
    },
    {
      name: 'packages-are-entered-by-their-door',
      severity: 'error',
      from: { path: '^packages/([^/]+)/' },
      to: { path: '^packages/', pathNot: ['^packages/$1/', door] },
    },
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-inner-barrels',
      severity: 'error',
      from: {},
      to: { path: '^packages/[^/]+/src/.+/index\\.ts$', pathNot: '/src/testing/index\\.ts$' },
    },
    {
      name: 'tests-are-imported-by-nobody',
      severity: 'error',
      from: {},
      to: { path: '\\.test\\.ts$' },
    },
    { name: 'nothing-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: ['node_modules', '/dist/'] },
    exclude: { path: ['/dist/', '^packages/[^/]+/bin/'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@waystation/source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.json'],
    },
  },
};
