import { describe, expect, it } from 'vitest';
import { readTemplateParam } from './read-send-sms.ts';

describe('template variables', () => {
  it.each([
    ['{"order": 20261128233012345678}', '20261128233012345678'],
    ['{"order": 1.50}', '1.50'],
    ['{"order": 1e3}', '1e3'],
    ['{"order": -7}', '-7'],
    ['{"order": true}', 'true'],
    [String.raw`{"order": "a \" 12345678901234567890"}`, 'a " 12345678901234567890'],
  ])('that are numbers are read as they are written: %s', (written, order) => {
    expect(readTemplateParam(written)).toEqual({ templateParam: { order }, templateParamText: written });
  });

  it.each(['{"order": null}', '{"order": [1]}', '[1]', '1', '"1"', '{"order": 01}', '{'])(
    'are refused where they are no object of texts and numbers: %s',
    (written) => {
      expect(readTemplateParam(written)).toBeUndefined();
    },
  );
});
