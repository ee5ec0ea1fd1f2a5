import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

// `test.skip(reason)` of a test's own context stays: it says at run time what a machine cannot do.
const noFocusedTests = {
  selector:
    'MemberExpression[object.name=/^(it|describe)$/][property.name=/^(only|skip|todo)$/], MemberExpression[object.name="test"][property.name="only"]',
  message: 'No test is left out or singled out.',
};
const noBareWaitFor = {
  selector: 'MemberExpression[object.name="vi"][property.name="waitFor"]',
  message: 'It gives up after a second; a busy machine is no failure.',
};
const noEnvironment = {
  selector: 'MemberExpression[object.name="process"][property.name="env"]',
  message: 'Only main.ts reads the environment; hand the value in.',
};
const noClock = [
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'Time is handed in.' },
  { selector: 'MemberExpression[object.name="Date"][property.name="now"]', message: 'Time is handed in.' },
  {
    selector: 'MemberExpression[object.name="Math"][property.name="random"]',
    message: 'Dice are handed in.',
  },
];

export default defineConfig(
  { ignores: ['**/dist/', '**/node_modules/', '.waystation/', '.cache/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      'no-restricted-exports': ['error', { restrictDefaultExports: { direct: true, named: true } }],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: 'undici',
              importNames: ['RetryAgent', 'RetryHandler', 'interceptors'],
              message: 'Nothing is retried or redirected behind the attempt plan.',
            },
          ],
        },
      ],
      'no-restricted-syntax': ['error', noFocusedTests, noBareWaitFor],
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
    },
  },
  { files: ['**/*.mjs'], extends: [tseslint.configs.recommended] },
  {
    files: ['packages/*/src/**/*.ts'],
    ignores: ['**/main.ts', '**/*.test.ts', '**/testing/**'],
    rules: { 'no-restricted-syntax': ['error', noFocusedTests, noBareWaitFor, noEnvironment] },
  },
  {
    files: ['packages/core/src/**/*.ts'],
    ignores: ['**/*.test.ts', 'packages/core/src/testing/**'],
    rules: { 'no-restricted-syntax': ['error', noFocusedTests, noBareWaitFor, noEnvironment, ...noClock] },
  },
  {
    files: ['**/*.test.ts', '**/testing/**/*.ts', 'e2e/**/*.ts'],
    rules: { 'max-lines-per-function': 'off' },
  },
);
