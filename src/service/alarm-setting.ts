import { ALARM_FIGURES, type AlarmCondition, parseAlarmCondition } from '../wire/alarm-condition.ts';
import type { Setting } from './setting.ts';

/** Conditions, each given by itself. */
export function alarmConditions(help: string): Setting<readonly AlarmCondition[]> {
  return {
    help,
    placeholder: 'CONDITION',
    expected: `${ALARM_FIGURES.join(', ')} on its bad side of a number or of "reference", for example "mae > 20", "accuracy < 0.9" or "mae > reference"`,
    fallback: [],
    fallbackText: 'none',
    repeats: true,
    parse(texts) {
      const conditions = texts.map(parseAlarmCondition);
      return conditions.every((condition) => condition !== undefined) ? conditions : undefined;
    },
  };
}
