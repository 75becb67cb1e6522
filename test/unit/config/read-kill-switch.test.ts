import { describe, expect, it } from 'vitest';
import { readKillSwitch } from '../../../src/config/index.js';

describe('readKillSwitch', () => {
  it.each([undefined, '', '  ', 'false', 'FALSE', '0', 'no', ' off '])('is not pulled by %j', (value) => {
    expect(readKillSwitch({ TRM_KILL_SWITCH: value })).toEqual({ pulled: undefined, file: undefined });
  });

  it.each(['true', '1', 'yes', 'ON', 'stop', 'flase', '-1'])(
    'is pulled by %j, which no error keeps from it',
    (value) => {
      expect(readKillSwitch({ TRM_KILL_SWITCH: value }).pulled).toBe('TRM_KILL_SWITCH is set');
    },
  );

  it('names the file, unless it is blank', () => {
    expect(readKillSwitch({ TRM_KILL_SWITCH_FILE: ' /run/stop ' }).file).toBe('/run/stop');
    expect(readKillSwitch({ TRM_KILL_SWITCH_FILE: ' ' }).file).toBeUndefined();
  });
});
